"""A partial update: what was not set is not in the answer."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from cases.receiving import receive_json
from cases.sending import send_json
from harness.case import JSON_BODY, ASGIApp, Case, Expected, Request, Row


class Changes(BaseModel):
    name: str | None = None
    price: float | None = None
    tags: list[str] = []


CHANGES = {"price": 39.5}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.patch("/item", response_model_exclude_unset=True)
    async def change_item(changes: Changes) -> Changes:
        return changes

    return api


def floor() -> ASGIApp:
    validator = Changes.__pydantic_validator__
    serializer = Changes.__pydantic_serializer__

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "PATCH"
        assert scope["path"] == "/item"
        changes = validator.validate_json(await receive_json(scope, receive))
        await send_json(send, serializer.to_json(changes, exclude_unset=True))

    return application


CASE = Case(
    rows=(
        Row(
            name="exclude_unset",
            title="PATCH, answer by exclude_unset",
            request=Request("/item", method="PATCH", headers=JSON_BODY, body=to_json(CHANGES)),
            expected=Expected(CHANGES),
        ),
    ),
    app=app,
    floor=floor,
)
