"""The classes of answers a path operation may return or name as its `response_class`."""

import importlib
from typing import Any

from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from typing_extensions import deprecated

from ferroapi.exceptions import FastAPIDeprecationWarning
from ferroapi.sse import EventSourceResponse

__all__ = [
    "EventSourceResponse",
    "FileResponse",
    "HTMLResponse",
    "JSONResponse",
    "ORJSONResponse",
    "PlainTextResponse",
    "RedirectResponse",
    "Response",
    "StreamingResponse",
    "UJSONResponse",
]


def _library(name: str, response_class: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise AssertionError(f"{name} must be installed to use {response_class}") from error


@deprecated(
    "ORJSONResponse is deprecated: data with a return type or a response_model becomes JSON "
    "directly, which is faster",
    category=FastAPIDeprecationWarning,
)
class ORJSONResponse(JSONResponse):
    """JSON written by `orjson`, which is not among the dependencies.

    Constructing one raises `AssertionError` where `orjson` is not installed.
    """

    def render(self, content: Any) -> bytes:
        orjson = _library("orjson", "ORJSONResponse")
        options = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
        encoded: bytes = orjson.dumps(content, option=options)
        return encoded


@deprecated(
    "UJSONResponse is deprecated: data with a return type or a response_model becomes JSON "
    "directly, which is faster",
    category=FastAPIDeprecationWarning,
)
class UJSONResponse(JSONResponse):
    """JSON written by `ujson`, which is not among the dependencies.

    Constructing one raises `AssertionError` where `ujson` is not installed.
    """

    def render(self, content: Any) -> bytes:
        text: str = _library("ujson", "UJSONResponse").dumps(content, ensure_ascii=False)
        return text.encode()
