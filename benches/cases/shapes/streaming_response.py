"""A `StreamingResponse` of four lines."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from collections.abc import AsyncIterator
from types import ModuleType
from typing import Any

from cases.sending import send_part, send_start
from harness.case import ASGIApp, Case, Expected, Request, Row

LINES = ["name,price\n", "lamp,42.5\n", "chair,120\n", "table,310\n"]
TYPE = "text/csv; charset=utf-8"


async def lines() -> AsyncIterator[str]:
    for line in LINES:
        yield line


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/items.csv")
    async def export():
        return framework.responses.StreamingResponse(lines(), media_type="text/csv")

    return api


def floor() -> ASGIApp:
    headers = [(b"content-type", TYPE.encode())]

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/items.csv"
        await send_start(send, headers)
        async for line in lines():
            await send_part(send, line.encode(), more=True)
        await send_part(send, b"", more=False)

    return application


CASE = Case(
    rows=(
        Row(
            name="streaming_response",
            title="StreamingResponse of four lines",
            request=Request("/items.csv"),
            expected=Expected(
                "".join(LINES).encode(), form="bytes", headers={"content-type": TYPE}
            ),
        ),
    ),
    app=app,
    floor=floor,
)
