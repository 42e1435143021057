"""What is measured, one application a module; `CASES` names them."""

from cases import (
    constant,
    dependencies,
    event_streams,
    jsonl,
    listing,
    model,
    parameters,
    routes,
    thread,
)
from harness.case import Case

CASES: dict[str, Case] = {
    "constant": constant.CASE,
    "parameters": parameters.CASE,
    "model": model.CASE,
    "dependencies": dependencies.CASE,
    "thread": thread.CASE,
    "routes_500": routes.case(500),
    "routes_10000": routes.case(10_000),
    "list": listing.CASE,
    "jsonl": jsonl.CASE,
    "event_streams": event_streams.CASE,
}

SOCKET_CASES = ("constant", "parameters", "model")
"""The cases that are measured through a server too."""
