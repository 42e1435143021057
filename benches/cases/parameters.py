"""One path and two query parameters, validated."""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Annotated, Any
from urllib.parse import parse_qsl

from annotated_types import Ge, Le
from pydantic import TypeAdapter
from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import JSONResponse
from starlette.routing import Route
from typing_extensions import TypedDict

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row, Within


class Parameters(TypedDict, total=False):
    """What the contenders without a framework of validation validate."""

    item_id: Annotated[int, Ge(1)]
    limit: Annotated[int, Ge(1), Le(100)]
    active: bool


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/items/{item_id}")
    async def read_item(
        item_id: Annotated[int, framework.Path(ge=1)],
        limit: Annotated[int, framework.Query(ge=1, le=100)] = 10,
        active: bool = False,
    ):
        return {"item_id": item_id, "limit": limit, "active": active}

    return api


def starlette() -> ASGIApp:
    validator = TypeAdapter(Parameters).validator

    async def read_item(request: StarletteRequest) -> JSONResponse:
        given = {**request.query_params, **request.path_params}
        return JSONResponse({"limit": 10, "active": False, **validator.validate_python(given)})

    return Starlette(routes=[Route("/items/{item_id}", read_item)])


def litestar() -> ASGIApp:
    from litestar import Litestar, get
    from litestar.params import Parameter

    @get("/items/{item_id:int}")
    async def read_item(
        item_id: Annotated[int, Parameter(ge=1)],
        limit: Annotated[int, Parameter(ge=1, le=100)] = 10,
        active: bool = False,
    ) -> dict[str, Any]:
        return {"item_id": item_id, "limit": limit, "active": active}

    return Litestar([read_item])


def blacksheep() -> ASGIApp:
    from blacksheep import Application, FromQuery, FromRoute, Router

    api = Application(router=Router())
    validator = TypeAdapter(Parameters).validator

    @api.router.get("/items/{item_id}")
    async def read_item(
        item_id: FromRoute[int],
        limit: FromQuery[int] = FromQuery(10),  # noqa: B008  # as its users write it
        active: FromQuery[bool] = FromQuery(False),  # noqa: B008
    ):
        given = {"item_id": item_id.value, "limit": limit.value, "active": active.value}
        return validator.validate_python(given)

    return api


def falcon() -> ASGIApp:
    from falcon.asgi import App

    validator = TypeAdapter(Parameters).validator

    class Item:
        async def on_get(self, request: Any, response: Any, item_id: str) -> None:
            given = {**request.params, "item_id": item_id}
            values = validator.validate_python(given)
            response.media = {"limit": 10, "active": False, **values}

    api = App()
    api.add_route("/items/{item_id}", Item())
    return api


def robyn() -> Any:
    from robyn import Robyn

    api = Robyn(__file__)
    validator = TypeAdapter(Parameters).validator

    @api.get("/items/:item_id")
    async def read_item(request):
        query = request.query_params
        given = {
            "item_id": request.path_params["item_id"],
            "limit": query.get("limit", "10"),
            "active": query.get("active", "false"),
        }
        return validator.validate_python(given)

    return api


def floor() -> ASGIApp:
    validator = TypeAdapter(Parameters).validator

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        prefix, _, item_id = scope["path"].rpartition("/")
        assert prefix == "/items"
        given = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        given["item_id"] = item_id
        values = validator.validate_python(given)
        answer = {
            "item_id": values["item_id"],
            "limit": values.get("limit", 10),
            "active": values.get("active", False),
        }
        await send_json(send, to_json(answer))

    return application


CASE = Case(
    rows=(
        Row(
            name="parameters",
            title="path + two query parameters",
            request=Request("/items/42", query=b"limit=20&active=true"),
            expected=Expected({"item_id": 42, "limit": 20, "active": True}),
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
