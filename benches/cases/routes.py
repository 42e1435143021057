"""Many routes: the first, the last, and a path that none has."""

# mypy: disable-error-code="no-untyped-def, untyped-decorator"
# The framework is known at run time; most applications annotate no result.

from collections.abc import Callable
from types import ModuleType
from typing import Any

from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request as StarletteRequest
from starlette.responses import JSONResponse
from starlette.routing import Route

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Goal, Request, Row

NOT_FOUND = {"detail": "Not Found"}


def app(count: int) -> Callable[[ModuleType], ASGIApp]:
    def build(framework: ModuleType) -> ASGIApp:
        api = framework.FastAPI(openapi_url=None)

        async def read_thing(thing_id: int):
            return {"thing_id": thing_id}

        for number in range(count):
            api.get(f"/things{number}/{{thing_id}}")(read_thing)
        return api  # type: ignore[no-any-return]

    return build


def starlette(count: int) -> Callable[[], ASGIApp]:
    async def read_thing(request: StarletteRequest) -> JSONResponse:
        return JSONResponse({"thing_id": request.path_params["thing_id"]})

    async def not_found(request: StarletteRequest, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return JSONResponse({"detail": error.detail}, error.status_code)

    def build() -> ASGIApp:
        return Starlette(
            routes=[
                Route(f"/things{number}/{{thing_id:int}}", read_thing) for number in range(count)
            ],
            exception_handlers={404: not_found},
        )

    return build


def floor(count: int) -> Callable[[], ASGIApp]:
    async def read_thing(thing_id: str, send: Any) -> None:
        await send_json(send, to_json({"thing_id": int(thing_id)}))

    def build() -> ASGIApp:
        prefixes = {("GET", f"/things{number}"): read_thing for number in range(count)}

        async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
            prefix, _, thing_id = scope["path"].rpartition("/")
            found = prefixes.get((scope["method"], prefix))
            if found is None:
                await send_json(send, to_json(NOT_FOUND), 404)
            else:
                await found(thing_id, send)

        return application

    return build


def case(count: int) -> Case:
    first = f"first_of_{count}"
    return Case(
        rows=(
            Row(
                name=first,
                title=f"first of {count:,} routes",
                request=Request("/things0/7"),
                expected=Expected({"thing_id": 7}),
            ),
            Row(
                name=f"last_of_{count}",
                title=f"last of {count:,} routes",
                request=Request(f"/things{count - 1}/7"),
                expected=Expected({"thing_id": 7}),
                goal=Goal(first, 1.1),
            ),
            Row(
                name=f"none_of_{count}",
                title=f"404 among {count:,} routes",
                request=Request("/nothing/7"),
                expected=Expected(NOT_FOUND, status=404),
                goal=Goal("floor", 2),
            ),
        ),
        app=app(count),
        starlette=starlette(count),
        floor=floor(count),
    )
