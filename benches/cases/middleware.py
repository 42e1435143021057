"""One pure-ASGI middleware, Starlette's of CORS, and the same application without it.

The floor is wrapped in the same class, so that what the middleware takes itself is known.
"""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any

from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request as StarletteRequest
from starlette.responses import JSONResponse
from starlette.routing import Route

from cases.sending import send_json
from harness.case import JSON, Added, ASGIApp, Case, Expected, Request, Row

ORIGIN = "https://shop.example"
ANSWER = {"shared": True}


def app(framework: ModuleType) -> Any:
    api = framework.FastAPI()

    @api.get("/shared")
    async def shared():
        return ANSWER

    return api


def app_behind(framework: ModuleType) -> ASGIApp:
    api = app(framework)
    api.add_middleware(CORSMiddleware, allow_origins=[ORIGIN])
    return api


def starlette() -> Starlette:
    async def shared(request: StarletteRequest) -> JSONResponse:
        return JSONResponse(ANSWER)

    return Starlette(routes=[Route("/shared", shared)])


def starlette_behind() -> ASGIApp:
    api = starlette()
    api.add_middleware(CORSMiddleware, allow_origins=[ORIGIN])
    return api


def _litestar(**options: Any) -> ASGIApp:
    from litestar import Litestar, get

    @get("/shared")
    async def shared() -> dict[str, bool]:
        return ANSWER

    return Litestar([shared], **options)


def litestar() -> ASGIApp:
    return _litestar()


def litestar_behind() -> ASGIApp:
    from litestar.config.cors import CORSConfig

    return _litestar(cors_config=CORSConfig(allow_origins=[ORIGIN]))


def blacksheep() -> Any:
    from blacksheep import Application, Router

    api = Application(router=Router())

    @api.router.get("/shared")
    async def shared():
        return ANSWER

    return api


def blacksheep_behind() -> ASGIApp:
    api = blacksheep()
    api.use_cors(allow_origins=ORIGIN, allow_methods="GET")
    return api


def _falcon(**options: Any) -> ASGIApp:
    from falcon.asgi import App

    class Shared:
        async def on_get(self, request: Any, response: Any) -> None:
            response.media = ANSWER

    api = App(**options)
    api.add_route("/shared", Shared())
    return api


def falcon() -> ASGIApp:
    return _falcon()


def falcon_behind() -> ASGIApp:
    from falcon import CORSMiddleware as FalconCORSMiddleware

    return _falcon(middleware=FalconCORSMiddleware(allow_origins=[ORIGIN]))


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/shared"
        await send_json(send, to_json(ANSWER))

    return application


def floor_behind() -> ASGIApp:
    return CORSMiddleware(floor(), allow_origins=[ORIGIN])


REQUEST = Request("/shared", headers=((b"origin", ORIGIN.encode()),))

WITHOUT = Case(
    rows=(
        Row(
            name="without_middleware",
            title="GET without middleware",
            request=REQUEST,
            expected=Expected(ANSWER),
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
BEHIND = Case(
    rows=(
        Row(
            name="middleware",
            title="GET behind one ASGI middleware (CORS)",
            request=REQUEST,
            expected=Expected(ANSWER, headers={**JSON, "access-control-allow-origin": ORIGIN}),
            goals=(Added("without_middleware", 1.1),),
        ),
    ),
    app=app_behind,
    floor=floor_behind,
    others={
        "starlette": starlette_behind,
        "litestar": litestar_behind,
        "blacksheep": blacksheep_behind,
        "falcon": falcon_behind,
    },
)
