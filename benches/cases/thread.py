"""An endpoint that is a plain function, run in a worker thread."""

# mypy: disable-error-code="no-untyped-def, untyped-decorator"
# The framework is known at run time; most applications annotate no result.

from types import ModuleType
from typing import Any

import anyio.to_thread
from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import JSONResponse
from starlette.routing import Route

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Goal, Request, Row

ANSWER = {"answer": 42}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/answer")
    def answer():
        return ANSWER

    return api  # type: ignore[no-any-return]


def starlette() -> ASGIApp:
    def answer(request: StarletteRequest) -> JSONResponse:
        return JSONResponse(ANSWER)

    return Starlette(routes=[Route("/answer", answer)])


def floor() -> ASGIApp:
    def answer() -> dict[str, int]:
        return ANSWER

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/answer"
        await send_json(send, to_json(await anyio.to_thread.run_sync(answer)))

    return application


CASE = Case(
    rows=(
        Row(
            name="thread",
            title="def endpoint",
            request=Request("/answer"),
            expected=Expected(ANSWER),
            goal=Goal("floor", 1.2),
        ),
    ),
    app=app,
    starlette=starlette,
    floor=floor,
)
