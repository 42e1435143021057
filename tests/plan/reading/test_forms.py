"""Forms and files: their values, what counts as missing, and what is refused."""

from typing import Annotated, Any

import pytest
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from ferroapi import Body, Depends, FastAPI, File, Form, Request, UploadFile, routing
from ferroapi.testclient import TestClient


def serving(annotation: Any, default: Any = ...) -> TestClient:
    """A client of an endpoint with the form parameter `p`, which it gives back."""

    async def required(p):  # type: ignore[no-untyped-def]  # annotated below
        return {"p": repr(p)}

    async def optional(p=default):  # type: ignore[no-untyped-def]  # annotated below
        return {"p": repr(p)}

    chosen: Any = required if default is ... else optional
    chosen.__annotations__["p"] = annotation
    app = FastAPI()
    app.post("/")(chosen)
    return TestClient(app)


def check(response: Any, expected: Any) -> None:
    if isinstance(expected, tuple) and len(expected) == 2 and isinstance(expected[1], list):
        (error,) = response.json()["detail"]
        assert (response.status_code, error["type"], error["loc"]) == (422, *expected)
    else:
        assert (response.status_code, response.json()) == (200, {"p": repr(expected)})


F = Form()

# name: (annotation, default, the form, what the endpoint gets or the type and place of the error)
FIELDS: dict[str, tuple[Any, Any, str, Any]] = {
    "int": (int, F, "p=3", 3),
    "text": (str, F, "p=a+b%20c", "a b c"),
    "wrong": (int, F, "p=x", ("int_parsing", ["body", "p"])),
    "missing": (int, F, "q=1", ("missing", ["body", "p"])),
    "no_form": (int, F, "", ("missing", ["body", "p"])),
    "empty_is_missing": (str, F, "p=", ("missing", ["body", "p"])),
    "empty_takes_the_default": (str, Form(default="d"), "p=", "d"),
    "default": (int, Form(default=5), "", 5),
    "optional": (int | None, Form(default=None), "", None),
    "last_of_several": (int, F, "p=1&p=2", 2),
    "list": (list[int], F, "p=1&p=2", [1, 2]),
    "set": (set[str], F, "p=a&p=a", {"a"}),
    "missing_list": (list[int], F, "", ("missing", ["body", "p"])),
    "default_list": (list[int], Form(default=[7]), "", [7]),
    "empty_items": (list[str], F, "p=&p=a", ["", "a"]),
    "wrong_item": (list[int], F, "p=1&p=x", ("int_parsing", ["body", "p", 1])),
    "alias": (int, Form(alias="other"), "other=3", 3),
    "choices": (int, Form(validation_alias=AliasChoices("a", "b")), "b=3", 3),
    "constraint": (int, Form(ge=3), "p=2", ("greater_than_equal", ["body", "p"])),
    "bool": (bool, F, "p=on", True),
}


@pytest.mark.parametrize("multipart", [False, True])
@pytest.mark.parametrize(("annotation", "default", "form", "expected"), FIELDS.values(), ids=FIELDS)
def test_field(annotation: Any, default: Any, form: str, expected: Any, multipart: bool) -> None:
    """The same from either kind of form."""
    content, content_type = form.encode(), "application/x-www-form-urlencoded"
    if multipart:
        from urllib.parse import parse_qsl

        content_type = "multipart/form-data; boundary=b"
        content = b"".join(
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in parse_qsl(form, keep_blank_values=True)
        )
        content += b"--b--\r\n"
    client = serving(annotation, default)
    check(client.post("/", content=content, headers={"content-type": content_type}), expected)


def test_another_content_type_is_no_form() -> None:
    check(serving(int, F).post("/", json={"p": 3}), ("missing", ["body", "p"]))


class Login(BaseModel):
    user: str
    tags: list[int] = []
    stay: bool = False
    own: Annotated[str, Field(alias="Own")] = "none"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user: str


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    user: str = "nobody"


# name: (annotation, default, the form, what the endpoint gets or the type and place of the error)
MODELS: dict[str, tuple[Any, Any, str, Any]] = {
    "values": (
        *(Login, F, "user=a&tags=1&tags=2&stay=on&Own=o"),
        Login(user="a", tags=[1, 2], stay=True, Own="o"),
    ),
    "defaults": (Login, F, "user=a", Login(user="a")),
    "empty_takes_the_default": (Login, F, "user=a&Own=", Login(user="a")),
    "empty_is_missing": (Login, F, "user=", ("missing", ["body", "user"])),
    "missing": (Login, F, "", ("missing", ["body", "user"])),
    "wrong": (Login, F, "user=a&tags=x", ("int_parsing", ["body", "tags", 0])),
    "others_are_ignored": (Login, F, "user=a&more=1", Login(user="a")),
    "forbidden": (Strict, F, "user=a&more=1", ("extra_forbidden", ["body", "more"])),
    "collected": (Open, F, "more=1&many=2&many=3", Open(more="1", many=["2", "3"])),  # type: ignore[call-arg]  # extras
    "optional_absent": (Login | None, Form(default=None), "more=1", None),
    "optional_present": (Login | None, Form(default=None), "user=a", Login(user="a")),
    "optional_partly": (Login | None, Form(default=None), "stay=on", ("missing", ["body", "user"])),
    "optional_open": (Open | None, Form(default=None), "more=1", Open(more="1")),  # type: ignore[call-arg]  # extras
}


