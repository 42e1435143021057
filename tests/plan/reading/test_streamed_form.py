"""Files that an endpoint reads while they are received."""

import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import anyio
import pytest
from pydantic import BaseModel
from starlette.requests import ClientDisconnect
from starlette.types import Message, Scope

from ferroapi import (
    APIRouter,
    Depends,
    FastAPI,
    File,
    FileStream,
    Form,
    HTTPException,
    Part,
    Request,
    UploadFile,
)
from ferroapi.responses import Response, StreamingResponse
from ferroapi.routing import APIRoute
from ferroapi.testclient import AsyncClient, TestClient

Loop = dict[str, Any]
app = FastAPI()
started: list[str] = []


async def named(name: Annotated[str, Form(min_length=1)]) -> str:
    return name


@app.post("/read")
async def read(
    name: Annotated[str, Depends(named)],
    data: Annotated[FileStream, File(max_size=1_000_000)],
) -> Any:
    started.append(name)
    content = b"".join([chunk async for chunk in data])
    assert [chunk async for chunk in data] == []
    return [name, data.filename, data.content_type, data.size, content.decode()[:10]]


@app.post("/optional")
async def optional(data: FileStream | None = None) -> Any:
    return None if data is None else data.filename


@app.post("/first")
async def first(data: Annotated[FileStream, File(alias="the-file")]) -> int:
    async for chunk in data:
        return len(chunk)
    raise HTTPException(418)


@app.post("/lengths", response_class=StreamingResponse, max_body_size=1_000_000)
async def lengths(data: FileStream) -> AsyncIterator[str]:
    yield "begun\n"
    async for chunk in data:
        yield f"{len(chunk)}\n"


def upload(content: bytes = b"content", name: str = "a.txt") -> Any:
    return (name, content, "text/plain")


@pytest.mark.parametrize(
    ("path", "data", "files", "answer"),
    [
        ("/read", {"name": "n"}, {"data": upload()}, ["n", "a.txt", "text/plain", 7, "content"]),
        ("/read", {"name": "n"}, {"data": upload(b"")}, ["n", "a.txt", "text/plain", 0, ""]),
        (
            *("/read", {"name": "n"}),
            [("other", upload(b"other")), ("data", upload()), ("later", upload(b"later"))],
            ["n", "a.txt", "text/plain", 7, "content"],
        ),
        (
            *("/read", {"name": "n"}, {"data": upload(b"\r\n--bound\r\n" * 50_000)}),
            ["n", "a.txt", "text/plain", 550_000, "\r\n--bound\r"],
        ),
        ("/optional", {"x": "y"}, {}, None),
        ("/optional", {}, {"other": upload()}, None),
        ("/optional", {}, {"data": upload()}, "a.txt"),
        ("/first", {}, {"the-file": upload()}, 7),
    ],
)
def test_a_file_is_read(path: str, data: Any, files: Any, answer: Any, loop: Loop) -> None:
    response = TestClient(app, **loop).post(path, data=data, files=files)
    assert (response.status_code, response.json()) == (200, answer)


@pytest.mark.parametrize(
    ("data", "files", "loc"),
    [
        ({}, {"data": upload()}, ["body", "name"]),
        ({"name": ""}, {"data": upload()}, ["body", "name"]),
        ({"name": "n"}, {"other": upload()}, ["body", "data"]),
        ({"name": "n"}, {}, ["body", "data"]),
    ],
)
def test_the_endpoint_does_not_start_before_the_rest_is_valid(
    data: Any, files: Any, loc: list[str], loop: Loop
) -> None:
    started.clear()
    response = TestClient(app, **loop).post("/read", data=data, files=files)
    assert response.status_code == 422
    assert loc in [error["loc"] for error in response.json()["detail"]]
    assert started == []


HEAD = (
    b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nn\r\n'
    b'--b\r\nContent-Disposition: form-data; name="data"; filename="f"\r\n\r\n'
)
END = b"\r\n--b--\r\n"
TYPE = {"content-type": "multipart/form-data; boundary=b"}


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (HEAD + b"x" * 1_000_001 + END, 413, "Content Too Large"),
        (HEAD + b"cut off", 400, "The multipart body has no closing boundary."),
        (b"no form", 400, "Invalid multipart data."),
        (b"--b\r\nContent-Disposition: x\r\n\r\n", 400, None),
    ],
)
def test_what_is_broken_or_too_large_is_refused(
    body: bytes, status: int, detail: str | None
) -> None:
    response = TestClient(app).post("/read", content=body, headers=TYPE)
    assert response.status_code == status
    assert detail is None or response.json() == {"detail": detail}


