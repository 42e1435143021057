"""A dictionary that is always the same."""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any

from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import JSONResponse
from starlette.routing import Route

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row, Within

STATUS = {"status": "ok", "version": 3, "region": "eu-west", "healthy": True}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/status")
    async def status():
        return STATUS

    return api


def starlette() -> ASGIApp:
    async def status(request: StarletteRequest) -> JSONResponse:
        return JSONResponse(STATUS)

    return Starlette(routes=[Route("/status", status)])


def litestar() -> ASGIApp:
    from litestar import Litestar, get

    @get("/status")
    async def status() -> dict[str, Any]:
        return STATUS

    return Litestar([status])


def blacksheep() -> ASGIApp:
    from blacksheep import Application, Router

    api = Application(router=Router())

    @api.router.get("/status")
    async def status():
        return STATUS

    return api


def falcon() -> ASGIApp:
    from falcon.asgi import App

    class Status:
        async def on_get(self, request: Any, response: Any) -> None:
            response.media = STATUS

    api = App()
    api.add_route("/status", Status())
    return api


def robyn() -> Any:
    from robyn import Robyn

    api = Robyn(__file__)

    @api.get("/status")
    async def status(request):
        return STATUS

    return api


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
            goals=(Within("floor", 2),),
        ),
    ),
    app=app,
    floor=floor,
    others={
        "starlette": starlette,
        "litestar": litestar,
        "blacksheep": blacksheep,
        "falcon": falcon,
        "robyn": robyn,
    },
)
