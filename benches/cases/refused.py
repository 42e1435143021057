"""Requests that are refused: by two wrong parameters, and by an exception of the endpoint.

The errors of parameters are FastAPI's alone in their form; nobody else has rows here.
"""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Annotated, Any
from urllib.parse import parse_qsl

from annotated_types import Ge, Le
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json
from typing_extensions import TypedDict

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row


class Parameters(TypedDict):
    """What the floor validates."""

    item_id: Annotated[int, Ge(1)]
    limit: Annotated[int, Ge(1), Le(100)]


PLACES = {"item_id": "path", "limit": "query"}
MISSING = {"detail": "No such thing"}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/items/{item_id}")
    async def read_item(
        item_id: Annotated[int, framework.Path(ge=1)],
        limit: Annotated[int, framework.Query(ge=1, le=100)],
    ):
        return {"item_id": item_id, "limit": limit}

    @api.get("/things")
    async def read_things():
        raise framework.HTTPException(404, MISSING["detail"])

    return api


def floor() -> ASGIApp:
    validator = TypeAdapter(Parameters).validator

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        if scope["path"] == "/things":
            await send_json(send, to_json(MISSING), 404)
            return
        prefix, _, item_id = scope["path"].rpartition("/")
        assert prefix == "/items"
        given = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        try:
            validator.validate_python({**given, "item_id": item_id})
        except ValidationError as error:
            errors = error.errors(include_url=False)
            detail = [
                {**found, "loc": [PLACES[str(found["loc"][0])], *found["loc"]]} for found in errors
            ]
            await send_json(send, to_json({"detail": detail}), 422)

    return application


CASE = Case(
    rows=(
        Row(
            name="invalid",
            title="422, two wrong parameters",
            request=Request("/items/0", query=b"limit=many"),
            expected=Expected(
                {
                    "detail": [
                        {
                            "type": "greater_than_equal",
                            "loc": ["path", "item_id"],
                            "msg": "Input should be greater than or equal to 1",
                            "input": "0",
                            "ctx": {"ge": 1},
                        },
                        {
                            "type": "int_parsing",
                            "loc": ["query", "limit"],
                            "msg": "Input should be a valid integer, unable to parse string as an "
                            "integer",
                            "input": "many",
                        },
                    ]
                },
                status=422,
            ),
        ),
        Row(
            name="raised",
            title="HTTPException of an endpoint",
            request=Request("/things"),
            expected=Expected(MISSING, status=404),
        ),
    ),
    app=app,
    floor=floor,
)