def field(number: int) -> bytes:
    head = b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n' % number
    return head + b"x" * 1_000_000 + b"\r\n"


FIELDS = b"".join(map(field, range(17)))


@pytest.mark.parametrize(
    "body",
    [FIELDS + HEAD + b"x" + END, HEAD + b"x\r\n" + FIELDS + END[2:]],
    ids=["front", "behind"],
)
def test_all_text_beside_the_file_may_be_too_large(body: bytes) -> None:
    response = TestClient(app).post("/read", content=body, headers=TYPE)
    assert (response.status_code, response.json()) == (413, {"detail": "Content Too Large"})


@pytest.mark.parametrize(
    ("charset", "status"), [("utf-8", 200), ("utf-7", 400), ("iso-8859-1", 400)]
)
def test_text_is_utf_8(charset: str, status: int) -> None:
    declared = {"content-type": f"multipart/form-data; boundary=b; charset={charset}"}
    response = TestClient(app).post("/read", content=HEAD + b"x" + END, headers=declared)
    assert response.status_code == status


async def read_whole_body(request: Request) -> int:
    return len(await request.body())


async def read_whole_form(request: Request) -> int:
    async with request.form() as form:
        return len(form)


def taken_before(depends: Any, read_body: Any, route_class: type[APIRoute] = APIRoute) -> FastAPI:
    """An upload whose body a dependency or the class of its route reads."""
    router = APIRouter(route_class=route_class, dependencies=depends)

    @router.post("/", read_body=read_body)
    async def read_it(data: FileStream) -> str:
        return b"".join([chunk async for chunk in data]).decode()

    service = FastAPI()
    service.include_router(router)
    return service


class ReadingRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def read(request: Request) -> Response:
            await request.body()
            return await handle(request)

        return read


@pytest.mark.parametrize(
    "service",
    [
        taken_before([Depends(read_whole_body)], "late"),
        taken_before([], "first", ReadingRoute),
        taken_before([Depends(read_whole_body)], "late", ReadingRoute),
    ],
    ids=["dependency", "route_class", "both"],
)
def test_a_body_that_was_read_before_is_read_again(service: FastAPI, loop: Loop) -> None:
    response = TestClient(service, **loop).post("/", files={"data": upload()})
    assert (response.status_code, response.json()) == (200, "content")


@pytest.mark.parametrize(
    "service",
    [
        taken_before([Depends(read_whole_form)], "late"),
        taken_before([Depends(read_whole_body)], "first"),
        taken_before([Depends(read_whole_form)], "first"),
    ],
    ids=["form_before", "body_behind", "form_behind"],
)
def test_a_body_that_is_taken_away_is_an_error(service: FastAPI, loop: Loop) -> None:
    with pytest.raises(RuntimeError, match=r"read before|consumed"):
        TestClient(service, **loop).post("/", files={"data": upload()})


def test_a_whole_request_may_be_too_large() -> None:
    response = TestClient(app).post("/lengths", files={"data": upload(b"x" * 1_000_001)})
    assert response.status_code == 413


@pytest.mark.anyio
async def test_a_chunk_is_received_when_it_is_asked_for() -> None:
    """Of a file of 64 MiB no more is there than what the endpoint has asked for."""
    chunk, count = b"x" * 2**20, 64
    given: list[int] = []
    service = FastAPI()
    seen: list[tuple[int, int]] = []

    @service.post("/")
    async def check(name: Annotated[str, Form()], data: FileStream) -> int:
        async for part in data:
            seen.append((len(given), len(part)))  # noqa: PERF401
        return data.size

    async def parts() -> AsyncIterator[bytes]:
        yield HEAD
        for number in range(count):
            given.append(number)
            yield chunk
        yield END

    async with AsyncClient(service) as client:
        response = await client.post("/", content=parts(), headers=TYPE)
    assert response.json() == count * len(chunk)
    assert all(number <= index + 1 for index, (number, _) in enumerate(seen))
    assert max(size for _, size in seen) <= len(chunk) + len(END)


