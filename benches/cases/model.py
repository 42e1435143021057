"""A nested model in, the same model out."""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

import json
from types import ModuleType
from typing import Annotated, Any

import pydantic
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response
from starlette.routing import Route

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row, Within


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

    return api


def starlette() -> ASGIApp:
    async def create_order(request: StarletteRequest) -> Response:
        order = Order.model_validate_json(await request.body())
        return Response(order.__pydantic_serializer__.to_json(order), media_type="application/json")

    return Starlette(routes=[Route("/orders", create_order, methods=["POST"])])


def litestar() -> ASGIApp:
    from litestar import Litestar, post

    @post("/orders", status_code=200)
    async def create_order(data: Order) -> Order:
        return data

    return Litestar([create_order])


def blacksheep() -> ASGIApp:
    from blacksheep import Application, Content, Router
    from blacksheep import Request as BlackSheepRequest
    from blacksheep import Response as BlackSheepResponse

    api = Application(router=Router())

    @api.router.post("/orders")
    async def create_order(request: BlackSheepRequest) -> BlackSheepResponse:
        order = Order.model_validate_json(await request.read() or b"")
        body = order.__pydantic_serializer__.to_json(order)
        return BlackSheepResponse(200, None, Content(b"application/json", body))

    return api


def falcon() -> ASGIApp:
    from falcon.asgi import App

    class Orders:
        async def on_post(self, request: Any, response: Any) -> None:
            order = Order.model_validate_json(await request.stream.read())
            response.data = order.__pydantic_serializer__.to_json(order)

    api = App()
    api.add_route("/orders", Orders())
    return api


def robyn() -> Any:
    from robyn import Response as RobynResponse
    from robyn import Robyn

    api = Robyn(__file__)

    @api.post("/orders")
    async def create_order(request):
        order = Order.model_validate_json(request.body)
        body = order.__pydantic_serializer__.to_json(order)
        return RobynResponse(200, {"content-type": "application/json"}, body)

    return api


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
