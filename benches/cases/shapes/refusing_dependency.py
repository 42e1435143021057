"""An `HTTPException` in a plain function that is a dependency."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from secrets import compare_digest
from types import ModuleType
from typing import Annotated, Any

import anyio.to_thread
from pydantic_core import to_json

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row

REFUSED = {"detail": "Wrong token"}


def right(token: str) -> bool:
    return compare_digest(token, "secret")


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    def authenticate(x_token: Annotated[str, framework.Header()]) -> None:
        if not right(x_token):
            raise framework.HTTPException(401, REFUSED["detail"])

    @api.get("/items", dependencies=[framework.Depends(authenticate)])
    async def read_items():
        return []

    return api


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/items"
        token = dict(scope["headers"])[b"x-token"].decode("latin-1")
        if not await anyio.to_thread.run_sync(right, token):
            await send_json(send, to_json(REFUSED), 401)
            return
        await send_json(send, to_json([]))

    return application


CASE = Case(
    rows=(
        Row(
            name="refusing_dependency",
            title="HTTPException in a def dependency",
            request=Request("/items", headers=((b"x-token", b"guessed"),)),
            expected=Expected(REFUSED, status=401),
        ),
    ),
    app=app,
    floor=floor,
)