@pytest.mark.parametrize(("annotation", "default", "form", "expected"), MODELS.values(), ids=MODELS)
def test_model(annotation: Any, default: Any, form: str, expected: Any) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    check(serving(annotation, default).post("/", content=form, headers=headers), expected)


def test_several_models_and_fields() -> None:
    """Each reads the whole form, dependencies' too."""

    async def dependency(token: Annotated[str, Form()]) -> str:
        return token

    app = FastAPI()

    @app.post("/")
    async def create(
        login: Annotated[Login, Form()],
        other: Annotated[Open, Form()],
        user: Annotated[str, Form()],
        token: Annotated[str, Depends(dependency)],
    ) -> Any:
        return [login.user, other.user, user, token, other.model_extra]

    response = TestClient(app).post("/", data={"user": "a", "token": "t"})
    assert response.json() == ["a", "a", "a", "t", {"token": "t"}]
    assert [error["loc"] for error in TestClient(app).post("/").json()["detail"]] == [
        *(["body", "token"], ["body", "user"], ["body", "user"]),
    ]


async def upload(p: UploadFile) -> Any:
    return [p.filename, p.size, p.content_type, (await p.read()).decode()]


async def optional_upload(p: UploadFile | None = None) -> Any:
    return None if p is None else p.filename


async def uploads(p: list[UploadFile]) -> Any:
    return [[file.filename, (await file.read()).decode()] for file in p]


async def content(p: Annotated[bytes, File()]) -> Any:
    return p.decode()


async def optional_content(p: Annotated[bytes | None, File()] = None) -> Any:
    return None if p is None else p.decode()


async def contents(p: Annotated[list[bytes], File()]) -> Any:
    return [item.decode() for item in p]


async def file_and_field(p: UploadFile, note: Annotated[str, Form()] = "none") -> Any:
    return [p.filename, note]


ONE = [("p", ("a.txt", b"abc", "text/plain"))]
TWO = [*ONE, ("p", ("b.txt", b"de", "text/plain"))]
EMPTY = [("p", ("", b"", "application/octet-stream"))]

# name: (endpoint, files, fields, what it gives back or the type and place of the error)
FILES: dict[str, tuple[Any, Any, Any, Any]] = {
    "upload": (upload, ONE, {}, ["a.txt", 3, "text/plain", "abc"]),
    "last_upload": (upload, TWO, {}, ["b.txt", 2, "text/plain", "de"]),
    "missing_upload": (upload, [], {}, ("missing", ["body", "p"])),
    "text_for_upload": (upload, [], {"p": "text"}, ("value_error", ["body", "p"])),
    "optional_upload": (optional_upload, [], {}, None),
    "uploads": (uploads, TWO, {}, [["a.txt", "abc"], ["b.txt", "de"]]),
    "missing_uploads": (uploads, [], {}, ("missing", ["body", "p"])),
    "content": (content, ONE, {}, "abc"),
    "text_for_content": (content, [], {"p": "text"}, "text"),
    "optional_content": (optional_content, ONE, {}, "abc"),
    "no_optional_content": (optional_content, [], {}, None),
    "contents": (contents, TWO, {}, ["abc", "de"]),
    "text_for_contents": (contents, [], {"p": ["a", "b"]}, ["a", "b"]),
    "file_and_field": (file_and_field, ONE, {"note": "n"}, ["a.txt", "n"]),
}


@pytest.mark.parametrize(("endpoint", "files", "fields", "expected"), FILES.values(), ids=FILES)
def test_file(endpoint: Any, files: Any, fields: Any, expected: Any, loop: dict[str, Any]) -> None:
    app = FastAPI()
    app.post("/")(endpoint)
    response = TestClient(app, **loop).post("/", files=files, data=fields)
    if isinstance(expected, tuple):
        (error,) = response.json()["detail"]
        assert (response.status_code, error["type"], error["loc"]) == (422, *expected)
    else:
        assert (response.status_code, response.json()) == (200, expected)


@pytest.mark.parametrize(
    ("endpoint", "answer"), [(optional_upload, None), (optional_content, None)]
)
def test_a_file_field_left_empty_is_missing(endpoint: Any, answer: Any) -> None:
    """Browsers send an empty name and no content."""
    app = FastAPI()
    app.post("/")(endpoint)
    body = (
        b'--b\r\nContent-Disposition: form-data; name="p"; filename=""\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\r\n--b--\r\n"
    )
    headers = {"content-type": "multipart/form-data; boundary=b"}
    assert TestClient(app).post("/", content=body, headers=headers).json() == answer


def test_text_for_an_upload_is_told() -> None:
    app = FastAPI()
    app.post("/")(upload)
    (error,) = TestClient(app).post("/", data={"p": "text"}).json()["detail"]
    assert error["msg"] == "Value error, Expected UploadFile, received: <class 'str'>"


