"""Three plain functions as dependencies, each of the one before, and a plain endpoint."""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Annotated, Any

import anyio.to_thread
from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import JSONResponse
from starlette.routing import Route

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row, Within


def connect() -> list[str]:
    return ["connected"]


def authenticate(connection: list[str]) -> list[str]:
    return [*connection, "authenticated"]


def authorize(user: list[str]) -> list[str]:
    return [*user, "authorized"]


def by_hand() -> dict[str, list[str]]:
    """What the chain gives, without a framework."""
    return {"steps": authorize(authenticate(connect()))}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    def user(connection: Annotated[list[str], framework.Depends(connect)]) -> list[str]:
        return authenticate(connection)

    def admin(user: Annotated[list[str], framework.Depends(user)]) -> list[str]:
        return authorize(user)

    @api.get("/steps")
    def steps(admin: Annotated[list[str], framework.Depends(admin)]):
        return {"steps": admin}

    return api


def starlette() -> ASGIApp:
    def steps(request: StarletteRequest) -> JSONResponse:
        return JSONResponse(by_hand())

    return Starlette(routes=[Route("/steps", steps)])


def litestar() -> ASGIApp:
    from litestar import Litestar, get
    from litestar.di import Provide

    def provide_user(connection: list[str]) -> list[str]:
        return authenticate(connection)

    def provide_admin(user: list[str]) -> list[str]:
        return authorize(user)

    @get("/steps", sync_to_thread=True)
    def steps(admin: list[str]) -> dict[str, list[str]]:
        return {"steps": admin}

    return Litestar(
        [steps],
        dependencies={
            "connection": Provide(connect, sync_to_thread=True),
            "user": Provide(provide_user, sync_to_thread=True),
            "admin": Provide(provide_admin, sync_to_thread=True),
        },
    )


def blacksheep() -> ASGIApp:
    from blacksheep import Application, Router

    api = Application(router=Router())

    @api.router.get("/steps")
    async def steps():
        return await anyio.to_thread.run_sync(by_hand)

    return api


def falcon() -> ASGIApp:
    from falcon.asgi import App

    class Steps:
        async def on_get(self, request: Any, response: Any) -> None:
            response.media = await anyio.to_thread.run_sync(by_hand)

    api = App()
    api.add_route("/steps", Steps())
    return api


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/steps"
        await send_json(send, to_json(await anyio.to_thread.run_sync(by_hand)))

    return application


CASE = Case(
    rows=(
        Row(
            name="thread_chain",
            title="def endpoint, three def dependencies",
            request=Request("/steps"),
            expected=Expected(by_hand()),
            goals=(Within("floor", 1.2),),
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
