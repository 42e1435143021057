"""`Expect: 100-continue` (RFC 9110, section 10.1.1): a body is asked for when it is read."""

import asyncio
from typing import Annotated, Any

import pytest
from pydantic import BaseModel
from tests.server.serving import LIMIT, connected, serving
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ferroapi import Depends, FastAPI, File, FileStream, Form, Header, HTTPException, UploadFile
from ferroapi.server import HTTPProtocol

pytestmark = pytest.mark.anyio

PROTOCOLS: list[Any] = [HTTPProtocol, HttpToolsProtocol, H11Protocol]
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
MULTIPART = b"multipart/form-data; boundary=b"
SIZE = 100_000
FORM = (
    b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nn\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    + b"x" * SIZE
    + b"\r\n--b--\r\n"
)


class Item(BaseModel):
    size: int


async def check_key(x_key: Annotated[str, Header()]) -> None:
    if x_key != "open":
        raise HTTPException(401)


def application() -> FastAPI:
    app = FastAPI()
    guarded: Any = {"dependencies": [Depends(check_key)], "read_body": "late"}

    @app.post("/stream", **guarded, max_body_size=2 * SIZE)
    async def stream(name: Annotated[str, Form()], file: Annotated[FileStream, File()]) -> int:
        async for _ in file:
            pass
        return file.size

    @app.post("/stream/first", max_body_size=2 * SIZE)
    async def stream_first(file: Annotated[FileStream, File(max_size=SIZE)]) -> int:
        return sum([len(chunk) async for chunk in file])

    @app.post("/stream/unread", **guarded)
    async def unread(file: FileStream) -> str | None:
        return file.content_type

    @app.post("/upload", **guarded, max_body_size=2 * SIZE)
    async def upload(file: UploadFile) -> int | None:
        return file.size

    @app.post("/item", **guarded, max_body_size=100)
    async def item(item: Item) -> int:
        return item.size

    @app.post("/nothing")
    async def nothing() -> None: ...

    @app.get("/next")
    async def following() -> str:
        return "next"

    return app


def head(path: str, key: bytes, content_type: bytes, length: int) -> bytes:
    return (
        b"POST %s HTTP/1.1\r\nHost: localhost\r\nX-Key: %s\r\nExpect: 100-continue\r\n"
        b"Content-Type: %s\r\nContent-Length: %d\r\n\r\n"
        % (path.encode(), key, content_type, length)
    )


async def answer_of(reader: asyncio.StreamReader) -> bytes:
    """The next response, its head and body."""
    begin = await reader.readuntil(b"\r\n\r\n")
    (length,) = [
        int(line.partition(b":")[2])
        for line in begin.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ] or [0]
    return begin + await reader.readexactly(length)


# name: (the path, the type of the body, the body, what is answered to it)
ACCEPTED: dict[str, tuple[str, bytes, bytes, bytes]] = {
    "late_stream": ("/stream", MULTIPART, FORM, b"%d" % SIZE),
    "stream": ("/stream/first", MULTIPART, FORM, b"%d" % SIZE),
    "late_upload": ("/upload", MULTIPART, FORM, b"%d" % SIZE),
    "late_model": ("/item", b"application/json", b'{"size": 3}', b"3"),
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("path", "content_type", "body", "answer"), ACCEPTED.values(), ids=ACCEPTED
)
async def test_the_body_is_asked_for_when_it_is_read(
    protocol: Any, path: str, content_type: bytes, body: bytes, answer: bytes
) -> None:
    async with (
        serving(application(), protocol=protocol) as port,
        connected(port) as (reader, writer),
    ):
        for _ in range(2):
            writer.write(head(path, b"open", content_type, len(body)))
            assert await reader.readexactly(len(CONTINUE)) == CONTINUE
            writer.write(body)
            answered = await answer_of(reader)
            assert answered.startswith(b"HTTP/1.1 200 ")
            assert answered.endswith(b"\r\n\r\n" + answer)


