"""A redirect."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any
from urllib.parse import quote

from cases.sending import send_answer
from harness.case import ASGIApp, Case, Expected, Request, Row


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/old/{name}")
    async def moved(name: str):
        return framework.responses.RedirectResponse(f"/new/{name}")

    return api


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        prefix, _, name = scope["path"].rpartition("/")
        assert prefix == "/old"
        location = f"/new/{quote(name)}".encode("latin-1")
        await send_answer(send, b"", (b"location", location), status=307)

    return application


CASE = Case(
    rows=(
        Row(
            name="redirect",
            title="redirect",
            request=Request("/old/lamp"),
            expected=Expected(b"", status=307, form="bytes", headers={"location": "/new/lamp"}),
        ),
    ),
    app=app,
    floor=floor,
)
