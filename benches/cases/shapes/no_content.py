"""A status without a body."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any

from pydantic import TypeAdapter

from harness.case import ASGIApp, Case, Expected, Request, Row


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.delete("/items/{item_id}", status_code=204)
    async def delete_item(item_id: int) -> None:
        assert item_id == 7

    return api


def floor() -> ASGIApp:
    validator = TypeAdapter(int).validator

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "DELETE"
        prefix, _, item_id = scope["path"].rpartition("/")
        assert prefix == "/items"
        assert validator.validate_python(item_id) == 7
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return application


CASE = Case(
    rows=(
        Row(
            name="no_content",
            title="DELETE, 204",
            request=Request("/items/7", method="DELETE"),
            expected=Expected(b"", status=204, form="bytes", headers={}),
        ),
    ),
    app=app,
    floor=floor,
)