@pytest.mark.anyio
async def test_a_client_that_leaves_is_an_error_where_the_file_is_read() -> None:
    ended: list[str] = []
    service = FastAPI()

    @service.post("/")
    async def check(data: FileStream) -> None:
        try:
            async for _ in data:
                pass
        except Exception as error:
            ended.append(type(error).__name__)
            raise

    messages: list[Message] = [
        {"type": "http.request", "body": HEAD + b"some", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    async def send(_message: Message) -> None: ...

    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "headers": [(b"content-type", TYPE["content-type"].encode())],
    }
    with suppress(ClientDisconnect):
        await service(scope, receive, send)
    assert ended == ["ClientDisconnect"]


SERVICE = """
from collections.abc import AsyncIterator
from ferroapi import FastAPI, FileStream
from ferroapi.responses import StreamingResponse

app = FastAPI()


@app.post("/", response_class=StreamingResponse)
async def lengths(data: FileStream) -> AsyncIterator[str]:
    yield "begun,"
    async for chunk in data:
        yield f"{len(chunk)},"
"""


def test_fields_behind_the_file_are_not_read() -> None:
    """Even if they came with it: what was read must not depend on how a form was cut."""
    service = FastAPI()

    @service.post("/")
    async def read(data: FileStream, name: Annotated[str, Form()] = "default") -> str:
        return name

    field = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nsent'
    body = HEAD[HEAD.rindex(b"--b") :] + b"file\r\n" + field + END
    response = TestClient(service).post("/", content=body, headers=TYPE)
    assert response.json() == "default"


@pytest.mark.anyio
async def test_a_stream_reads_on_while_it_is_sent() -> None:
    """Also what comes before it asks for it, as from a server that does not wait for that."""
    chunks = [HEAD + b"a", b"b" * 2, b"c" * 3, END]
    sent: list[Message] = []

    async def receive() -> Message:
        if not chunks:
            await anyio.sleep_forever()
        await anyio.sleep(0.001)
        return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}

    async def send(message: Message) -> None:
        sent.append(message)
        await anyio.sleep(0.005)

    service = FastAPI()

    @service.post("/", response_class=StreamingResponse)
    async def sizes(data: FileStream) -> AsyncIterator[str]:
        size = 0
        yield "begun,"
        await anyio.sleep(0.01)
        async for chunk in data:
            size += len(chunk)
            yield "more,"
        yield str(size)

    headers = [(b"content-type", TYPE["content-type"].encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b""}
    with anyio.fail_after(10):
        await service(scope | {"headers": headers}, receive, send)
    body = b"".join(message.get("body", b"") for message in sent)
    assert body.startswith(b"begun,")
    assert body.endswith(b",6")


@pytest.mark.parametrize("http", ["ferroapi.server:HTTPProtocol", "httptools", "h11"])
def test_a_server_hands_on_what_has_come(
    http: str, start_server: Callable[..., Any], tmp_path: Path
) -> None:
    tmp_path.joinpath("service.py").write_text(SERVICE)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["-m", "uvicorn", "service:app", "--port", str(port), "--http", http]
    start_server(command, cwd=tmp_path).wait_for("Uvicorn running")
    file = b"x" * 1000
    length = len(HEAD) + 2 * len(file) + len(END)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        head = f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n"
        connection.sendall(f"{head}Content-Type: {TYPE['content-type']}\r\n\r\n".encode())
        connection.sendall(HEAD + file)
        received = b""
        while b"1000," not in received:
            received += connection.recv(65536)
        connection.sendall(file + END)
        while b"0\r\n\r\n" not in received:
            received += connection.recv(65536)
    assert received.startswith(b"HTTP/1.1 200")
    assert received.count(b"1000,") == 2


# Parts in front of the file


class Meta(BaseModel):
    number: int
    text: str = ""


with_part = FastAPI()


@with_part.post("/")
async def store(
    meta: Annotated[Meta, Part(max_size=100)], data: Annotated[FileStream, File()]
) -> list[Any]:
    return [meta.number, len(b"".join([chunk async for chunk in data]))]


def part(content: str, filename: str | None = "blob") -> Any:
    return ("meta", (filename, content, "application/json"))


FILE = ("data", ("a.bin", b"x" * 100_000))
TOO_LARGE = '{"number": 1, "text": "%s"}' % ("x" * 100)

# name: (the files of the form, status, the answer or where it is wrong and why)
BESIDE_PARTS: dict[str, tuple[list[Any], int, Any]] = {
    "named": ([part('{"number": 1}'), FILE], 200, [1, 100_000]),
    "without a name": ([part('{"number": 1}', None), FILE], 200, [1, 100_000]),
    "the last": ([part('{"number": 1}'), part('{"number": 2}'), FILE], 200, [2, 100_000]),
    "beside others": (
        *([("other", ("b", b"y" * 1000)), part('{"number": 1}'), FILE, FILE], 200),
        [1, 100_000],
    ),
    "of the largest size": (
        [part('{"number": 1, "text": "%s"}' % ("x" * 74)), FILE],
        200,
        [1, 100_000],
    ),
    "too large": ([part(TOO_LARGE), FILE], 422, (["body", "meta"], "bytes_too_long")),
    "no JSON": ([part("{"), FILE], 422, (["body", "meta", 1], "json_invalid")),
    "wrong": ([part("{}"), FILE], 422, (["body", "meta", "number"], "missing")),
    "missing": ([FILE], 422, (["body", "meta"], "missing")),
    "behind the file": ([FILE, part('{"number": 1}')], 422, (["body", "meta"], "missing")),
    "without the file": ([part('{"number": 1}')], 422, (["body", "data"], "missing")),
}


@pytest.mark.parametrize(("files", "status", "found"), BESIDE_PARTS.values(), ids=BESIDE_PARTS)
def test_parts_in_front_of_the_file_are_decoded(
    files: list[Any], status: int, found: Any, loop: Loop
) -> None:
    response = TestClient(with_part, **loop).post("/", files=files)
    assert response.status_code == status
    if status == 200:
        assert response.json() == found
    else:
        (error,) = response.json()["detail"]
        assert (error["loc"], error["type"]) == found


@pytest.mark.anyio
@pytest.mark.parametrize("size", [1, 7, 64])
async def test_a_part_comes_in_pieces(size: int) -> None:
    """Whatever comes together with its beginning and its end."""
    form = (
        b'--bound\r\nContent-Disposition: form-data; name="meta"; filename="blob"\r\n'
        b'Content-Type: application/json\r\n\r\n{"number": 12}\r\n'
        b'--bound\r\nContent-Disposition: form-data; name="data"; filename="a"\r\n\r\n'
        b"content\r\n--bound--\r\n"
    )
    pieces = [form[at : at + size] for at in range(0, len(form), size)]

    async def content() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async with AsyncClient(with_part) as client:
        headers = {"content-type": "multipart/form-data; boundary=bound"}
        response = await client.post("/", content=content(), headers=headers)
    assert response.json() == [12, 7]


# What cannot be meant


def in_a_dependency() -> Any:
    async def dependency(data: FileStream) -> None: ...

    async def endpoint(value: Annotated[None, Depends(dependency)]) -> None: ...

    return endpoint


def in_a_thread() -> Any:
    def endpoint(data: FileStream) -> None: ...

    return endpoint


def beside_another() -> Any:
    async def endpoint(data: FileStream, other: UploadFile) -> None: ...

    return endpoint


def several() -> Any:
    async def endpoint(data: Annotated[list[FileStream], File()]) -> None: ...

    return endpoint


def with_a_size() -> Any:
    async def endpoint(data: Annotated[UploadFile, File(max_size=3)]) -> None: ...

    return endpoint


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (in_a_dependency, "is one of a dependency"),
        (in_a_thread, "has to be `async`"),
        (beside_another, "is the only file of a form, beside"),
        (several, "is not one FileStream"),
        (with_a_size, "`max_size` of `File` is for a FileStream"),
    ],
)
def test_what_cannot_be_meant_is_an_error_where_it_is_declared(make: Any, error: str) -> None:
    endpoint = make()
    with pytest.raises(AssertionError, match=error) as raised:
        FastAPI().post("/")(endpoint)
    line = endpoint.__code__.co_firstlineno
    assert raised.value.__notes__ == [f"in the declaration of endpoint, {__file__}, line {line}"]


def test_a_dependency_of_a_router_is_checked_too() -> None:
    async def dependency(data: FileStream) -> None: ...

    router = APIRouter(dependencies=[Depends(dependency)])
    with pytest.raises(AssertionError, match="is one of a dependency"):
        router.post("/")(named)


@pytest.mark.parametrize("size", [0, -1, "1"])
def test_a_wrong_size_is_an_error(size: Any) -> None:
    with pytest.raises(ValueError, match="max_size must be a positive integer"):
        File(max_size=size)


def test_it_is_documented_as_a_file() -> None:
    schema = app.openapi()["components"]["schemas"]["Body_read_read_post"]
    assert schema["properties"]["data"] == {
        "type": "string",
        "contentMediaType": "application/octet-stream",
        "title": "Data",
    }
