"""Bodies that are refused: by two wrong fields, and since they are no JSON."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

import json
from types import ModuleType
from typing import Annotated, Any

from annotated_types import Gt
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from cases.receiving import receive_json
from cases.sending import send_json
from harness.case import JSON_BODY, ASGIApp, Case, Expected, Request, Row


class Item(BaseModel):
    name: str
    price: Annotated[float, Gt(0)]
    stock: int


WRONG = {"price": 0, "stock": 3}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.post("/items")
    async def create_item(item: Item) -> Item:
        return item

    return api


def errors_of(body: bytes, error: ValidationError) -> list[dict[str, Any]]:
    """The errors in FastAPI's form."""
    found = error.errors(include_url=False)
    if found[0]["type"] != "json_invalid":
        return [{**each, "loc": ["body", *each["loc"]]} for each in found]
    try:
        json.loads(body)
    except json.JSONDecodeError as broken:
        return [
            {
                "type": "json_invalid",
                "loc": ["body", broken.pos],
                "msg": "JSON decode error",
                "input": {},
                "ctx": {"error": broken.msg},
            }
        ]
    raise error


def floor() -> ASGIApp:
    validator = Item.__pydantic_validator__
    serializer = Item.__pydantic_serializer__

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "POST"
        assert scope["path"] == "/items"
        body = await receive_json(scope, receive)
        try:
            item = validator.validate_json(body)
        except ValidationError as error:
            await send_json(send, to_json({"detail": errors_of(body, error)}), 422)
            return
        await send_json(send, serializer.to_json(item))

    return application


CASE = Case(
    rows=(
        Row(
            name="invalid_body",
            title="422, two wrong fields of a body",
            request=Request("/items", method="POST", headers=JSON_BODY, body=to_json(WRONG)),
            expected=Expected(
                {
                    "detail": [
                        {
                            "type": "missing",
                            "loc": ["body", "name"],
                            "msg": "Field required",
                            "input": WRONG,
                        },
                        {
                            "type": "greater_than",
                            "loc": ["body", "price"],
                            "msg": "Input should be greater than 0",
                            "input": 0,
                            "ctx": {"gt": 0},
                        },
                    ]
                },
                status=422,
            ),
        ),
        Row(
            name="broken_json",
            title="422, broken JSON",
            request=Request(
                "/items", method="POST", headers=JSON_BODY, body=b'{"name": "lamp", "price": }'
            ),
            expected=Expected(
                {
                    "detail": [
                        {
                            "type": "json_invalid",
                            "loc": ["body", 26],
                            "msg": "JSON decode error",
                            "input": {},
                            "ctx": {"error": "Expecting value"},
                        }
                    ]
                },
                status=422,
            ),
        ),
    ),
    app=app,
    floor=floor,
)
