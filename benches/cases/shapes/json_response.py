"""A `JSONResponse` with a status and a header of its own."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

import json
from types import ModuleType
from typing import Any

from cases.sending import JSON_TYPE, send_answer
from harness.case import JSON, ASGIApp, Case, Expected, Request, Row

CONTENT = {"id": 7, "name": "lamp", "tags": ["new", "light"]}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.post("/items")
    async def create_item():
        return framework.responses.JSONResponse(CONTENT, 201, {"location": "/items/7"})

    return api


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "POST"
        assert scope["path"] == "/items"
        body = json.dumps(CONTENT, separators=(",", ":")).encode()
        await send_answer(send, body, JSON_TYPE, (b"location", b"/items/7"), status=201)

    return application


CASE = Case(
    rows=(
        Row(
            name="json_response",
            title="JSONResponse",
            request=Request("/items", method="POST"),
            expected=Expected(CONTENT, status=201, headers={**JSON, "location": "/items/7"}),
        ),
    ),
    app=app,
    floor=floor,
)
