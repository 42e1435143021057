"""The default limit of what is read as a whole: who reads, and who has another limit."""

from functools import partial
from typing import Annotated, Any

import anyio
import pytest
from starlette.applications import Starlette
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message

from ferroapi import APIRouter, Body, Depends, FastAPI, Form, Request, UploadFile
from ferroapi.connection.body import read_body
from ferroapi.exceptions import RequestBodyTooLarge
from ferroapi.responses import PlainTextResponse
from ferroapi.safeguards import WHOLE_BODY_LIMIT

CHUNK = 1 << 20
FORM = b"application/x-www-form-urlencoded"
MULTIPART = b"multipart/form-data; boundary=b"


async def json_body(body: Annotated[str, Body()]) -> None: ...
async def text(body: Annotated[bytes, Body(media_type="text/plain")]) -> None: ...
async def form(a: Annotated[list[str], Form()]) -> None: ...
async def asked(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{len(await request.body())}")


async def asked_for_json(request: Request) -> Any:
    return len(await request.json())


async def handed(request: Request, body: Annotated[str, Body()]) -> None: ...
async def form_with_request(request: Request, a: Annotated[list[str], Form()]) -> None: ...
async def streamed(request: Request) -> int:
    return sum([len(part) async for part in request.stream()])


async def upload(file: UploadFile) -> int | None:
    return file.size


def depended(body: Annotated[str, Body()]) -> None: ...
async def behind(_: Annotated[None, Depends(depended)]) -> None: ...


async def post(
    app: ASGIApp, body: bytes, content_type: bytes = b"application/json", *, whole: bool = False
) -> tuple[int, bytes]:
    size = len(body) if whole else CHUNK
    messages: list[Message] = [
        {"type": "http.request", "body": body[start : start + size], "more_body": not whole}
        for start in range(0, len(body), size)
    ]
    messages = [*messages, {"type": "http.request"}][::-1]
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop()

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", content_type)]
    scope = {"type": "http", "method": "POST", "path": "/", "root_path": "", "headers": headers}
    await app({**scope, "query_string": b"", "http_version": "1.1"}, receive, send)
    return sent[0]["status"], sent[1]["body"]


LARGE = b'"' + b"x" * WHOLE_BODY_LIMIT + b'"'
FIELDS = b"a=" + (b"x" * 1_000_000 + b"&a=") * 17
PART = b'--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n' + b"x" * 1_000_000 + b"\r\n"
PARTS = PART * 17 + b"--b--\r\n"
FILE = (
    b'--b\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n'
    + LARGE
    + b"\r\n--b--\r\n"
)

# name: (the endpoint, the body, its type, whether it is refused)
READ: dict[str, tuple[Any, bytes, bytes, bool]] = {
    "json": (json_body, LARGE, b"application/json", True),
    "text": (text, LARGE, b"text/plain", True),
    "form": (form, FIELDS, FORM, True),
    "form_and_request": (form_with_request, FIELDS, FORM, True),
    "multipart_form": (form, PARTS, MULTIPART, True),
    "multipart_form_in_the_exact_order": (form, PARTS, MULTIPART + b"; charset=latin-1", True),
    "multipart_form_and_request": (form_with_request, PARTS, MULTIPART, True),
    "request": (asked, LARGE, b"text/plain", True),
    "json_of_the_request": (asked_for_json, LARGE, b"text/plain", True),
    "request_and_body": (handed, LARGE, b"application/json", True),
    "dependency": (behind, LARGE, b"application/json", True),
    "stream": (streamed, LARGE, b"text/plain", False),
    "file": (upload, FILE, MULTIPART, False),
    "as_large_as_the_limit": (json_body, LARGE[:-3] + b'"', b"application/json", False),
}


def application(endpoint: Any, **options: Any) -> FastAPI:
    app = FastAPI(**options)
    app.post("/")(endpoint)
    return app


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize(("endpoint", "body", "kind", "refused"), READ.values(), ids=READ)
def test_what_is_read_as_a_whole(
    endpoint: Any, body: bytes, kind: bytes, refused: bool, whole: bool
) -> None:
    status, content = anyio.run(partial(post, application(endpoint), body, kind, whole=whole))
    if refused:
        assert (status, content) == (413, b'{"detail":"Content Too Large"}')
    else:
        assert status == 200
    app = application(endpoint, max_body_size=None)
    assert anyio.run(partial(post, app, body, kind, whole=whole))[0] == 200


def test_what_is_refused_is_not_kept() -> None:
    """Nothing is received after the limit."""
    received = 0

    async def receive() -> Message:
        nonlocal received
        received += CHUNK
        return {"type": "http.request", "body": b"x" * CHUNK, "more_body": True}

    with pytest.raises(RequestBodyTooLarge):
        anyio.run(read_body, receive, {})
    assert received == WHOLE_BODY_LIMIT + CHUNK


def mounted(inner: Any, **options: Any) -> FastAPI:
    app = FastAPI(**options)
    app.mount("/", inner)
    return app


def routed(**options: Any) -> FastAPI:
    router = APIRouter(**options)
    router.post("/")(json_body)
    app = FastAPI()
    app.include_router(router)
    return app


def of_operation() -> FastAPI:
    app = FastAPI()
    app.post("/", max_body_size=1 << 30)(json_body)
    return app


# name: (the application, whether the body is refused)
LIMITED: dict[str, tuple[ASGIApp, bool]] = {
    "larger": (application(json_body, max_body_size=1 << 30), False),
    "larger_router": (routed(max_body_size=1 << 30), False),
    "larger_operation": (of_operation(), False),
    "mounted": (mounted(application(json_body)), True),
    "mounted_in_larger": (mounted(application(json_body), max_body_size=1 << 30), False),
    "mounted_in_none": (mounted(application(json_body), max_body_size=None), False),
    "none_mounted": (mounted(application(json_body, max_body_size=None)), False),
    "starlettes_middleware": (
        RequestBodyLimitMiddleware(application(json_body), max_body_size=1 << 30),
        False,
    ),
    "in_starlette": (mounted(Starlette(routes=application(json_body).routes)), True),
}


@pytest.mark.parametrize(("app", "refused"), LIMITED.values(), ids=LIMITED)
def test_who_has_another_limit(app: ASGIApp, refused: bool) -> None:
    assert anyio.run(post, app, LARGE)[0] == (413 if refused else 200)


def test_a_reader_that_somebody_has_put_into_the_place_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(_request: Request) -> bytes:
        raise LookupError

    monkeypatch.setattr(Request, "body", fail)
    with pytest.raises(LookupError):
        anyio.run(post, application(asked), b'"a"')
