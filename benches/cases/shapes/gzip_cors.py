"""Starlette's middleware of GZip and CORS around an answer too small to compress.

The floor is wrapped in the same classes: they are the user's choice, and not what is measured.
"""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any

from pydantic_core import to_json
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from cases.sending import send_json
from harness.case import JSON, ASGIApp, Case, Expected, Request, Row

ORIGIN = "https://shop.example"
ANSWER = {"shared": True}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()
    api.add_middleware(GZipMiddleware)
    api.add_middleware(CORSMiddleware, allow_origins=[ORIGIN])

    @api.get("/shared")
    async def shared():
        return ANSWER

    return api


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/shared"
        await send_json(send, to_json(ANSWER))

    return CORSMiddleware(GZipMiddleware(application), allow_origins=[ORIGIN])


CASE = Case(
    rows=(
        Row(
            name="gzip_cors",
            title="GZip and CORS middleware",
            request=Request(
                "/shared",
                headers=((b"origin", ORIGIN.encode()), (b"accept-encoding", b"gzip, br")),
            ),
            expected=Expected(ANSWER, headers={**JSON, "access-control-allow-origin": ORIGIN}),
        ),
    ),
    app=app,
    floor=floor,
)
