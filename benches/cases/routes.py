"""Many routes, in routers of fifty: the last of them, and a path that none has.

What they are measured against is the first of ten.
"""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType
from typing import Any

from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request as StarletteRequest
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from cases.sending import send_json
from harness.case import ASGIApp, Case, Contender, Expected, Request, Row, Within

ROUTER = 50
LITESTAR_MOST = 1_000
"""More routes are too many to declare: 10,000 take Litestar 2.25 three minutes."""

NOT_FOUND = {"detail": "Not Found"}


def routers(count: int) -> Iterator[tuple[str, list[str]]]:
    """The prefix of each router, and the paths in it."""
    for start in range(0, count, ROUTER):
        paths = [f"/things{number}" for number in range(start, min(count, start + ROUTER))]
        yield f"/area{start // ROUTER}", paths


def app(count: int, framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI(openapi_url=None)

    async def read_thing(thing_id: int):
        return {"thing_id": thing_id}

    for prefix, paths in routers(count):
        router = framework.APIRouter(prefix=prefix)
        for path in paths:
            router.get(f"{path}/{{thing_id}}")(read_thing)
        api.include_router(router)
    return api


def starlette(count: int) -> ASGIApp:
    async def read_thing(request: StarletteRequest) -> JSONResponse:
        return JSONResponse({"thing_id": request.path_params["thing_id"]})

    async def not_found(request: StarletteRequest, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return JSONResponse({"detail": error.detail}, error.status_code)

    return Starlette(
        routes=[
            Mount(prefix, routes=[Route(f"{path}/{{thing_id:int}}", read_thing) for path in paths])
            for prefix, paths in routers(count)
        ],
        exception_handlers={404: not_found},
    )


def litestar(count: int) -> ASGIApp:
    from litestar import Litestar, Router, get
    from litestar import Request as LitestarRequest
    from litestar import Response as LitestarResponse

    def not_found(
        request: LitestarRequest[Any, Any, Any], error: Exception
    ) -> LitestarResponse[dict[str, str]]:
        return LitestarResponse(NOT_FOUND, status_code=404)

    async def read_thing(thing_id: int) -> dict[str, int]:
        return {"thing_id": thing_id}

    handlers = [
        Router(
            prefix, route_handlers=[get(f"{path}/{{thing_id:int}}")(read_thing) for path in paths]
        )
        for prefix, paths in routers(count)
    ]
    return Litestar(handlers, exception_handlers={404: not_found}, openapi_config=None)


def blacksheep(count: int) -> ASGIApp:
    from blacksheep import Application, Router, json
    from blacksheep import Request as BlackSheepRequest
    from blacksheep import Response as BlackSheepResponse

    api = Application(router=Router())

    async def read_thing(thing_id: int):
        return {"thing_id": thing_id}

    async def not_found(
        api: Application, request: BlackSheepRequest, error: Exception
    ) -> BlackSheepResponse:
        return json(NOT_FOUND, 404)

    for prefix, paths in routers(count):
        for path in paths:
            api.router.add_get(f"{prefix}{path}/{{thing_id}}", read_thing)
    api.exceptions_handlers[404] = not_found
    return api


def falcon(count: int) -> ASGIApp:
    from falcon import HTTPRouteNotFound
    from falcon.asgi import App

    class Thing:
        async def on_get(self, request: Any, response: Any, thing_id: int) -> None:
            response.media = {"thing_id": thing_id}

    async def not_found(request: Any, response: Any, error: Any, params: Any) -> None:
        response.status = 404
        response.media = NOT_FOUND

    api = App()
    for prefix, paths in routers(count):
        for path in paths:
            api.add_route(f"{prefix}{path}/{{thing_id:int}}", Thing())
    api.add_error_handler(HTTPRouteNotFound, not_found)
    return api


def floor(count: int) -> ASGIApp:
    async def read_thing(thing_id: str, send: Any) -> None:
        await send_json(send, to_json({"thing_id": int(thing_id)}))

    things = {
        ("GET", prefix + path): read_thing for prefix, paths in routers(count) for path in paths
    }

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        path, _, thing_id = scope["path"].rpartition("/")
        found = things.get((scope["method"], path))
        if found is None:
            await send_json(send, to_json(NOT_FOUND), 404)
        else:
            await found(thing_id, send)

    return application


OTHERS: dict[Contender, Callable[[int], ASGIApp]] = {
    "starlette": starlette,
    "litestar": litestar,
    "blacksheep": blacksheep,
    "falcon": falcon,
}


def case(count: int, *rows: Row) -> Case:
    return Case(
        rows=rows,
        app=partial(app, count),
        floor=partial(floor, count),
        others={
            contender: partial(build, count)
            for contender, build in OTHERS.items()
            if count <= LITESTAR_MOST or contender != "litestar"
        },
    )


def many(count: int) -> Case:
    prefix, paths = list(routers(count))[-1]
    return case(
        count,
        Row(
            name=f"last_of_{count}",
            title=f"last of {count:,} routes",
            request=Request(f"{prefix}{paths[-1]}/7"),
            expected=Expected({"thing_id": 7}),
            goals=(Within("first_of_10", 1.1),),
        ),
        Row(
            name=f"none_of_{count}",
            title=f"404 among {count:,} routes",
            request=Request("/nothing/7"),
            expected=Expected(NOT_FOUND, status=404),
            goals=(Within("floor", 2), Within("first_of_10", 1.1)),
        ),
    )


CASES = (
    case(
        10,
        Row(
            name="first_of_10",
            title="first of 10 routes",
            request=Request("/area0/things0/7"),
            expected=Expected({"thing_id": 7}),
        ),
    ),
    many(500),
    many(10_000),
)
