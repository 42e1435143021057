"""The access log: which lines and records there are, when they are written, and what fails not."""

import asyncio
import io
import logging
import logging.config
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from tests.processes import process_group
from tests.server import serving as server
from tests.server.serving import sent
from uvicorn.config import LOGGING_CONFIG
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from ferroapi import BackgroundTasks, FastAPI, HTTPException, Request, Response
from ferroapi.server import HTTPProtocol, ServerOptions

pytestmark = pytest.mark.anyio

LOGGER = logging.getLogger("uvicorn.access")
GET = b"GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s\r\n"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a server writes to its standard output, under uvicorn's own configuration of logs."""
    output = io.StringIO()
    loggers = [logging.getLogger(name) for name in ("uvicorn", "uvicorn.error", "uvicorn.access")]
    before = [(logger, logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    logging.config.dictConfig(deepcopy(LOGGING_CONFIG))
    handler = LOGGER.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(output)
    yield output
    for logger, handlers, level, propagate in before:
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)
        logger.filters.clear()


@asynccontextmanager
async def serving(app: Any, **settings: Any) -> AsyncIterator[int]:
    """As `tests.server.serving`, without the handlers that pytest adds to each logger."""
    del LOGGER.handlers[1:]
    async with server.serving(app, **settings) as port:
        yield port


def protocol(**options: Any) -> type[HTTPProtocol]:
    """A protocol with other options."""
    return type("Protocol", (HTTPProtocol,), {"options": ServerOptions(**options)})


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the status and the number of bytes that the query names."""
    status, _, size = scope["query_string"].decode("latin-1").partition(",")
    headers = [(b"x-request-id", b"made")] if size == "5" else []
    start = {"status": int(status) if status.isdigit() else 200, "headers": headers}
    await send({"type": "http.response.start", **start})
    await send({"type": "http.response.body", "body": b"x" * int(size or 2), "more_body": True})
    await send({"type": "http.response.body"})


TARGETS = [b"/", b"/a/b?q=1", b"/?404", b"/%C3%A9/%20?x=%20", b"/a:@b", b"/?299", b"http://a/b?c"]


@pytest.mark.parametrize("root_path", ["", "/root"])
@pytest.mark.parametrize("target", TARGETS)
async def test_a_line_is_that_of_uvicorn(
    target: bytes, root_path: str, output: io.StringIO
) -> None:
    lines = []
    for kind in (HTTPProtocol, HttpToolsProtocol):
        async with serving(app, protocol=kind, root_path=root_path) as port:
            await sent(port, GET % (target, b""), closing=False)
        lines.append(re.sub(r":\d+ -", ":1 -", output.getvalue()).rstrip())
        output.truncate(output.seek(0))
    assert lines[0] == lines[1] != ""


own = FastAPI()
"""Answered without a scope where that is possible."""


@own.get("/items/{item}")
async def read_item(item: int) -> int:
    return item


@own.get("/request/{item}")
async def read_request(request: Request) -> str:
    return request.url.path


@own.get("/stream")
async def stream_items() -> AsyncIterator[int]:
    yield 1


@own.get("/failing")
async def failing() -> None:
    raise RuntimeError


@own.get("/response")
async def return_response() -> Response:
    return Response(b"as it is", headers={"x-request-id": "2"})


@own.get("/background")
async def begin_task(tasks: BackgroundTasks) -> str:
    tasks.add_task(lambda: None)
    return "begun"


@own.get("/cancelled")
async def cancelled() -> None:
    raise asyncio.CancelledError


@own.post("/length")
async def measure(request: Request) -> int:
    return len(await request.body())


@own.get("/refused")
async def refused() -> None:
    raise HTTPException(418)


@pytest.mark.parametrize(
    "path",
    [
        *("items/1", "items/%31?q=%20", "items/x", "none"),
        *("request/%C3%A9", "stream", "failing", "refused", "response", "background", "cancelled"),
    ],
)
@pytest.mark.parametrize("fields", [("client",), ("client", "user_agent", "request_id", "bytes")])
async def test_an_application_of_our_own_has_the_same_lines(
    path: str, fields: tuple[str, ...], output: io.StringIO
) -> None:
    request = GET % (b"/" + path.encode(), b"User-Agent: me\r\nX-Request-ID: 1\r\n")
    lines = []
    for kind in (protocol(access_log_fields=fields), HttpToolsProtocol):
        async with serving(own, protocol=kind) as port:
            answer = await sent(port, request, closing=False)
        lines.append(re.sub(r":\d+ -", ":1 -", output.getvalue()).rstrip())
        output.truncate(output.seek(0))
    # As Python names it since 3.13, after RFC 9110.
    lines[1] = lines[1].replace("Unprocessable Entity", "Unprocessable Content")
    if "bytes" in fields:
        head, _, content = answer.partition(b"\r\n\r\n")
        size = 2 if b"chunked" in head else len(content)
        identifier = 2 if path == "response" else 1
        lines[1] += f' bytes={size} request_id="{identifier}" user_agent="me"'
    assert lines[0] == lines[1] != ""


@pytest.mark.parametrize(
    "sent_of_body",
    [b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n", b"Content-Length: 10\r\n\r\nabc"],
    ids=["refused", "left"],
)
async def test_a_request_that_got_no_response_of_the_application_has_no_line(
    sent_of_body: bytes, output: io.StringIO
) -> None:
    head = b"POST /length HTTP/1.1\r\nHost: a\r\n"
    for kind in (HTTPProtocol, HttpToolsProtocol):
        async with serving(own, protocol=kind) as port, server.connected(port) as (_, writer):
            writer.write(head + sent_of_body)
            await writer.drain()
            await asyncio.sleep(0.05)
    assert "POST" not in output.getvalue()


LINE = r'INFO:     127\.0\.0\.1:\d+ - "GET /\?200,5 HTTP/1\.1" 200 OK'


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({}, LINE),
        ({"access_log": "off"}, None),
        ({"access_log_fields": ()}, LINE.replace(r"127\.0\.0\.1:\d+ - ", "")),
        (
            {"access_log_fields": ("client", "duration", "bytes")},
            LINE + r" duration=0\.\d{6} bytes=5",
        ),
        (
            {"access_log_fields": ("client", "time")},
            LINE + r" time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
        ),
        (
            {"access_log_fields": ("client", "user_agent", "request_id")},
            LINE + r' request_id="made" user_agent="a\\x22\\x09\\xe9"',
        ),
        (
            {"access_log": "json", "access_log_fields": ("user_agent", "bytes")},
            re.escape(
                r'{"method":"GET","target":"/?200,5","version":"1.1","status":200,'
                r'"bytes":5,"user_agent":"a\"\t\u00e9"}'
            ),
        ),
    ],
    ids=str,
)
async def test_the_options_choose_the_line(
    options: dict[str, Any], line: str | None, output: io.StringIO
) -> None:
    async with serving(app, protocol=protocol(**options)) as port:
        await sent(port, GET % (b"/?200,5", b'User-Agent: a"\t\xe9\r\n'), closing=False)
    assert re.fullmatch("" if line is None else line + "\n", output.getvalue())


async def test_the_request_has_an_identifier_where_the_response_has_none(
    output: io.StringIO,
) -> None:
    async with serving(app, protocol=protocol(access_log_fields=("request_id",))) as port:
        await sent(port, GET % (b"/", b"X-Request-ID: a\r\n"), closing=False)
        await sent(port, GET % (b"/?200,5", b"X-Request-ID: a\r\n"), closing=False)
        await sent(port, GET % (b"/", b""), closing=False)
    assert re.findall("200 OK(.*)", output.getvalue()) == [
        ' request_id="a"',
        ' request_id="made"',
        "",
    ]


async def test_the_client_is_the_one_that_a_proxy_names(output: io.StringIO) -> None:
    async with serving(ProxyHeadersMiddleware(app, "*")) as port:
        await sent(port, GET % (b"/", b"X-Forwarded-For: 1.2.3.4\r\n"), closing=False)
    assert output.getvalue() == 'INFO:     1.2.3.4:0 - "GET / HTTP/1.1" 200 OK\n'


async def fails(scope: Any, receive: Any, send: Any) -> None:
    raise RuntimeError


async def test_a_response_of_the_server_is_logged(output: io.StringIO) -> None:
    async with serving(fails, protocol=protocol(access_log_fields=("bytes",))) as port:
        await sent(port, GET % (b"/", b""), closing=False)
    assert output.getvalue() == 'INFO:     "GET / HTTP/1.1" 500 Internal Server Error bytes=21\n'


async def test_a_response_that_its_client_leaves_is_logged_once(output: io.StringIO) -> None:
    async def stream(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"abc", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass
        await send({"type": "http.response.body", "body": b"abc"})

    async with serving(stream, protocol=protocol(access_log_fields=("bytes",))) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET % (b"/", b""))
        await reader.readuntil(b"abc")
        assert output.getvalue() == ""
        writer.close()
    assert output.getvalue() == 'INFO:     "GET / HTTP/1.1" 200 OK bytes=3\n'


def add_filter() -> Any:
    LOGGER.addFilter(lambda record: record.args[2] != "/hidden")


def add_handler() -> Any:
    LOGGER.addHandler(logging.NullHandler())


def set_formatter() -> Any:
    LOGGER.handlers[0].setFormatter(logging.Formatter("record: %(message)s"))


def use_colors() -> Any:
    setattr(LOGGER.handlers[0].formatter, "use_colors", True)  # noqa: B010


@pytest.mark.parametrize(
    ("configure", "lines"),
    [
        (add_filter, ['INFO:     CLIENT - "GET / HTTP/1.1" 200 OK']),
        (
            add_handler,
            [
                'INFO:     CLIENT - "GET /hidden HTTP/1.1" 200 OK',
                'INFO:     CLIENT - "GET / HTTP/1.1" 200 OK',
            ],
        ),
        (
            set_formatter,
            [
                'record: CLIENT - "GET /hidden HTTP/1.1" 200',
                'record: CLIENT - "GET / HTTP/1.1" 200',
            ],
        ),
        (
            use_colors,
            [
                "\x1b[32mINFO\x1b[0m:     CLIENT - "
                f'"\x1b[1mGET {path} HTTP/1.1\x1b[0m" \x1b[32m200 OK\x1b[0m'
                for path in ("/hidden", "/")
            ],
        ),
        (lambda: LOGGER.setLevel(logging.WARNING), []),
    ],
    ids=["filter", "handler", "formatter", "colours", "level"],
)
@pytest.mark.parametrize("fields", [("client",), ("client", "bytes")], ids=str)
async def test_a_logger_that_somebody_has_configured_gets_records(
    configure: Callable[[], Any], lines: list[str], fields: tuple[str, ...], output: io.StringIO
) -> None:
    if configure is use_colors and "bytes" in fields:
        lines = [
            f'INFO:     CLIENT - "GET {path} HTTP/1.1" 200 OK bytes=2' for path in ("/hidden", "/")
        ]
    async with serving(app, protocol=protocol(access_log_fields=fields)) as port:
        await sent(port, GET % (b"/before", b""), closing=False)
        # Also while the server runs.
        configure()
        await asyncio.sleep(0)
        before = output.getvalue()
        await sent(port, GET % (b"/hidden", b""), closing=False)
        await sent(port, GET % (b"/", b""), closing=False)
    after = output.getvalue().removeprefix(before)
    assert re.sub(r"127\.0\.0\.1:\d+", "CLIENT", after).splitlines() == lines


async def test_lines_are_written_together(output: io.StringIO) -> None:
    written: list[int] = []

    class Stream(io.StringIO):
        def write(self, text: str) -> int:
            written.append(text.count("\n"))
            return super().write(text)

    LOGGER.handlers[0].setStream(Stream())  # type: ignore[attr-defined]  # that of a stream handler
    requests = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 1999 + GET % (b"/", b"")
    async with serving(app) as port:
        await sent(port, requests, closing=False)
    assert sum(written) == 2000
    assert len(written) < 200


async def test_a_line_does_not_wait_for_the_next(output: io.StringIO) -> None:
    async with serving(app) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        async with asyncio.timeout(5):
            while not output.getvalue():  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        writer.close()


async def test_what_is_answered_after_the_signal_to_stop_is_written_at_once(
    output: io.StringIO,
) -> None:
    is_asked, may_answer = asyncio.Event(), asyncio.Event()

    async def waits(scope: Any, receive: Any, send: Any) -> None:
        is_asked.set()
        await may_answer.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        assert "200 OK" in output.getvalue()
        await send({"type": "http.response.body"})

    state = ServerState()
    async with serving(waits, server_state=state) as port:
        answer = asyncio.create_task(sent(port, GET % (b"/", b""), closing=False))
        await is_asked.wait()
        for connection in list(state.connections):
            connection.shutdown()
        may_answer.set()
        assert (await answer).startswith(b"HTTP/1.1 200 OK\r\n")


class Unwritable(io.StringIO):
    def __init__(self) -> None:
        super().__init__()
        self.attempts = 0

    def write(self, text: str) -> int:
        self.attempts += 1
        raise BrokenPipeError(32, "Broken pipe")


@pytest.mark.parametrize("stream", ["closed", "broken"])
async def test_a_stream_that_cannot_be_written_fails_no_request(
    stream: str, output: io.StringIO
) -> None:
    broken = Unwritable() if stream == "broken" else io.StringIO()
    if stream == "closed":
        broken.close()
    LOGGER.handlers[0].setStream(broken)  # type: ignore[attr-defined]  # that of a stream handler
    errors = io.StringIO()
    logging.getLogger("uvicorn").handlers[0].setStream(errors)  # type: ignore[attr-defined]  # that of a stream handler
    async with serving(app) as port:
        for _ in range(3):
            answer = await sent(port, GET % (b"/", b""), closing=False)
            assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert errors.getvalue().count("The access log cannot be written: ") == 1
    if isinstance(broken, Unwritable):
        assert 1 <= broken.attempts <= 3


SERVICE = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})
"""


@pytest.mark.parametrize("options", [[], ["--loop", "asyncio"]], ids=["uvloop", "asyncio"])
def test_no_line_is_lost_by_the_signal_to_stop(options: list[str], tmp_path: Path) -> None:
    tmp_path.joinpath("service.py").write_text(SERVICE)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    http = "ferroapi.server:HTTPProtocol"
    command = [sys.executable, "-m", "uvicorn", "service:app", "--port", str(port), "--http", http]
    output = tmp_path / "log"
    with (
        output.open("wb") as log,
        process_group(
            [*command, *options], cwd=tmp_path, stdout=log, stderr=subprocess.PIPE, text=True
        ) as process,
    ):
        assert process.stderr is not None
        while "Uvicorn running" not in process.stderr.readline():
            assert process.poll() is None
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            for _ in range(200):
                client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                while b"\r\n\r\n" not in client.recv(4096):
                    pass
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=10)
    assert output.read_text().count('"GET / HTTP/1.1" 204 No Content\n') == 200
