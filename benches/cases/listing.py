"""A thousand models in one JSON array."""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any

from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response
from starlette.routing import Route

from cases.items import ITEMS, VALUES, Item
from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row, Within


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/items")
    async def read_items() -> list[Item]:
        return ITEMS

    return api


def starlette() -> ASGIApp:
    serializer = TypeAdapter(list[Item]).serializer

    async def read_items(request: StarletteRequest) -> Response:
        return Response(serializer.to_json(ITEMS), media_type="application/json")

    return Starlette(routes=[Route("/items", read_items)])


def litestar() -> ASGIApp:
    from litestar import Litestar, get

    @get("/items")
    async def read_items() -> list[Item]:
        return ITEMS

    return Litestar([read_items])


def blacksheep() -> ASGIApp:
    from blacksheep import Application, Content, Router
    from blacksheep import Response as BlackSheepResponse

    api = Application(router=Router())
    serializer = TypeAdapter(list[Item]).serializer

    @api.router.get("/items")
    async def read_items() -> BlackSheepResponse:
        body = serializer.to_json(ITEMS)
        return BlackSheepResponse(200, None, Content(b"application/json", body))

    return api


def falcon() -> ASGIApp:
    from falcon.asgi import App

    serializer = TypeAdapter(list[Item]).serializer

    class Items:
        async def on_get(self, request: Any, response: Any) -> None:
            response.data = serializer.to_json(ITEMS)

    api = App()
    api.add_route("/items", Items())
    return api


def floor() -> ASGIApp:
    serializer = TypeAdapter(list[Item]).serializer

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/items"
        await send_json(send, serializer.to_json(ITEMS))

    return application


CASE = Case(
    rows=(
        Row(
            name="list",
            title="list of 1,000 models",
            request=Request("/items"),
            expected=Expected(VALUES),
            goals=(Within("floor", 1.05),),
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
