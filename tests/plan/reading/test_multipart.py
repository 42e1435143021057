"""Multipart forms that the core reads: what is seen of their files, and who is asked instead."""

from typing import Annotated, Any

import pytest
import python_multipart
from pydantic import BaseModel
from starlette import datastructures, formparsers, requests

from ferroapi import BackgroundTasks, Depends, FastAPI, File, Form, Request, Response, UploadFile
from ferroapi.plan.reading import incoming_form
from ferroapi.testclient import TestClient

SMALL = ("a.txt", b"small", "text/plain")
LARGE = ("a.bin", b"x" * (2 << 20), "application/octet-stream")


@pytest.fixture
def asked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who was asked of what a test puts into the place of its owner and name."""
    owner, name = request.param
    calls: list[str] = []
    original = getattr(owner, name)

    def instead(*args: Any, **options: Any) -> Any:
        calls.append(name)
        return original(*args, **options)

    monkeypatch.setattr(owner, name, instead)
    return calls


@pytest.mark.parametrize(
    "asked",
    [
        (requests, "MultiPartParser"),
        (requests.Request, "_get_form"),
        (requests.Request, "stream"),
        (formparsers.MultiPartParser, "parse"),
        (formparsers.MultiPartParser, "on_headers_finished"),
        (formparsers, "SpooledTemporaryFile"),
        (formparsers, "UploadFile"),
        (formparsers, "parse_options_header"),
        (datastructures.UploadFile, "write"),
        (python_multipart, "MultipartParser"),
        (python_multipart.MultipartParser, "write"),
    ],
    indirect=True,
    ids=lambda row: f"{row[0].__name__}.{row[1]}",
)
def test_whoever_replaces_what_parses_forms_is_asked(asked: list[str]) -> None:
    app = FastAPI()

    @app.post("/")
    async def post(a: UploadFile) -> Any:
        return [a.filename, a.size]

    with TestClient(app) as client:
        assert client.post("/", files={"a": SMALL}).json() == ["a.txt", 5]
    assert asked


class Sent(BaseModel):
    model_config = {"arbitrary_types_allowed": True}

    file: UploadFile
    content: bytes = File()
    many: list[bytes] = File([])
    note: str = "none"


def seeing(seen: list[Any]) -> FastAPI:
    """Operations that keep the files they see, each by its own way through the plan."""
    app = FastAPI()

    async def told(file: UploadFile) -> UploadFile:
        return file

    async def read_before(request: Request) -> None:
        file: Any = (await request.form())["file"]
        await file.read()
        seen.append(file)

    async def open_file(file: UploadFile) -> Any:
        yield file
        assert not file.file.closed

    @app.post("/asynchronous")
    async def asynchronous(request: Request, file: UploadFile) -> Any:
        form = await request.form()
        assert form["file"] is file
        seen.append(file)
        return [file.filename, file.size, file.content_type, len(await file.read())]

    @app.post("/thread")
    def thread(file: UploadFile) -> Any:
        seen.append(file)
        return [file.filename, file.size, file.content_type, len(file.file.read())]

    @app.post("/dependency")
    async def dependency(file: UploadFile, same: Annotated[UploadFile, Depends(told)]) -> Any:
        assert same is file
        seen.append(file)
        return [file.filename, file.size, file.content_type, len(await file.read())]

    @app.post("/generator")
    async def generator(file: Annotated[UploadFile, Depends(open_file)]) -> Any:
        seen.append(file)
        return [file.filename, file.size, file.content_type, len(await file.read())]

    @app.post("/raising")
    async def raising(file: UploadFile) -> None:
        seen.append(file)
        raise LookupError(len(await file.read()))

    @app.exception_handler(LookupError)
    async def handle(request: Request, error: LookupError) -> Response:
        form = await request.form()
        file = form["file"]
        assert isinstance(file, datastructures.UploadFile)
        assert not file.file.closed
        shown = [file.filename, file.size, file.content_type, error.args[0]]
        return Response(str(shown).replace("'", '"').encode())

    @app.post("/background")
    async def background(file: UploadFile, tasks: BackgroundTasks) -> Any:
        def check() -> None:
            assert not file.file.closed
            seen.append(file)

        tasks.add_task(check)
        return [file.filename, file.size, file.content_type, len(await file.read())]

    @app.post("/read_before")
    async def after(
        file: Annotated[bytes, File()], before: Annotated[None, Depends(read_before)]
    ) -> Any:
        return len(file)

    return app


@pytest.mark.parametrize("sent", [SMALL, LARGE], ids=["in memory", "on the disk"])
@pytest.mark.parametrize(
    "path", ["asynchronous", "thread", "dependency", "generator", "raising", "background"]
)
def test_a_file_is_one_object_until_the_request_is_over(
    path: str, sent: tuple[str, bytes, str], loop: dict[str, Any]
) -> None:
    seen: list[Any] = []
    response = TestClient(seeing(seen), **loop).post(f"/{path}", files={"file": sent})
    name, content, kind = sent
    assert response.json() == [name, len(content), kind, len(content)]
    (file,) = seen
    assert type(file) is datastructures.UploadFile
    assert file.file.closed


def test_content_that_a_dependency_has_read_is_gone(loop: dict[str, Any]) -> None:
    seen: list[Any] = []
    client = TestClient(seeing(seen), **loop)
    assert client.post("/read_before", files={"file": SMALL}).json() == 0
    assert [file.file.closed for file in seen] == [True]


def contents() -> FastAPI:
    app = FastAPI()

    @app.post("/content")
    async def content(
        a: Annotated[bytes, File()], b: Annotated[list[bytes], File()], c: UploadFile | None = None
    ) -> Any:
        return [len(a), [len(item) for item in b], c and c.filename]

    @app.post("/model")
    async def model(sent: Annotated[Sent, Form()]) -> Any:
        many = [len(item) for item in sent.many]
        return [sent.file.filename, len(sent.content), many, sent.note]

    return app


# name: (path, files, fields, what it gives back, or the places of errors)
CONTENTS: dict[str, tuple[str, list[Any], dict[str, str], Any]] = {
    "contents": ("/content", [("a", SMALL), ("b", SMALL), ("b", SMALL)], {}, [5, [5, 5], None]),
    "and a file": ("/content", [("a", SMALL), ("b", SMALL), ("c", SMALL)], {}, [5, [5], "a.txt"]),
    "a large one": ("/content", [("a", SMALL), ("b", LARGE)], {}, [5, [2 << 20], None]),
    "a large one beside": (
        *("/content", [("a", SMALL), ("b", SMALL), ("c", LARGE)], {}),
        [5, [5], "a.bin"],
    ),
    "a text": ("/content", [("b", SMALL)], {"a": "é"}, [2, [5], None]),
    "nobody selected": ("/content", [("a", ("", b"")), ("b", SMALL)], {}, {"a"}),
    "an empty one": ("/content", [("a", ("e", b"")), ("b", SMALL)], {}, [0, [5], None]),
    "one missing": ("/content", [("a", SMALL)], {}, {"b"}),
    "a model": ("/model", [("file", SMALL), ("content", SMALL)], {}, ["a.txt", 5, [], "none"]),
    "all of it": (
        *("/model", [("file", LARGE), ("content", SMALL), ("many", SMALL)], {"note": "n"}),
        ["a.bin", 5, [5], "n"],
    ),
    "a wrong model": ("/model", [("content", SMALL)], {"file": "text"}, {"file"}),
}


@pytest.mark.parametrize(("path", "files", "fields", "expected"), CONTENTS.values(), ids=CONTENTS)
def test_contents(path: str, files: Any, fields: Any, expected: Any, loop: dict[str, Any]) -> None:
    response = TestClient(contents(), **loop).post(path, files=files, data=fields)
    if isinstance(expected, set):
        assert {error["loc"][-1] for error in response.json()["detail"]} == expected
    else:
        assert response.json() == expected


# name: (the body, the answer)
FAULTS: dict[str, tuple[bytes, str]] = {
    "malformed": (b"--C", "Invalid multipart data."),
    "incomplete": (b"--B\r\n", "The multipart body has no closing boundary."),
    "unnamed": (
        b"--B\r\n\r\n\r\n--B--",
        'The Content-Disposition header field "name" must be provided.',
    ),
    "fields": (
        b"".join(b"--B\r\nContent-Disposition: x; name=a\r\n\r\n\r\n" for _ in range(3)),
        "Too many fields. Maximum number of fields is 2.",
    ),
    "files": (
        b"".join(b"--B\r\nContent-Disposition: x; name=a; filename=f\r\n\r\n\r\n" for _ in "ab"),
        "Too many files. Maximum number of files is 1.",
    ),
    "size": (
        b"--B\r\nContent-Disposition: x; name=a\r\n\r\n" + b"x" * 3000 + b"\r\n--B--",
        "Part exceeded maximum size of 2KB.",
    ),
}


@pytest.mark.parametrize(("body", "detail"), FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("path", ["plain", "generator"])
def test_a_fault_is_told(path: str, body: bytes, detail: str) -> None:
    app = FastAPI(form_limits={"max_fields": 2, "max_part_size": 2048})

    async def nothing() -> Any:
        yield

    @app.post("/plain", form_limits={"max_files": 1})
    async def plain(a: Annotated[str, Form()]) -> None: ...

    @app.post("/generator", form_limits={"max_files": 1}, dependencies=[Depends(nothing)])
    async def generator(a: Annotated[str, Form()]) -> None: ...

    headers = {"content-type": "multipart/form-data; boundary=B"}
    response = TestClient(app).post(f"/{path}", content=body, headers=headers)
    assert (response.status_code, response.json()) == (400, {"detail": detail})


def test_files_on_the_disk_are_closed_when_the_form_is_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[Any] = []
    monkeypatch.setattr(formparsers.MultiPartParser, "spool_max_size", 3)
    app = FastAPI()

    @app.post("/")
    async def post(a: UploadFile) -> None: ...

    body = b"--B\r\nContent-Disposition: x; name=a; filename=f\r\n\r\nlarge\r\n"
    headers = {"content-type": "multipart/form-data; boundary=B"}
    with TestClient(app) as client:
        spilled = incoming_form.write_spilled

        async def watch(form: Any) -> None:
            await spilled(form)
            made.extend(form.files())

        monkeypatch.setattr(incoming_form, "write_spilled", watch)
        assert client.post("/", content=body, headers=headers).status_code == 400
    assert made
    assert all(file.file.closed for file in made)
