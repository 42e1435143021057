"""An endpoint whose text is a page."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any

from cases.sending import send_answer
from harness.case import ASGIApp, Case, Expected, Request, Row

TYPE = "text/html; charset=utf-8"


def page(name: str) -> str:
    return f"<!doctype html><title>{name}</title><h1>Hello {name}</h1>"


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/hello/{name}", response_class=framework.responses.HTMLResponse)
    async def hello(name: str):
        return page(name)

    return api


def floor() -> ASGIApp:
    content_type = (b"content-type", TYPE.encode())

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        prefix, _, name = scope["path"].rpartition("/")
        assert prefix == "/hello"
        await send_answer(send, page(name).encode(), content_type)

    return application


CASE = Case(
    rows=(
        Row(
            name="html_response",
            title="HTMLResponse",
            request=Request("/hello/Ada"),
            expected=Expected(page("Ada").encode(), form="bytes", headers={"content-type": TYPE}),
        ),
    ),
    app=app,
    floor=floor,
)
