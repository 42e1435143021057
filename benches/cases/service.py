"""A small service: a constant, one path and two query parameters, and a model in and out.

Everybody refuses a wrong value with a status of 4xx, and validates what it is sent to do so.
"""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

import json
import sys
from dataclasses import replace
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl

import pydantic
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typing_extensions import TypedDict

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row

MESSAGE = {"message": "Hello"}


class Part(pydantic.BaseModel):
    sku: str
    count: int


class Order(pydantic.BaseModel):
    id: int
    name: str
    parts: list[Part]
    total: float


class Item(TypedDict):
    """What the contenders without a framework of validation validate."""

    item_id: int
    q: str
    limit: int


DEFAULTS = {"q": "", "limit": 10}

ORDER = {
    "id": 1,
    "name": "n",
    "parts": [{"sku": "a", "count": 1}, {"sku": "b", "count": 2}],
    "total": 1.5,
}

read = TypeAdapter(Item).validator.validate_python


def returned(body: bytes | str) -> bytes:
    """The order of a body, as JSON. Raises `ValidationError`."""
    order = Order.__pydantic_validator__.validate_json(body)
    return Order.__pydantic_serializer__.to_json(order)


def app(framework: ModuleType) -> Any:
    api = framework.FastAPI()

    @api.get("/")
    async def root():
        return MESSAGE

    @api.get("/items/{item_id}")
    async def read_item(item_id: int, q: str = "", limit: int = 10):
        return {"item_id": item_id, "q": q, "limit": limit}

    @api.post("/orders")
    async def create_order(order: Order) -> Order:
        return order

    return api


class Through:
    """A middleware that does nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


def app_behind(framework: ModuleType) -> ASGIApp:
    api = app(framework)
    api.add_middleware(Through)
    return api


def starlette() -> ASGIApp:
    async def root(request: StarletteRequest) -> Response:
        return JSONResponse(MESSAGE)

    async def read_item(request: StarletteRequest) -> Response:
        return JSONResponse(read({**DEFAULTS, **request.query_params, **request.path_params}))

    async def create_order(request: StarletteRequest) -> Response:
        return Response(returned(await request.body()), media_type="application/json")

    async def refuse(request: StarletteRequest, error: Exception) -> Response:
        assert isinstance(error, ValidationError)
        return Response(error.json(), 422, media_type="application/json")

    return Starlette(
        routes=[
            Route("/", root),
            Route("/items/{item_id}", read_item),
            Route("/orders", create_order, methods=["POST"]),
        ],
        exception_handlers={ValidationError: refuse},
    )


def blacksheep() -> ASGIApp:
    from blacksheep import Application, Content, FromQuery, FromRoute, Router
    from blacksheep import Request as BlackSheepRequest
    from blacksheep import Response as BlackSheepResponse

    api = Application(router=Router())

    @api.router.get("/")
    async def root():
        return MESSAGE

    @api.router.get("/items/{item_id}")
    async def read_item(
        item_id: FromRoute[int],
        q: FromQuery[str] = FromQuery(""),  # noqa: B008  # as its users write it
        limit: FromQuery[int] = FromQuery(10),  # noqa: B008
    ):
        return {"item_id": item_id.value, "q": q.value, "limit": limit.value}

    @api.router.post("/orders")
    async def create_order(request: BlackSheepRequest) -> BlackSheepResponse:
        try:
            status, body = 200, returned(await request.read() or b"")
        except ValidationError as error:
            status, body = 422, error.json().encode()
        return BlackSheepResponse(status, None, Content(b"application/json", body))

    return api


def robyn() -> Any:
    from robyn import Response as RobynResponse
    from robyn import Robyn

    api = Robyn(__file__)
    headers = {"content-type": "application/json"}

    @api.get("/")
    async def root(request):
        return MESSAGE

    @api.get("/items/:item_id")
    async def read_item(request):
        query = request.query_params
        given = {
            "item_id": request.path_params["item_id"],
            "q": query.get("q", ""),
            "limit": query.get("limit", "10"),
        }
        try:
            return read(given)
        except ValidationError as error:
            return RobynResponse(422, headers, error.json())

    @api.post("/orders")
    async def create_order(request):
        try:
            return RobynResponse(200, headers, returned(request.body))
        except ValidationError as error:
            return RobynResponse(422, headers, error.json())

    return api


def bolt() -> Any:
    """The API of django-bolt, which its command finds as `served_by_bolt:api`."""
    import django
    import msgspec
    from django.conf import settings

    settings.configure(
        INSTALLED_APPS=["django_bolt"],
        ALLOWED_HOSTS=["*"],
        BOLT_API=["served_by_bolt:api"],
        LOGGING={"version": 1, "loggers": {"django.server": {"level": "CRITICAL"}}},
    )
    django.setup()
    from django_bolt import BoltAPI

    class BoltPart(msgspec.Struct):
        sku: str
        count: int

    class BoltOrder(msgspec.Struct):
        id: int
        name: str
        parts: list[BoltPart]
        total: float

    api = BoltAPI()

    @api.get("/")
    async def root():
        return MESSAGE

    @api.get("/items/{item_id}")
    async def read_item(item_id: int, q: str = "", limit: int = 10):
        return {"item_id": item_id, "q": q, "limit": limit}

    @api.post("/orders")
    async def create_order(order: BoltOrder) -> BoltOrder:
        return order

    module = sys.modules["served_by_bolt"] = ModuleType("served_by_bolt")
    module.api = api  # type: ignore[attr-defined]  # made here
    return api


async def _received(receive: Any) -> bytes:
    """The body of a request; servers need not send what is empty or false."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _item(path: str, query: bytes) -> dict[str, Any]:
    given = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    return read({**DEFAULTS, **given, "item_id": path.removeprefix("/items/")})


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        path = scope["path"]
        try:
            if path == "/":
                body = to_json(MESSAGE)
            elif path == "/orders":
                body = returned(await _received(receive))
            else:
                body = to_json(_item(path, scope["query_string"]))
        except ValidationError as error:
            await send_json(send, error.json().encode(), 422)
        else:
            await send_json(send, body)

    return application


