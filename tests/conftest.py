"""What tests of several modules share: the event loops to run on, and a client below HTTP."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import pytest
from starlette.types import ASGIApp, Message

BACKENDS: dict[str, tuple[str, dict[str, Any]]] = {
    "asyncio": ("asyncio", {"use_uvloop": False}),
    "uvloop": ("asyncio", {"use_uvloop": True}),
    "trio": ("trio", {}),
}


@pytest.fixture(params=BACKENDS.values(), ids=BACKENDS)
def anyio_backend(request: pytest.FixtureRequest) -> Any:
    """The event loops there are, for anyio's own plugin."""
    return request.param


@pytest.fixture
def loop(anyio_backend: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """The same, as keywords of `TestClient`."""
    name, options = anyio_backend
    return {"backend": name, "backend_options": options}


@dataclass(frozen=True)
class Answer:
    """A response as it went over the wire."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


Ask: TypeAlias = Callable[..., Awaitable[Answer]]


async def _ask(
    app: ASGIApp,
    method: str = "GET",
    path: str = "/",
    *,
    query: bytes = b"",
    headers: Iterable[tuple[bytes, bytes]] = (),
    body: bytes = b"",
) -> Answer:
    """One request, with bytes no HTTP client would send. Raises what the application raises."""
    sent: list[Message] = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(errors="surrogatepass"),
        "query_string": query,
        "root_path": "",
        "headers": list(headers),
        "client": ("testclient", 50000),
        "server": ("testserver", 80),
    }
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    content = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(sent[0]["status"], list(sent[0]["headers"]), content)


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Sends one request to an ASGI application: `await ask(app, method, path, ...)`."""
    return _ask
