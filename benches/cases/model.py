"""A nested model in, the same model out."""

# mypy: disable-error-code="no-untyped-def, untyped-decorator"
# The framework is known at run time; most applications annotate no result.

import json
from types import ModuleType
from typing import Annotated, Any

import pydantic
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response
from starlette.routing import Route

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Goal, Request, Row


class Address(pydantic.BaseModel):
    street: str
    city: str
    country: Annotated[str, pydantic.Field(min_length=2, max_length=2)]


class Customer(pydantic.BaseModel):
    name: str
    email: str
    address: Address


class Line(pydantic.BaseModel):
    sku: str
    quantity: Annotated[int, pydantic.Field(ge=1)]
    price: Annotated[float, pydantic.Field(gt=0)]


class Order(pydantic.BaseModel):
    id: int
    customer: Customer
    lines: list[Line]
    note: str | None = None


ORDER = {
    "id": 7,
    "customer": {
        "name": "Ada",
        "email": "ada@example.org",
        "address": {"street": "Rue du Lac 1", "city": "Genève", "country": "CH"},
    },
    "lines": [
        {"sku": "A-1", "quantity": 2, "price": 9.5},
        {"sku": "B-2", "quantity": 1, "price": 120.25},
        {"sku": "C-3", "quantity": 12, "price": 0.75},
    ],
    "note": None,
}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.post("/orders")
    async def create_order(order: Order) -> Order:
        return order

    return api  # type: ignore[no-any-return]


def starlette() -> ASGIApp:
    async def create_order(request: StarletteRequest) -> Response:
        order = Order.model_validate_json(await request.body())
        return Response(order.__pydantic_serializer__.to_json(order), media_type="application/json")

    return Starlette(routes=[Route("/orders", create_order, methods=["POST"])])


def floor() -> ASGIApp:
    validator = Order.__pydantic_validator__
    serializer = Order.__pydantic_serializer__

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "POST"
        assert scope["path"] == "/orders"
        assert (b"content-type", b"application/json") in scope["headers"]
        message = await receive()
        body = message["body"]
        while message["more_body"]:
            message = await receive()
            body += message["body"]
        await send_json(send, serializer.to_json(validator.validate_json(body)))

    return application


CASE = Case(
    rows=(
        Row(
            name="model",
            title="POST nested model, same model out",
            request=Request(
                "/orders",
                method="POST",
                headers=((b"content-type", b"application/json"),),
                body=json.dumps(ORDER).encode(),
            ),
            expected=Expected(ORDER),
            goal=Goal("floor", 2),
        ),
    ),
    app=app,
    starlette=starlette,
    floor=floor,
)
