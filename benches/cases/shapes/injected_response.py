"""A cookie and a header on the response that an endpoint asks for."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any

from pydantic_core import to_json

from cases.sending import JSON_TYPE, send_answer
from harness.case import JSON, ASGIApp, Case, Expected, Request, Row

ANSWER = {"signed_in": True}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.post("/sessions/{name}")
    async def sign_in(
        name: str,
        response: framework.Response,  # type: ignore[name-defined]  # of the module
    ):
        response.set_cookie("session", name, httponly=True)
        response.headers["x-user"] = name
        return ANSWER

    return api


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "POST"
        prefix, _, name = scope["path"].rpartition("/")
        assert prefix == "/sessions"
        cookie = f"session={name}; HttpOnly; Path=/; SameSite=lax"
        await send_answer(
            send,
            to_json(ANSWER),
            JSON_TYPE,
            (b"set-cookie", cookie.encode("latin-1")),
            (b"x-user", name.encode("latin-1")),
        )

    return application


CASE = Case(
    rows=(
        Row(
            name="injected_response",
            title="cookie and header on injected Response",
            request=Request("/sessions/ada", method="POST"),
            expected=Expected(
                ANSWER,
                headers={
                    **JSON,
                    "set-cookie": "session=ada; HttpOnly; Path=/; SameSite=lax",
                    "x-user": "ada",
                },
            ),
        ),
    ),
    app=app,
    floor=floor,
)