def test_an_upload_read_by_several() -> None:
    """Each finds it at its beginning."""

    async def first(p: Annotated[bytes, File()]) -> int:
        return len(p)

    app = FastAPI()

    @app.post("/")
    async def create(
        p: Annotated[bytes, File()], length: Annotated[int, Depends(first)], file: UploadFile
    ) -> Any:
        return [p.decode(), length, (await file.read()).decode()]

    files = [*ONE, ("file", ("c.txt", b"c", "text/plain"))]
    assert TestClient(app).post("/", files=files).json() == ["abc", 3, "c"]


def test_uploads_are_closed_after_the_request(loop: dict[str, Any]) -> None:
    """After background tasks, also when the endpoint fails."""
    seen: list[Any] = []
    app = FastAPI()

    @app.post("/{fail}")
    async def create(fail: bool, p: UploadFile) -> None:
        seen.append(p.file)
        if fail:
            raise ValueError("failed")

    client = TestClient(app, raise_server_exceptions=False, **loop)
    assert client.post("/false", files=ONE).status_code == 200
    assert client.post("/true", files=ONE).status_code == 500
    assert [file.closed for file in seen] == [True, True]


@pytest.mark.parametrize("general", [False, True], ids=["plan", "general way"])
@pytest.mark.parametrize("failing", ["http.response.start", "http.response.body"])
def test_uploads_are_closed_when_a_client_leaves_and_middleware_cancels_the_request(
    failing: str, general: bool, loop: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is on the disk is closed in a thread."""
    seen: list[Any] = []
    app = FastAPI()
    if general:
        serialize = routing.serialize_response
        monkeypatch.setattr(routing, "serialize_response", lambda **given: serialize(**given))

    @app.middleware("http")
    async def pass_on(request: Request, call_next: Any) -> Any:
        return await call_next(request)

    @app.post("/")
    async def create(p: UploadFile) -> None:
        seen.append(p.file)

    async def leaving(scope: Any, receive: Any, send: Any) -> None:
        async def fail(message: Any) -> None:
            if message["type"] == failing:
                raise OSError("left")
            await send(message)

        await app(scope, receive, fail)

    files = [("p", ("a.txt", b"a" * (2 << 20), "text/plain"))]
    with pytest.raises(OSError, match="left"):
        TestClient(leaving, **loop).post("/", files=files)
    assert [file.closed for file in seen] == [True]


def test_dependencies_share_the_form() -> None:
    app = FastAPI()

    @app.post("/")
    async def create(request: Request, p: Annotated[int, Form()]) -> Any:
        form = await request.form()
        return [p, form["p"]]

    assert TestClient(app).post("/", data={"p": "3"}).json() == [3, "3"]


def test_a_body_parameter_beside_a_form_is_a_field() -> None:
    app = FastAPI()

    @app.post("/")
    async def create(a: Annotated[int, Form()], b: Annotated[int, Body()]) -> Any:
        return [a, b]

    assert TestClient(app).post("/", data={"a": "1", "b": "2"}).json() == [1, 2]


MULTIPART = "multipart/form-data; boundary=b"
PART = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'

# name: (the content type, the body, the detail of the 400)
REFUSED: dict[str, tuple[str, bytes, str]] = {
    "no_boundary": ("multipart/form-data", b"x", "Missing boundary in multipart."),
    "broken": (MULTIPART, b"nothing", "Invalid multipart data."),
    "too_many_fields": (
        *(MULTIPART, (PART % (b"p", b"1")) * 1001 + b"--b--\r\n"),
        "Too many fields. Maximum number of fields is 1000.",
    ),
    "too_many_urlencoded_fields": (
        *("application/x-www-form-urlencoded", b"p=1&" * 1001),
        "Too many fields. Maximum number of fields is 1000.",
    ),
    "too_many_files": (
        MULTIPART,
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nx\r\n' * 1001
        + b"--b--\r\n",
        "Too many files. Maximum number of files is 1000.",
    ),
    "too_large_part": (
        *(MULTIPART, PART % (b"p", b"1" * (1024 * 1024 + 1)) + b"--b--\r\n"),
        "Part exceeded maximum size of 1024KB.",
    ),
    "too_large_field": (
        *("application/x-www-form-urlencoded", b"p=" + b"1" * (1024 * 1024 + 1)),
        "Field exceeded maximum size of 1024KB.",
    ),
}


@pytest.mark.parametrize(("content_type", "body", "detail"), REFUSED.values(), ids=REFUSED)
def test_refused(content_type: str, body: bytes, detail: str) -> None:
    response = serving(int, F).post("/", content=body, headers={"content-type": content_type})
    assert (response.status_code, response.json()) == (400, {"detail": detail})


@pytest.mark.anyio
async def test_a_client_that_leaves() -> None:
    """Within its form: nobody hears the 400, and the server learns of no error."""
    app = FastAPI()

    @app.post("/")
    async def create(p: Annotated[int, Form()]) -> None: ...

    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": b"p=", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "headers": [(b"content-type", b"application/x-www-form-urlencoded")],
    }
    await app(scope, receive, send)
    assert sent[0]["status"] == 400
