"""FastAPI's programming interface on a compiled request path."""

from typing import TYPE_CHECKING

from starlette import status as status

from ferroapi._core import __version__ as __version__
from ferroapi.applications import FastAPI as FastAPI
from ferroapi.background import BackgroundTasks as BackgroundTasks
from ferroapi.datastructures import UploadFile as UploadFile
from ferroapi.exceptions import HTTPException as HTTPException
from ferroapi.exceptions import WebSocketException as WebSocketException
from ferroapi.param_functions import Body as Body
from ferroapi.param_functions import Cookie as Cookie
from ferroapi.param_functions import Depends as Depends
from ferroapi.param_functions import File as File
from ferroapi.param_functions import Form as Form
from ferroapi.param_functions import Header as Header
from ferroapi.param_functions import Path as Path
from ferroapi.param_functions import Query as Query
from ferroapi.param_functions import Security as Security
from ferroapi.requests import Request as Request
from ferroapi.responses import Response as Response
from ferroapi.routing import APIRouter as APIRouter
from ferroapi.submodules import imported_on_demand
from ferroapi.websockets import WebSocket as WebSocket
from ferroapi.websockets import WebSocketDisconnect as WebSocketDisconnect

if not TYPE_CHECKING:  # checkers would take it for any name
    __getattr__ = imported_on_demand(__name__, "middleware", "openapi", "types", "utils")
