"""Two models in one body, each under its name."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic_core import to_json
from typing_extensions import TypedDict

from cases.receiving import receive_json
from cases.sending import send_json
from harness.case import JSON_BODY, ASGIApp, Case, Expected, Request, Row


class Item(BaseModel):
    name: str
    price: float


class Buyer(BaseModel):
    email: str
    member: bool = False


class Body(TypedDict):
    """What the floor validates."""

    item: Item
    buyer: Buyer


BODY = {"item": {"name": "lamp", "price": 42.5}, "buyer": {"email": "ada@example.org"}}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.post("/orders")
    async def create_order(item: Item, buyer: Buyer):
        return {"name": item.name, "price": item.price, "member": buyer.member}

    return api


def floor() -> ASGIApp:
    validator = TypeAdapter(Body).validator

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "POST"
        assert scope["path"] == "/orders"
        body = validator.validate_json(await receive_json(scope, receive))
        item, buyer = body["item"], body["buyer"]
        answer = {"name": item.name, "price": item.price, "member": buyer.member}
        await send_json(send, to_json(answer))

    return application


CASE = Case(
    rows=(
        Row(
            name="two_bodies",
            title="two models in one body",
            request=Request("/orders", method="POST", headers=JSON_BODY, body=to_json(BODY)),
            expected=Expected({"name": "lamp", "price": 42.5, "member": False}),
        ),
    ),
    app=app,
    floor=floor,
)
