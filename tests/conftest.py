"""What tests of several modules share: event loops, a client below HTTP, and real servers."""

import itertools
import os
import re
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, settings
from starlette.types import ASGIApp, Message
from tests.processes import process_group

# An example takes as long as the machine is busy: how long says nothing.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
# `--hypothesis-profile further`: where the suite runs once more, on another interpreter.
settings.register_profile("further", settings.get_profile("untimed"), max_examples=20)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two a processor: a third of the time of a test is waiting."""
    return 2 * (os.cpu_count() or 1)


EXAMPLES = Path(__file__).parents[1] / "examples"

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


@contextmanager
def _no_threads() -> Iterator[None]:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        # Those of other tests are idle.
        patch.setattr("ferroapi.worker_threads._idle", {False: deque(), True: deque()})
        yield


@pytest.fixture(scope="session")
def no_threads() -> Callable[[], AbstractContextManager[None]]:
    """A block in which no thread can be started, as on a system that has no more; asyncio only."""
    return _no_threads


class Server:
    """A running process whose output goes to a file."""

    def __init__(self, process: subprocess.Popen[bytes], output: Path) -> None:
        self.process = process
        self.output = output

    def wait_for(self, pattern: str, seconds: float = 15) -> re.Match[str]:
        """The first match of `pattern` in the output, as soon as it is there."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            ended = self.process.poll() is not None
            if match := re.search(pattern, self.output.read_text()):
                return match
            if ended:
                break
            time.sleep(0.02)
        raise AssertionError(f"{pattern!r} is not in the output:\n{self.output.read_text()}")


@contextmanager
def running(
    arguments: Sequence[str], output: Path, folder: Path, environment: Mapping[str, str]
) -> Iterator[Server]:
    with (
        output.open("wb") as file,
        process_group(
            [sys.executable, *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONUNBUFFERED": "1", "TMPDIR": str(output.parent)} | environment,
        ) as process,
    ):
        yield Server(process, output)


@pytest.fixture(scope="module")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Starts `python *arguments` in a folder, by default that of the examples, with more in its
    environment; ends it after the tests of the module."""
    folder = tmp_path_factory.mktemp("servers")
    names = map("{}.log".format, itertools.count())
    with ExitStack() as stack:

        def start(arguments: Sequence[str], *, cwd: Path = EXAMPLES, **environment: str) -> Server:
            return stack.enter_context(running(arguments, folder / next(names), cwd, environment))

        yield start
