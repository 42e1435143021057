"""FastAPI's programming interface on a compiled request path."""

from typing import TYPE_CHECKING

from starlette import status

from ferroapi._core import __version__ as __version__
from ferroapi.applications import FastAPI
from ferroapi.background import BackgroundTasks
from ferroapi.datastructures import UploadFile
from ferroapi.exceptions import HTTPException, WebSocketException
from ferroapi.file_stream import FileStream as FileStream  # not in `__all__`, as `Part`
from ferroapi.param_functions import (
    Body,
    Cookie,
    Depends,
    File,
    Form,
    Header,
    Path,
    Query,
    Security,
)
from ferroapi.param_functions import Part as Part  # not in `__all__`: FastAPI has no such name
from ferroapi.requests import Request
from ferroapi.responses import Response
from ferroapi.routing import APIRouter
from ferroapi.submodules import imported_on_demand
from ferroapi.websockets import WebSocket, WebSocketDisconnect

__all__ = [
    "APIRouter",
    "BackgroundTasks",
    "Body",
    "Cookie",
    "Depends",
    "FastAPI",
    "File",
    "Form",
    "HTTPException",
    "Header",
    "Path",
    "Query",
    "Request",
    "Response",
    "Security",
    "UploadFile",
    "WebSocket",
    "WebSocketDisconnect",
    "WebSocketException",
    "status",
]

if TYPE_CHECKING:  # beyond FastAPI: imported by who asks, and not by `import *`
    from ferroapi.plan.cancellation import client_left as client_left
    from ferroapi.release import Release as Release
else:  # checkers would take it for any name
    __getattr__ = imported_on_demand(
        __name__,
        "_compat",
        "encoders",
        "middleware",
        "openapi",
        "security",
        "sse",
        "types",
        "utils",
        Release="release:Release",
        client_left="plan.cancellation:client_left",
    )
