"""A client whose requests are awaited, and whose responses can be read while they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferroapi.testclient.transport import ASGITransport

if TYPE_CHECKING:
    import httpx2 as httpx
else:
    from starlette.testclient import httpx  # the one that is installed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp


class AsyncClient(httpx.AsyncClient):
    """An `httpx` client of an application, on asyncio and Trio, without a socket.

    `async with AsyncClient(app) as client` runs the lifespan of the application around its
    requests. Each request is answered in a task of its own, and the application waits until the
    client reads: `client.stream(...)` gives an endless response piece by piece. A request is over
    when the application is, with its background tasks; a response that is closed early is a client
    that has left.
    """

    __test__ = False  # for pytest

    def __init__(
        self,
        app: ASGIApp,
        base_url: str = "http://testserver",
        *,
        raise_server_exceptions: bool = True,
        root_path: str = "",
        cookies: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        follow_redirects: bool = True,
        client: tuple[str, int] = ("testclient", 50000),
    ) -> None:
        """
        Args:
            app: any ASGI application.
            base_url: what the paths of requests are relative to.
            raise_server_exceptions: whether what the application raises is raised by the request,
                or by reading its response. Otherwise the response is a 500 or incomplete, which is
                an `httpx.RemoteProtocolError`.
            root_path: the path below which the application is mounted.
            cookies, headers: sent with each request.
            follow_redirects: whether a redirect is followed at once.
            client: host and port that the requests come from.
        """
        self.app = app
        super().__init__(
            base_url=base_url,
            headers={"user-agent": "testclient", **(headers or {})},
            cookies=None if cookies is None else dict(cookies),
            follow_redirects=follow_redirects,
            transport=ASGITransport(
                app,
                raise_app_exceptions=raise_server_exceptions,
                root_path=root_path,
                client=client,
            ),
        )
