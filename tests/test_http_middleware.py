"""`BaseHTTPMiddleware` as applications run it. Starlette's own tests of it: starlette_suite/."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import pytest
from starlette.background import BackgroundTask
from starlette.middleware import base
from starlette.middleware.base import BaseHTTPMiddleware

from ferroapi import FastAPI, HTTPException, Request
from ferroapi.http_middleware import DispatchedMiddleware, dispatched
from ferroapi.responses import PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

pytestmark = pytest.mark.anyio

Seen = list[Any]
heard: ContextVar[str] = ContextVar("heard", default="nothing")


class Passing(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: Any) -> Any:
        return await call_next(request)


class Calling(Passing):
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await super().__call__(scope, receive, send)


async def pass_on(request: Request, call_next: Any) -> Any:
    return await call_next(request)


def innermost() -> FastAPI:
    return FastAPI()


@pytest.mark.parametrize(
    ("make", "is_ours"),
    [
        pytest.param(lambda: BaseHTTPMiddleware(innermost(), pass_on), True, id="function"),
        pytest.param(lambda: Passing(innermost()), True, id="dispatch of a subclass"),
        pytest.param(lambda: Calling(innermost()), False, id="call of a subclass"),
    ],
)
async def test_middleware_with_a_call_of_its_own_is_called(
    make: Callable[[], BaseHTTPMiddleware], is_ours: bool
) -> None:
    made = make()
    assert isinstance(dispatched(made), DispatchedMiddleware) is is_ours


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (BaseHTTPMiddleware, "__call__"),
        (base, "_CachedRequest"),
        (base, "_StreamingResponse"),
    ],
    ids=["call", "request", "response"],
)
async def test_what_somebody_has_replaced_is_used(
    owner: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = getattr(owner, name)
    used: Seen = []

    def replacement(*args: Any, **options: Any) -> Any:
        used.append(name)
        return original(*args, **options)

    monkeypatch.setattr(owner, name, replacement)
    assert not isinstance(dispatched(Passing(innermost())), DispatchedMiddleware)


async def test_the_class_in_the_application_stays(ask: Any) -> None:
    app = FastAPI()
    app.add_middleware(Passing)

    @app.middleware("http")
    async def first(request: Request, call_next: Any) -> Any:
        return await call_next(request)

    @app.get("/")
    async def read() -> int:
        return 1

    assert (await ask(app)).body == b"1"
    assert [middleware.cls for middleware in app.user_middleware] == [BaseHTTPMiddleware, Passing]
    found: Seen = []
    layer: Any = app.middleware_stack
    while layer is not None:
        if isinstance(layer, BaseHTTPMiddleware):
            found.append(type(layer))
        layer = getattr(layer, "app", None)
    assert found == [BaseHTTPMiddleware, Passing]


async def test_what_an_endpoint_sets_in_its_context_is_seen(
    ask: Any, anyio_backend_name: str
) -> None:
    """On trio Starlette runs its middleware, and it is not."""
    app = FastAPI()
    seen: Seen = []

    @app.get("/")
    async def read() -> None:
        seen.append(heard.get())
        heard.set("endpoint")

    @app.middleware("http")
    async def listen(request: Request, call_next: Any) -> Any:
        token = heard.set("middleware")
        response = await call_next(request)
        seen.append(heard.get())
        heard.reset(token)
        seen.append(heard.get())
        return response

    await ask(app)
    after = "middleware" if anyio_backend_name == "trio" else "endpoint"
    assert seen == ["middleware", after, "nothing"]


class EndpointError(Exception):
    pass


def without_context() -> None:
    raise EndpointError


def with_context() -> None:
    try:
        raise KeyError
    except KeyError:
        raise EndpointError  # noqa: B904 - its context is what is tested


def with_cause() -> None:
    try:
        raise KeyError
    except KeyError as error:
        raise EndpointError from error


@pytest.mark.parametrize("fail", [without_context, with_context, with_cause])
async def test_what_an_endpoint_raises_is_raised_by_call_next(
    ask: Any, fail: Callable[[], None]
) -> None:
    app = FastAPI()
    raised: Seen = []

    @app.get("/")
    async def read() -> None:
        fail()

    @app.middleware("http")
    async def catch(request: Request, call_next: Any) -> Any:
        try:
            return await call_next(request)
        except EndpointError as error:
            raised.append(error)
            return PlainTextResponse("caught", 503)

    assert (await ask(app)).status == 503
    names = []
    traceback = raised[0].__traceback__
    while traceback is not None:
        names.append(traceback.tb_frame.f_code.co_name)
        traceback = traceback.tb_next
    assert {"catch", "read", fail.__name__} <= set(names)
    cause = None if fail is without_context else KeyError
    assert type(raised[0].__cause__) is (type(None) if cause is None else cause)


async def limit(awaitable: Awaitable[Any]) -> Any:
    with anyio.fail_after(0.01):
        return await awaitable


async def test_a_time_limit_does_not_end_the_endpoint(ask: Any) -> None:
    """It bounds how long the middleware waits; the endpoint goes on."""
    app = FastAPI()
    done: Seen = []

    @app.get("/")
    async def read() -> None:
        await anyio.sleep(0.05)
        done.append("endpoint")

    @app.middleware("http")
    async def bound(request: Request, call_next: Any) -> Any:
        try:
            return await limit(call_next(request))
        except TimeoutError:
            done.append("limit")
            return PlainTextResponse("late", 504)

    assert (await ask(app)).status == 504
    assert done == ["limit", "endpoint"]


async def test_a_request_that_is_cancelled_ends_the_endpoint(ask: Any) -> None:
    app = FastAPI()
    done: Seen = []

    @app.get("/")
    async def read() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            done.append("endpoint")

    app.middleware("http")(pass_on)
    with anyio.move_on_after(0.02):
        await ask(app)
    assert done == ["endpoint"]


@pytest.mark.parametrize("fails", [False, True])
async def test_background_tasks_run_after_the_response_unless_middleware_fails(
    ask: Any, fails: bool
) -> None:
    app = FastAPI()
    order: Seen = []

    async def work() -> None:
        await anyio.lowlevel.checkpoint()
        order.append("background")

    @app.get("/")
    async def read() -> PlainTextResponse:
        return PlainTextResponse("", background=BackgroundTask(work))

    @app.middleware("http")
    async def note(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        order.append("middleware")
        if fails:
            raise HTTPException(418)
        return response

    if fails:
        with pytest.raises(HTTPException):
            await ask(app)
    else:
        await ask(app)
    assert order == (["middleware"] if fails else ["middleware", "background"])


async def test_a_body_is_replaced_and_read(ask: Any) -> None:
    app = FastAPI()

    @app.post("/")
    async def read(request: Request) -> PlainTextResponse:
        assert await request.body() == b"sent"
        return PlainTextResponse("abc")

    @app.middleware("http")
    async def bracket(request: Request, call_next: Any) -> Any:
        assert await request.body() == b"sent"
        response = await call_next(request)
        inner = response.body_iterator

        async def bracketed() -> AsyncIterator[bytes]:
            yield b"<"
            async for chunk in inner:
                yield chunk
            yield b">"

        response.body_iterator = bracketed()
        return response

    assert (await ask(app, "POST", body=b"sent")).body == b"<abc>"


async def test_call_next_is_over_with_the_request(ask: Any) -> None:
    app = FastAPI()
    kept: Seen = []

    @app.get("/")
    async def read() -> None: ...

    @app.middleware("http")
    async def keep(request: Request, call_next: Any) -> Any:
        kept.extend([call_next, request])
        return await call_next(request)

    await ask(app)
    call_next, request = kept
    with pytest.raises(RuntimeError):
        await call_next(request)


async def test_a_message_whose_sender_is_cancelled_is_not_read(
    ask: Any, anyio_backend_name: str
) -> None:
    if anyio_backend_name == "trio":
        pytest.skip("Starlette's own, and trio runs tasks in any order")
    sending: list[anyio.CancelScope] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        with anyio.CancelScope() as cancel_scope:
            sending.append(cancel_scope)
            await send({"type": "http.response.body", "body": b"cancelled", "more_body": True})
        await send({"type": "http.response.body", "body": b"kept"})

    async def read_all(request: Request, call_next: Any) -> PlainTextResponse:
        response = await call_next(request)
        # What is inside has come to where it sends the body.
        await anyio.wait_all_tasks_blocked()
        sending[0].cancel()
        return PlainTextResponse(b"".join([chunk async for chunk in response.body_iterator]))

    assert (await ask(dispatched(BaseHTTPMiddleware(inner, read_all)))).body == b"kept"


async def test_middleware_may_call_again_after_a_failure(ask: Any, anyio_backend_name: str) -> None:
    if anyio_backend_name == "trio":
        pytest.skip("Starlette's own")
    app = FastAPI()
    calls: Seen = []

    @app.get("/")
    async def read() -> int:
        calls.append("endpoint")
        if len(calls) == 1:
            raise EndpointError
        return len(calls)

    @app.middleware("http")
    async def retry(request: Request, call_next: Any) -> Any:
        try:
            return await call_next(request)
        except EndpointError:
            return await call_next(request)

    assert (await ask(app)).body == b"2"
