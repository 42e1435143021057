"""What has an application answer an HTTP client, in the event loop of the client."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import anyio

from ferroapi.testclient.exchange import Exchange
from ferroapi.testclient.lifespan import Lifespan

if TYPE_CHECKING:
    import httpx2 as httpx
else:
    from starlette.testclient import httpx  # the one that is installed

if TYPE_CHECKING:
    from types import TracebackType

    from anyio.abc import TaskGroup
    from starlette.types import ASGIApp


class ASGITransport(httpx.AsyncBaseTransport):
    """Runs each request as a task of its own, so that its response can be read as it comes.

    Entering it starts the application, leaving it stops the application; what still answers then is
    cancelled.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        raise_app_exceptions: bool = True,
        root_path: str = "",
        client: tuple[str, int] = ("testclient", 50000),
    ) -> None:
        """
        Args:
            app: any ASGI application.
            raise_app_exceptions: whether what the application raises is raised by the request, or
                by reading its response, and not answered with a 500 or an incomplete response.
            root_path: the path below which the application is mounted.
            client: host and port that the requests come from.
        """
        self._app = app
        self._raise_app_exceptions = raise_app_exceptions
        self._root_path = root_path
        self._client = client
        self._lifespan = Lifespan(app)
        self._tasks: TaskGroup | None = None
        self._exchanges: WeakSet[Exchange] = WeakSet()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> ASGITransport:
        async with AsyncExitStack() as stack:
            tasks = await stack.enter_async_context(_Tasks())
            await tasks.start(self._lifespan.run)
            stack.push_async_callback(self._lifespan.stop)
            self._tasks = await stack.enter_async_context(_Tasks())
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self._tasks = None
        for exchange in self._exchanges:
            exchange.leave()
        await self._stack.aclose()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answers a request as soon as the response has started.

        Raises:
            RuntimeError: the transport is not entered, or the application has not answered.
            Exception: what the application has raised, if that is wanted.
        """
        if self._tasks is None:
            raise RuntimeError("The application is not started: use `async with AsyncClient(app)`")
        exchange = Exchange(request, raise_app_exceptions=self._raise_app_exceptions)
        self._exchanges.add(exchange)
        self._tasks.start_soon(exchange.run, self._app, self._scope(request))
        try:
            status, headers = await exchange.response()
        except BaseException:
            exchange.leave()
            raise
        return httpx.Response(status, headers=headers, stream=exchange)

    def _scope(self, request: httpx.Request) -> dict[str, Any]:
        url = request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "server": (url.host, url.port or {"https": 443}.get(url.scheme, 80)),
            "client": self._client,
            "root_path": self._root_path,
            "state": self._lifespan.state.copy(),
        }


class _Tasks:
    """A task group that cancels its tasks when it is left, and raises nothing but their errors."""

    async def __aenter__(self) -> TaskGroup:
        self._group = anyio.create_task_group()
        return await self._group.__aenter__()

    async def __aexit__(self, *_error: object) -> None:
        self._group.cancel_scope.cancel()
        await self._group.__aexit__(None, None, None)
