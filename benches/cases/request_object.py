"""An endpoint that takes the request and reads one header and one query value of it."""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl

from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import JSONResponse
from starlette.routing import Route

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row, Within


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/search")
    async def search(request: framework.Request):  # type: ignore[name-defined]  # of the module
        return {"tenant": request.headers["x-tenant"], "q": request.query_params["q"]}

    return api


def starlette() -> ASGIApp:
    async def search(request: StarletteRequest) -> JSONResponse:
        return JSONResponse({"tenant": request.headers["x-tenant"], "q": request.query_params["q"]})

    return Starlette(routes=[Route("/search", search)])


def litestar() -> ASGIApp:
    from litestar import Litestar, get
    from litestar import Request as LitestarRequest

    @get("/search")
    async def search(request: LitestarRequest[Any, Any, Any]) -> dict[str, str]:
        return {"tenant": request.headers["x-tenant"], "q": request.query_params["q"]}

    return Litestar([search])


def blacksheep() -> ASGIApp:
    from blacksheep import Application, Router
    from blacksheep import Request as BlackSheepRequest

    api = Application(router=Router())

    @api.router.get("/search")
    async def search(request: BlackSheepRequest):
        tenant = request.headers.get_single(b"x-tenant").decode()
        return {"tenant": tenant, "q": request.query["q"][0]}

    return api


def falcon() -> ASGIApp:
    from falcon.asgi import App

    class Search:
        async def on_get(self, request: Any, response: Any) -> None:
            tenant = request.get_header("x-tenant")
            response.media = {"tenant": tenant, "q": request.get_param("q")}

    api = App()
    api.add_route("/search", Search())
    return api


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/search"
        tenant = dict(scope["headers"])[b"x-tenant"].decode("latin-1")
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        await send_json(send, to_json({"tenant": tenant, "q": query["q"]}))

    return application


CASE = Case(
    rows=(
        Row(
            name="request_object",
            title="Request: a header, a query value",
            request=Request("/search", query=b"q=lamp&page=2", headers=((b"x-tenant", b"acme"),)),
            expected=Expected({"tenant": "acme", "q": "lamp"}),
            goals=(Within("starlette", 1 / 2),),
        ),
    ),
    app=app,
    floor=floor,
    others={
        "starlette": starlette,
        "litestar": litestar,
        "blacksheep": blacksheep,
        "falcon": falcon,
    },
)
