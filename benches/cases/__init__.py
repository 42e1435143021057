"""What is measured, one application a module.

`CASES` names them. What stands in one tuple is measured together, round by round, because its rows
are compared with each other.
"""

from cases import (
    chain,
    constant,
    dependencies,
    event_streams,
    jsonl,
    listing,
    middleware,
    model,
    parameters,
    raw,
    refused,
    request_object,
    routes,
    service,
    slow_streams,
    sync_generator,
    thread,
    thread_chain,
    websocket,
)
from cases.shapes import SHAPES
from harness.case import Case

CASES: dict[str, tuple[Case, ...]] = {
    "constant": (constant.CASE,),
    "parameters": (parameters.CASE,),
    "model": (model.CASE,),
    "list": (listing.CASE,),
    "routes": routes.CASES,
    "dependencies": (dependencies.CASE, dependencies.OVERRIDDEN),
    "chain": (chain.CASE,),
    "thread": (thread.CASE,),
    "thread_chain": (thread_chain.CASE,),
    "request_object": (request_object.CASE,),
    "middleware": (middleware.WITHOUT, middleware.BEHIND),
    "refused": (refused.CASE,),
    "jsonl": (jsonl.CASE,),
    "sync_generator": (sync_generator.CASE,),
    "event_streams": (event_streams.CASE,),
    "raw": (raw.CASE,),
    "websocket": (websocket.CASE,),
}

SHAPE_CASES: dict[str, tuple[Case, ...]] = {"shapes": SHAPES}
"""The ordinary shapes of endpoints, which FastAPI, ferroapi and the floor answer."""

SOCKET_CASES = {"constant": 0.85, "parameters": 0.85, "model": 0.85, "raw": 0.95}
"""The cases that are measured through a server too, and at least what part of the floor's requests
a second they should reach."""

SERVICE_CASES: dict[str, tuple[Case, ...]] = {
    "service": (service.CASE,),
    "service_behind": (service.BEHIND,),
}
"""The cases of which the server's processor time is measured, beside other servers."""

SLOW_CASES: dict[str, tuple[Case, ...]] = {"slow_streams": (slow_streams.CASE,)}
"""The cases of which it is measured how late their items arrive through a server."""
