"""A generator as a dependency, of a plain function and of a coroutine."""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

from collections.abc import AsyncIterator, Iterator
from types import ModuleType
from typing import Annotated, Any

import anyio.to_thread
from pydantic_core import to_json

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row, Within

VALUE = {"connection": 1}


def connect() -> Iterator[int]:
    yield 1


async def connect_asynchronously() -> AsyncIterator[int]:
    yield 1


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/request")
    def of_request(connection: Annotated[int, framework.Depends(connect)]):
        return {"connection": connection}

    @api.get("/function")
    def of_function(connection: Annotated[int, framework.Depends(connect, scope="function")]):
        return {"connection": connection}

    @api.get("/asynchronous")
    async def asynchronous(connection: Annotated[int, framework.Depends(connect_asynchronously)]):
        return {"connection": connection}

    return api


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        if scope["path"] == "/asynchronous":
            opened = connect_asynchronously()
            with anyio.CancelScope() as shield:
                try:
                    await send_json(send, to_json({"connection": await anext(opened)}))
                finally:
                    shield.shield = True
                    await anext(opened, None)
            return
        connection = connect()

        def enter() -> bytes:
            body = to_json({"connection": next(connection)})
            if scope["path"] == "/function":
                next(connection, None)
            return body

        await send_json(send, await anyio.to_thread.run_sync(enter))
        if scope["path"] == "/request":
            await anyio.to_thread.run_sync(next, connection, None)

    return application


CASE = Case(
    rows=(
        Row(
            name="generator",
            title="def generator, def endpoint",
            request=Request("/request"),
            expected=Expected(VALUE),
            goals=(Within("floor", 1.25),),
        ),
        Row(
            name="generator_of_function",
            title="the same, closed before the response",
            request=Request("/function"),
            expected=Expected(VALUE),
            goals=(Within("floor", 1.25), Within("fastapi", 0.25)),
        ),
        Row(
            name="generator_asynchronous",
            title="async def generator, async def endpoint",
            request=Request("/asynchronous"),
            expected=Expected(VALUE),
            goals=(Within("fastapi", 0.25),),
        ),
    ),
    app=app,
    floor=floor,
)
