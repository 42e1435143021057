"""An application that is mounted in another."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row


def app(framework: ModuleType) -> ASGIApp:
    api, admin = framework.FastAPI(), framework.FastAPI()

    @admin.get("/users/{user_id}")
    async def read_user(user_id: int):
        return {"user_id": user_id}

    api.mount("/admin", admin)
    return api


def floor() -> ASGIApp:
    validator = TypeAdapter(int).validator

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        prefix, _, user_id = scope["path"].rpartition("/")
        assert prefix == "/admin/users"
        await send_json(send, to_json({"user_id": validator.validate_python(user_id)}))

    return application


CASE = Case(
    rows=(
        Row(
            name="mounted",
            title="mounted application",
            request=Request("/admin/users/7"),
            expected=Expected({"user_id": 7}),
        ),
    ),
    app=app,
    floor=floor,
)