def floor_behind() -> ASGIApp:
    return Through(floor())


def rsgi() -> Any:
    """The floor, of the interface of Granian."""
    headers = [("content-type", "application/json")]

    async def application(scope: Any, protocol: Any) -> None:
        path = scope.path
        try:
            if path == "/":
                body = to_json(MESSAGE)
            elif path == "/orders":
                body = returned(await protocol())
            else:
                body = to_json(_item(path, scope.query_string.encode()))
        except ValidationError as error:
            protocol.response_bytes(422, headers, error.json().encode())
        else:
            protocol.response_bytes(200, headers, body)

    return application


def _order(order: dict[str, Any]) -> Request:
    headers = ((b"content-type", b"application/json"),)
    return Request("/orders", method="POST", headers=headers, body=json.dumps(order).encode())


CASE = Case(
    rows=(
        Row("root", "GET constant", Request("/"), Expected(MESSAGE)),
        Row(
            "item",
            "GET path + two query parameters",
            Request("/items/3", query=b"q=abc&limit=5"),
            Expected({"item_id": 3, "q": "abc", "limit": 5}),
            wrong=Request("/items/3", query=b"q=abc&limit=many"),
        ),
        Row(
            "order",
            "POST model, same model out",
            _order(ORDER),
            Expected(ORDER),
            wrong=_order({**ORDER, "id": "one"}),
        ),
    ),
    app=app,
    floor=floor,
    others={
        "starlette": starlette,
        "blacksheep": blacksheep,
        "robyn": robyn,
        "rsgi": rsgi,
        "bolt": bolt,
    },
)
BEHIND = replace(CASE, app=app_behind, floor=floor_behind, others={})
