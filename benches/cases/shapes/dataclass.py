"""A dataclass in, the same out."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json

from cases.receiving import receive_json
from cases.sending import send_json
from harness.case import JSON_BODY, ASGIApp, Case, Expected, Request, Row


@dataclass
class Item:
    name: str
    price: float
    tags: list[str] = field(default_factory=list)


LAMP = {"name": "lamp", "price": 42.5, "tags": ["new", "light"]}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.post("/items")
    async def create_item(item: Item) -> Item:
        return item

    return api


def floor() -> ASGIApp:
    adapter = TypeAdapter(Item)
    validator, serializer = adapter.validator, adapter.serializer

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "POST"
        assert scope["path"] == "/items"
        item = validator.validate_json(await receive_json(scope, receive))
        await send_json(send, serializer.to_json(item))

    return application


CASE = Case(
    rows=(
        Row(
            name="dataclass",
            title="dataclass in and out",
            request=Request("/items", method="POST", headers=JSON_BODY, body=to_json(LAMP)),
            expected=Expected(LAMP),
        ),
    ),
    app=app,
    floor=floor,
)
