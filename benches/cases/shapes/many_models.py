"""A body of a thousand models."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json

from cases.items import VALUES, Item
from cases.receiving import receive_json
from cases.sending import send_json
from harness.case import JSON_BODY, ASGIApp, Case, Expected, Request, Row


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.post("/items")
    async def create_items(items: list[Item]):
        return {"created": len(items)}

    return api


def floor() -> ASGIApp:
    validator = TypeAdapter(list[Item]).validator

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "POST"
        assert scope["path"] == "/items"
        items = validator.validate_json(await receive_json(scope, receive))
        await send_json(send, to_json({"created": len(items)}))

    return application


CASE = Case(
    rows=(
        Row(
            name="many_models",
            title="body of 1,000 models",
            request=Request("/items", method="POST", headers=JSON_BODY, body=to_json(VALUES)),
            expected=Expected({"created": len(VALUES)}),
        ),
    ),
    app=app,
    floor=floor,
)
