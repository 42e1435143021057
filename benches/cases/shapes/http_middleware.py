"""A function that `@app.middleware("http")` puts around every request."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any

from pydantic_core import to_json

from cases.sending import JSON_TYPE, send_answer
from harness.case import JSON, ASGIApp, Case, Expected, Request, Row

ANSWER = {"id": 7}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.middleware("http")
    async def identify(request, call_next):
        response = await call_next(request)
        response.headers["x-request-id"] = request.headers["x-request-id"]
        return response

    @api.get("/items/7")
    async def read_item():
        return ANSWER

    return api


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/items/7"
        identity = (b"x-request-id", dict(scope["headers"])[b"x-request-id"])
        await send_answer(send, to_json(ANSWER), JSON_TYPE, identity)

    return application


CASE = Case(
    rows=(
        Row(
            name="http_middleware",
            title='@app.middleware("http")',
            request=Request("/items/7", headers=((b"x-request-id", b"c0ffee"),)),
            expected=Expected(ANSWER, headers={**JSON, "x-request-id": "c0ffee"}),
        ),
    ),
    app=app,
    floor=floor,
)
