"""A thousand models in one JSON array."""

# mypy: disable-error-code="no-untyped-def, untyped-decorator"
# The framework is known at run time; most applications annotate no result.

from types import ModuleType
from typing import Any

from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response
from starlette.routing import Route

from cases.items import ITEMS, VALUES, Item
from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Goal, Request, Row


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/items")
    async def read_items() -> list[Item]:
        return ITEMS

    return api  # type: ignore[no-any-return]


def starlette() -> ASGIApp:
    serializer = TypeAdapter(list[Item]).serializer

    async def read_items(request: StarletteRequest) -> Response:
        return Response(serializer.to_json(ITEMS), media_type="application/json")

    return Starlette(routes=[Route("/items", read_items)])


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
            goal=Goal("floor", 1.05),
        ),
    ),
    app=app,
    starlette=starlette,
    floor=floor,
)
