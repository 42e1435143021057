"""Forms no browser sends: cut off, endless, ambiguous. None is a server error, none is costly."""

import asyncio
import logging
import threading
from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from time import process_time
from typing import Annotated, Any

import pytest
from starlette.types import Message

from ferroapi import FastAPI, File, Form, Request, UploadFile

URLENCODED = b"application/x-www-form-urlencoded"
MULTIPART = b"multipart/form-data; boundary=B"
MIB = 1024 * 1024


def application() -> FastAPI:
    app = FastAPI()

    @app.post("/")
    async def post(a: Annotated[str, Form()] = "", b: Annotated[str, Form()] = "") -> Any:
        return [a, b]

    @app.post("/file")
    async def upload(a: Annotated[UploadFile, File()]) -> Any:
        return a.size

    return app


APP = application()


def post(
    chunks: Iterable[bytes],
    content_type: bytes = MULTIPART,
    *,
    path: str = "/",
    app: FastAPI = APP,
    length: bytes | None = None,
) -> tuple[int, bytes]:
    """Status and body of the answer to a body in chunks."""
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages = [*messages, {"type": "http.request", "body": b"", "more_body": False}][::-1]
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop()

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", content_type)]
    if length is not None:
        headers.append((b"content-length", length))
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "query_string": b"",
        "headers": headers,
    }
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], sent[1]["body"]


def part(name: str, value: bytes, more: str = "") -> bytes:
    head = f'--B\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return head.encode() + value + b"\r\n"


END = b"--B--\r\n"
FORM = part("a", b"first") + part("b", b"no --B-- in a line\r\n--B- neither") + END


# A10: cut off


@pytest.mark.parametrize("size", [1, 7, 10_000], ids="chunks of {} bytes".format)
def test_a_form_that_is_cut_off_is_refused(size: int) -> None:
    """Wherever it is cut: only what follows the closing boundary may be missing."""
    complete = len(FORM) - len(b"\r\n")
    for cut in range(1, len(FORM) + 1):
        body = FORM[:cut]
        chunks = [body[start : start + size] for start in range(0, cut, size)]
        status, answer = post(chunks)
        if cut < complete:
            assert status == 400, body
        else:
            assert (status, answer) == (200, rb'["first","no --B-- in a line\r\n--B- neither"]')


@pytest.mark.parametrize(
    ("body", "expected"),
    [(b"", 200), (END, 200), (b"--B", 400), (b"junk", 400), (part("a", b"x") + b"--B-", 400)],
)
def test_short_forms(body: bytes, expected: int) -> None:
    assert post([body])[0] == expected


def test_a_cut_off_form_closes_its_files(monkeypatch: pytest.MonkeyPatch) -> None:
    from starlette import formparsers

    created = []
    original = formparsers.SpooledTemporaryFile

    def track(*args: Any, **options: Any) -> Any:
        created.append(original(*args, **options))
        return created[-1]

    monkeypatch.setattr(formparsers, "SpooledTemporaryFile", track)
    assert post([part("a", b"x", '; filename="f"')], path="/file")[0] == 400
    assert created
    assert all(file.closed for file in created)


# A9: a large file goes to the disk


