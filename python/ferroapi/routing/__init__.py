"""Routes, routers and the table that finds the route of a request."""

from starlette.routing import Mount as Mount

from ferroapi import sse
from ferroapi.forwarding import forward
from ferroapi.routing import handlers
from ferroapi.routing.handlers import get_request_handler as get_request_handler
from ferroapi.routing.route import APIRoute as APIRoute
from ferroapi.routing.route_context import RouteContext as RouteContext
from ferroapi.routing.router import APIRouter as APIRouter
from ferroapi.routing.tree import iter_route_contexts as iter_route_contexts
from ferroapi.routing.websocket_route import APIWebSocketRoute as APIWebSocketRoute
from ferroapi.sse import _PING_INTERVAL as _PING_INTERVAL

forward(__name__, _PING_INTERVAL=sse, get_request_handler=handlers)
