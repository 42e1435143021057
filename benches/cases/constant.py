"""A dictionary that is always the same."""

# mypy: disable-error-code="no-untyped-def, untyped-decorator"
# The framework is known at run time; most applications annotate no result.

from types import ModuleType
from typing import Any

from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import JSONResponse
from starlette.routing import Route

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Goal, Request, Row

STATUS = {"status": "ok", "version": 3, "region": "eu-west", "healthy": True}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/status")
    async def status():
        return STATUS

    return api  # type: ignore[no-any-return]


def starlette() -> ASGIApp:
    async def status(request: StarletteRequest) -> JSONResponse:
        return JSONResponse(STATUS)

    return Starlette(routes=[Route("/status", status)])


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/status"
        await send_json(send, to_json(STATUS))

    return application


CASE = Case(
    rows=(
        Row(
            name="constant",
            title="GET constant dict",
            request=Request("/status"),
            expected=Expected(STATUS),
            goal=Goal("floor", 2),
        ),
    ),
    app=app,
    starlette=starlette,
    floor=floor,
)
