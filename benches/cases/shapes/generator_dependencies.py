"""Generators as dependencies: what they open is closed after the response."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import ModuleType
from typing import Annotated, Any

import anyio.to_thread
from pydantic_core import to_json

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row


class Session:
    """What a generator opens."""

    def __init__(self) -> None:
        self.open = True

    def close(self) -> None:
        self.open = False


def open_session() -> Iterator[Session]:
    session = Session()
    try:
        yield session
    finally:
        session.close()


async def open_async_session() -> AsyncIterator[Session]:
    session = Session()
    try:
        yield session
    finally:
        session.close()


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/def")
    def read(session: Annotated[Session, framework.Depends(open_session)]):
        return {"open": session.open}

    @api.get("/async")
    async def read_async(session: Annotated[Session, framework.Depends(open_async_session)]):
        return {"open": session.open}

    return api


def floor() -> ASGIApp:
    opening = contextmanager(open_session)
    opening_async = asynccontextmanager(open_async_session)

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        if scope["path"] == "/def":
            manager = opening()

            def read() -> bytes:
                return to_json({"open": manager.__enter__().open})

            body = await anyio.to_thread.run_sync(read)
            try:
                await send_json(send, body)
            finally:
                await anyio.to_thread.run_sync(manager.__exit__, None, None, None)
            return
        assert scope["path"] == "/async"
        async with opening_async() as session:
            await send_json(send, to_json({"open": session.open}))

    return application


CASE = Case(
    rows=(
        Row(
            name="generator_dependency",
            title="def generator dependency, def endpoint",
            request=Request("/def"),
            expected=Expected({"open": True}),
        ),
        Row(
            name="async_generator_dependency",
            title="async generator dependency",
            request=Request("/async"),
            expected=Expected({"open": True}),
        ),
    ),
    app=app,
    floor=floor,
)