def test_a_large_file_is_written_outside_of_the_event_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What waits for the disk keeps no other request waiting."""
    threads: list[int] = []
    rollover, write = SpooledTemporaryFile.rollover, SpooledTemporaryFile.write

    def observed_rollover(file: Any) -> None:
        threads.append(threading.get_ident())
        rollover(file)

    def observed_write(file: Any, data: bytes) -> int:
        if threads:
            threads.append(threading.get_ident())
        return write(file, data)

    monkeypatch.setattr(SpooledTemporaryFile, "rollover", observed_rollover)
    monkeypatch.setattr(SpooledTemporaryFile, "write", observed_write)
    body = part("a", b"x" * 3 * MIB, '; filename="f"') + END
    chunks = [body[start : start + 65_536] for start in range(0, len(body), 65_536)]
    assert post(chunks, path="/file") == (200, b"%d" % (3 * MIB))
    assert len(threads) > 1
    assert threading.get_ident() not in threads


# A1 to A8, A11: sizes, counts, ambiguities


def fields(count: int) -> bytes:
    return b"".join(part(f"f{number}", b"x") for number in range(count)) + END


def files(count: int) -> bytes:
    return b"".join(part("f", b"x", '; filename="f"') for _ in range(count)) + END


# name: (content type, body, status)
FORMS: dict[str, tuple[bytes, bytes, int]] = {
    "A1 1,000 fields": (MULTIPART, fields(1000), 200),
    "A1 1,001 fields": (MULTIPART, fields(1001), 400),
    "A1 1,000 files": (MULTIPART, files(1000), 200),
    "A1 1,001 files": (MULTIPART, files(1001), 400),
    "A2 a part of 1 MiB": (MULTIPART, part("a", b"x" * MIB) + END, 200),
    "A2 a larger part": (MULTIPART, part("a", b"x" * (MIB + 1)) + END, 400),
    "A3 1,000 urlencoded fields": (URLENCODED, b"&".join([b"x=1"] * 1000), 200),
    "A3 1,001 urlencoded fields": (URLENCODED, b"&".join([b"x=1"] * 1001), 400),
    "A3 a larger urlencoded field": (URLENCODED, b"a=" + b"x" * MIB, 400),
    "A4 separators": (URLENCODED, b"&" * 2 * MIB, 200),
    "A4 semicolons": (URLENCODED, b"a;" * 500_000, 200),
    "A5 quoted semicolons": (MULTIPART + b'; x="' + b";" * 30_000 + b'"', FORM, 400),
    "A5 many parameters": (MULTIPART + b"; x=1" * 5_000, FORM, 400),
    "A5 options in pieces": (
        MULTIPART + b"".join(b"; x*%d=a" % number for number in range(5_000)),
        FORM,
        400,
    ),
    "A5 backslashes": (MULTIPART + b'; x="' + b'\\"' * 15_000 + b'"', FORM, 400),
    "A6 line breaks in front": (MULTIPART, b"\r\n" * MIB + FORM, 200),
    "A6 junk in front": (MULTIPART, b"x" * 2 * MIB + b"\r\n" + FORM, 400),
    "A6 junk behind": (MULTIPART, FORM + b"x" * 2 * MIB, 200),
    "A7 10,000 part headers": (
        MULTIPART,
        b"--B\r\n" + b"X: y\r\n" * 10_000 + b"\r\nx\r\n" + END,
        400,
    ),
    "A7 a long part header": (MULTIPART, b"--B\r\nX: " + b"y" * 200_000 + b"\r\n\r\n" + END, 400),
    "A7 a boundary of 257 bytes": (b"multipart/form-data; boundary=" + b"B" * 257, FORM, 400),
    "A7 no boundary": (b"multipart/form-data", FORM, 400),
    "A11 a part without a name": (MULTIPART, b"--B\r\nX: y\r\n\r\nx\r\n" + END, 400),
}


@pytest.mark.parametrize(("content_type", "body", "status"), FORMS.values(), ids=FORMS)
def test_forms(content_type: bytes, body: bytes, status: int, caplog: Any) -> None:
    with caplog.at_level(logging.WARNING):
        assert post([body], content_type)[0] == status
    assert len(caplog.records) <= 1


# name: (what follows the name, the field that is read)
READINGS = {
    "the plain name wins": ("; name*=utf-8''b", b'["x",""]'),
    "case of the parameter": ("; Filename", b'["x",""]'),
    "quoted semicolons": (f'; x="{";" * 4_000}"', b'["x",""]'),
    "quoted quotes": ('; x="' + r"\"" * 2_000 + '"', b'["x",""]'),
    "many options": ("; x=1" * 700, b'["x",""]'),
    "options in pieces": ("".join(f"; x*{number}=a" for number in range(300)), b'["x",""]'),
}


@pytest.mark.parametrize(("more", "answer"), READINGS.values(), ids=READINGS)
def test_ambiguous_names_have_one_reading(more: str, answer: bytes) -> None:
    assert post([part("a", b"x", more) + END]) == (200, answer)


def test_only_ampersands_separate() -> None:
    assert post([b"a=1;b=2"], URLENCODED) == (200, b'["1;b=2",""]')


def grows(sizes: tuple[int, int], body: Any, path: str = "/") -> float:
    """How many times more processor time the larger of two forms takes, at best of five."""
    times = []
    for size in sizes:
        rounds = []
        for _ in range(5):
            chunks = body(size)
            start = process_time()
            post(chunks, path=path)
            rounds.append(process_time() - start)
        times.append(min(rounds))
    return times[1] / times[0]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        # A8: data that looks like the beginning of a boundary, over and over.
        (lambda size: [part("a", b"\r\n--" * size, '; filename="f"') + END], "/file"),
        (lambda size: [part("a", b"\r" * size, '; filename="f"') + END], "/file"),
        # A13: a chunk for each byte.
        (lambda size: [bytes([byte]) for byte in part("a", b"x" * (size // 8)) + END], "/"),
    ],
    ids=["A8 near boundaries", "A8 carriage returns", "A13 chunks of one byte"],
)
def test_work_is_linear_in_the_size(body: Any, path: str) -> None:
    assert grows((20_000, 80_000), body, path) < 10


# A12: the size of the whole


@pytest.mark.parametrize("size", [99, 100, 101])
@pytest.mark.parametrize("length", [None, b"true", b"1", b"-1", b"x"])
def test_the_whole_is_limited_by_what_arrives(size: int, length: bytes | None) -> None:
    app = FastAPI(max_body_size=100)

    @app.post("/")
    async def read(request: Request) -> int:
        return len(await request.body())

    declared = b"%d" % size if length == b"true" else length
    status, answer = post([b"x" * 50, b"x" * (size - 50)], app=app, length=declared)
    expected = (413, b'{"detail":"Content Too Large"}') if size > 100 else (200, b"%d" % size)
    assert (status, answer) == expected


@pytest.mark.parametrize("path", ["/", "/file"])
@pytest.mark.parametrize(
    "declared",
    [b"multipart/form-data", MULTIPART],
    ids=["without a boundary", "with one"],
)
def test_a_content_type_of_many_parameters_is_refused(declared: bytes, path: str) -> None:
    status, answer = post([FORM], declared + b'; a=";"' * 10_000, path=path)
    assert (status, answer) == (400, b'{"detail":"The content type is too long."}')