# name: (the path, the key, the type of the body, its length, the status)
REFUSED: dict[str, tuple[str, bytes, bytes, int, int]] = {
    "guard_of_a_stream": ("/stream", b"wrong", MULTIPART, len(FORM), 401),
    "guard_of_an_upload": ("/upload", b"wrong", MULTIPART, len(FORM), 401),
    "guard_of_a_model": ("/item", b"wrong", b"application/json", 11, 401),
    "parameter_of_the_guard": ("/stream", b"\xe2\x82\xac", MULTIPART, len(FORM), 401),
    "too_large_for_a_late_stream": ("/stream", b"open", MULTIPART, 2 * SIZE + 1, 413),
    "too_large_for_a_stream": ("/stream/first", b"open", MULTIPART, 2 * SIZE + 1, 413),
    "too_large_for_an_upload": ("/upload", b"wrong", MULTIPART, 2 * SIZE + 1, 413),
    "too_large_for_a_model": ("/item", b"open", b"application/json", 101, 413),
    "no_form_for_a_stream": ("/stream", b"open", b"application/json", len(FORM), 422),
    "no_form_for_an_upload": ("/upload", b"open", b"application/json", len(FORM), 422),
    "no_boundary": ("/stream", b"open", b"multipart/form-data", len(FORM), 422),
    "charset": ("/stream", b"open", b"multipart/form-data; charset=utf-7", len(FORM), 400),
    "no_body_read": ("/nothing", b"open", b"text/plain", 5, 200),
    "no_path": ("/absent", b"open", MULTIPART, len(FORM), 404),
    "no_method": ("/next", b"open", MULTIPART, len(FORM), 405),
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("path", "key", "content_type", "length", "status"), REFUSED.values(), ids=REFUSED
)
async def test_who_is_refused_is_not_asked(
    protocol: Any, path: str, key: bytes, content_type: bytes, length: int, status: int
) -> None:
    """The connection is closed, or what comes of the body is thrown away: no byte of it is taken
    for a request."""
    async with (
        serving(application(), protocol=protocol) as port,
        connected(port) as (reader, writer),
    ):
        writer.write(head(path, key, content_type, length))
        answered = await answer_of(reader)
        assert answered.startswith(b"HTTP/1.1 %d " % status)
        smuggled = b"GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n"
        writer.write(smuggled.ljust(length, b"x")[:length])
        writer.write(b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        try:
            rest = await reader.read()
        except ConnectionError:
            rest = b""
        assert rest == b"" or rest.startswith(b"HTTP/1.1 405 ")
        assert rest.count(b"HTTP/1.1") <= 1
        assert b"connection: close" in answered.lower() or rest


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_who_is_asked_and_refused_then_may_have_sent_only_a_part(protocol: Any) -> None:
    """An endpoint that does not read its file to the end answers all the same."""
    async with (
        serving(application(), protocol=protocol) as port,
        connected(port) as (reader, writer),
    ):
        writer.write(head("/stream/unread", b"open", MULTIPART, len(FORM)))
        assert await reader.readexactly(len(CONTINUE)) == CONTINUE
        writer.write(FORM[:2000])
        assert (await answer_of(reader)).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_who_does_not_wait_is_read(protocol: Any) -> None:
    async with (
        serving(application(), protocol=protocol) as port,
        connected(port) as (reader, writer),
    ):
        writer.write(head("/stream", b"open", MULTIPART, len(FORM)) + FORM)
        answered = await answer_of(reader)
        if answered == CONTINUE:
            answered = await answer_of(reader)
        assert answered.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_guard_that_waits_asks_for_nothing_meanwhile(protocol: Any) -> None:
    app = FastAPI()
    free = asyncio.Event()

    async def wait() -> None:
        await free.wait()

    @app.post("/", dependencies=[Depends(wait)], read_body="late")
    async def upload(file: FileStream) -> int:
        return sum([len(chunk) async for chunk in file])

    async with serving(app, protocol=protocol) as port, connected(port) as (reader, writer):
        writer.write(head("/", b"open", MULTIPART, len(FORM)))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await reader.readexactly(1)
        free.set()
        async with asyncio.timeout(LIMIT):
            assert await reader.readexactly(len(CONTINUE)) == CONTINUE
        writer.write(FORM)
        assert (await answer_of(reader)).endswith(b"%d" % SIZE)
