"""Requests in a task that is in no cancel scope: no shield is opened for what they leave."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Annotated, Any

import anyio
import anyio.lowlevel
import pytest

from ferroapi import APIRouter, Depends, FastAPI, Request
from ferroapi.exceptions import FastAPIError
from ferroapi.routing import APIRoute

Events = list[str]


class OwnError(Exception):
    """Raised by endpoints."""


@contextlib.asynccontextmanager
async def left_in(events: Events, *, swallows: bool = False) -> AsyncIterator[None]:
    """Waits when it is left, and has a cancel scope of its own open until then."""
    with anyio.CancelScope():
        try:
            yield
        except BaseException as error:
            events.append(type(error).__name__)
            if not swallows or isinstance(error, asyncio.CancelledError):
                raise
        finally:
            await anyio.lowlevel.checkpoint()
            events.append("left")


def with_a_dependency(app: FastAPI, endpoint: Any, events: Events, *, swallows: bool) -> None:
    async def dependency() -> AsyncIterator[None]:
        async with left_in(events, swallows=swallows):
            yield

    async def read(_: Annotated[None, Depends(dependency)]) -> None:
        await endpoint()

    app.get("/")(read)


def with_one_of_scope_function(
    app: FastAPI, endpoint: Any, events: Events, *, swallows: bool
) -> None:
    async def dependency() -> AsyncIterator[None]:
        async with left_in(events, swallows=swallows):
            yield

    async def read(_: Annotated[None, Depends(dependency, scope="function")]) -> None:
        await endpoint()

    app.get("/")(read)


def with_a_route_handler(app: FastAPI, endpoint: Any, events: Events, *, swallows: bool) -> None:
    class Entering(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Any]]:
            handle = super().get_route_handler()

            async def entering(request: Request) -> Any:
                stack = request.scope["fastapi_inner_astack"]
                await stack.enter_async_context(left_in(events, swallows=swallows))
                return await handle(request)

            return entering

    async def read() -> None:
        await endpoint()

    router = APIRouter(route_class=Entering)
    router.get("/")(read)
    app.include_router(router)


async def returns() -> None: ...


async def raises() -> None:
    raise OwnError


async def is_cancelled() -> None:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().call_soon(task.cancel)
    await anyio.sleep_forever()


# (endpoint, whether what is left swallows exceptions, what is raised, what happened)
OUTCOMES: dict[str, tuple[Any, bool, type[BaseException] | None, Events]] = {
    "returns": (returns, False, None, ["left"]),
    "raises": (raises, False, OwnError, ["OwnError", "left"]),
    "swallowed": (raises, True, FastAPIError, ["OwnError", "left"]),
    "cancelled": (is_cancelled, False, asyncio.CancelledError, ["CancelledError", "left"]),
}


@pytest.mark.anyio
@pytest.mark.parametrize("is_around", [False, True], ids=["no scope", "a scope"])
@pytest.mark.parametrize("name", OUTCOMES)
@pytest.mark.parametrize(
    "declare", [with_a_dependency, with_one_of_scope_function, with_a_route_handler]
)
async def test_it_is_left_as_in_a_scope(
    declare: Any, name: str, is_around: bool, anyio_backend_name: str, ask: Any
) -> None:
    if anyio_backend_name == "trio":
        pytest.skip("every task is in a scope there")
    endpoint, swallows, raised, expected = OUTCOMES[name]
    events: Events = []
    app = FastAPI()
    declare(app, endpoint, events, swallows=swallows)

    async def serve() -> None:
        with anyio.CancelScope() if is_around else contextlib.nullcontext():
            await ask(app)

    task = asyncio.create_task(serve())
    await asyncio.wait([task])
    error = asyncio.CancelledError() if task.cancelled() else task.exception()
    assert (type(error) if error else None, events) == (raised, expected)
