"""Routes, routers and the table that finds the route of a request."""

from typing import TYPE_CHECKING

from starlette.datastructures import URL as URL
from starlette.datastructures import URLPath as URLPath
from starlette.exceptions import HTTPException as HTTPException
from starlette.requests import Request as Request
from starlette.responses import JSONResponse as JSONResponse
from starlette.responses import Response as Response
from starlette.responses import StreamingResponse as StreamingResponse
from starlette.routing import BaseRoute as BaseRoute
from starlette.routing import Match as Match
from starlette.routing import Mount as Mount
from starlette.routing import NoMatchFound as NoMatchFound
from starlette.routing import compile_path as compile_path
from starlette.routing import get_name as get_name
from starlette.types import AppType as AppType
from starlette.types import ASGIApp as ASGIApp
from starlette.types import Lifespan as Lifespan
from starlette.types import Receive as Receive
from starlette.types import Scope as Scope
from starlette.types import Send as Send
from starlette.websockets import WebSocket as WebSocket

from ferroapi import params as params
from ferroapi.datastructures import Default as Default
from ferroapi.datastructures import DefaultPlaceholder as DefaultPlaceholder
from ferroapi.dependencies.models import Dependant as Dependant
from ferroapi.exceptions import FastAPIError as FastAPIError
from ferroapi.exceptions import RequestValidationError as RequestValidationError
from ferroapi.exceptions import ResponseValidationError as ResponseValidationError
from ferroapi.exceptions import WebSocketRequestValidationError as WebSocketRequestValidationError
from ferroapi.fields import ModelField as ModelField
from ferroapi.fields import Undefined as Undefined
from ferroapi.forwarding import forward
from ferroapi.routing.introspection import RouteEntry as RouteEntry
from ferroapi.routing.lifespan import DefaultLifespan, merged_lifespans
from ferroapi.routing.route import APIRoute as APIRoute
from ferroapi.routing.route_context import RouteContext as RouteContext
from ferroapi.routing.router import APIRouter as APIRouter
from ferroapi.routing.scope import effective_route_context
from ferroapi.routing.tree import IncludedRouter, iter_routes_with_context
from ferroapi.routing.tree import iter_route_contexts as iter_route_contexts
from ferroapi.routing.unique_id import generate_unique_id as generate_unique_id
from ferroapi.routing.websocket_route import APIWebSocketRoute as APIWebSocketRoute

# FastAPI's names for what has none in public.
_DefaultLifespan = DefaultLifespan
_EffectiveRouteContext = RouteContext
_IncludedRouter = IncludedRouter
_get_scope_effective_route_context = effective_route_context
_iter_routes_with_context = iter_routes_with_context
_merge_lifespan_context = merged_lifespans

if TYPE_CHECKING:
    from starlette.concurrency import run_in_threadpool as run_in_threadpool

    from ferroapi.dependencies.declaration import get_dependant as get_dependant
    from ferroapi.encoders import jsonable_encoder as jsonable_encoder
    from ferroapi.seams.dependencies import solve_dependencies as solve_dependencies
    from ferroapi.seams.handlers import get_request_handler as get_request_handler
    from ferroapi.seams.handlers import get_websocket_app as get_websocket_app
    from ferroapi.seams.handlers import run_endpoint_function as run_endpoint_function
    from ferroapi.seams.handlers import serialize_response as serialize_response
    from ferroapi.seams.sessions import request_response as request_response
    from ferroapi.seams.sessions import websocket_session as websocket_session
    from ferroapi.sse import _PING_INTERVAL as _PING_INTERVAL

forward(
    __name__,
    {
        "ferroapi.sse": ("_PING_INTERVAL",),
        "ferroapi.dependencies.declaration": ("get_dependant",),
        "ferroapi.seams.handlers": (
            "get_request_handler",
            "get_websocket_app",
            "jsonable_encoder",
            "run_endpoint_function",
            "run_in_threadpool",
            "serialize_response",
            "solve_dependencies",
        ),
        "ferroapi.seams.sessions": ("request_response", "websocket_session"),
    },
)
