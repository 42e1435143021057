"""Bodies that are read after the dependencies that need nothing of them."""

from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

import pytest
from starlette.types import Message

from ferroapi import (
    APIRouter,
    Depends,
    FastAPI,
    File,
    Form,
    Header,
    HTTPException,
    Path,
    Request,
    UploadFile,
)
from ferroapi.routing import APIRoute

pytestmark = pytest.mark.anyio

EVENTS: list[str] = []


@pytest.fixture(autouse=True)
def events() -> list[str]:
    EVENTS.clear()
    return EVENTS


def user(x_token: Annotated[str, Header(max_length=5)]) -> str:
    EVENTS.append("user")
    if x_token == "wrong":
        raise HTTPException(401)
    return x_token


async def session(_user: Annotated[str, Depends(user)]) -> AsyncIterator[str]:
    EVENTS.append("open")
    yield "session"
    EVENTS.append("close")


def session_in_thread(_user: Annotated[str, Depends(user)]) -> Iterator[str]:
    EVENTS.append("open")
    yield "session"
    EVENTS.append("close")


def first(items: list[int]) -> int:
    EVENTS.append("of body")
    return items[0]


def second(found: Annotated[int, Depends(first)]) -> int:
    EVENTS.append("of what is of body")
    return found + 1


User = Annotated[str, Depends(user)]


async def of_json(items: list[int], who: User) -> Any:
    return [items, who]


async def of_dependency(found: Annotated[int, Depends(second)], who: User) -> Any:
    return [found, who]


def with_session(items: list[int], opened: Annotated[str, Depends(session)]) -> Any:
    return [items, opened]


def with_thread(items: list[int], opened: Annotated[str, Depends(session_in_thread)]) -> Any:
    return [items, opened]


async def of_form(name: Annotated[str, Form()], who: User) -> Any:
    return [name, who]


async def of_file(file: Annotated[UploadFile, File()], who: User) -> Any:
    return [(await file.read()).decode(), who]


JSON = b"application/json", b"[1, 2]"
FORM = b"application/x-www-form-urlencoded", b"name=ada"
MULTIPART = (
    b"multipart/form-data; boundary=b",
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\ntext\r\n--b--\r\n',
)
# an endpoint: what is sent, what is answered, what happens
OPERATIONS: dict[Any, tuple[tuple[bytes, bytes], bytes, list[str]]] = {
    of_json: (JSON, b'[[1,2],"t"]', ["user", "read"]),
    of_dependency: (JSON, b'[2,"t"]', ["user", "read", "of body", "of what is of body"]),
    with_session: (JSON, b'[[1,2],"session"]', ["user", "open", "read", "close"]),
    with_thread: (JSON, b'[[1,2],"session"]', ["user", "open", "read", "close"]),
    of_form: (FORM, b'["ada","t"]', ["user", "read"]),
    of_file: (MULTIPART, b'["text","t"]', ["user", "read"]),
}


async def ask(
    app: Any, token: bytes | None, content: tuple[bytes, bytes] = JSON, path: str = "/"
) -> tuple[int, bytes]:
    content_type, body = content
    headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(body))]
    if token is not None:
        headers.append((b"x-token", token))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("testclient", 50000),
        "server": ("testserver", 80),
    }
    sent: list[Message] = []

    async def receive() -> Message:
        EVENTS.append("read")
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def late(endpoint: Any, path: str = "/") -> FastAPI:
    app = FastAPI()
    app.post(path, read_body="late")(endpoint)
    return app


@pytest.mark.parametrize("endpoint", OPERATIONS)
async def test_the_body_is_read_after_what_needs_nothing_of_it(endpoint: Any) -> None:
    content, answer, happens = OPERATIONS[endpoint]
    assert await ask(late(endpoint), b"t", content) == (200, answer)
    assert happens == EVENTS


@pytest.mark.parametrize("endpoint", OPERATIONS)
async def test_who_is_refused_sends_nothing(endpoint: Any) -> None:
    content, _, _ = OPERATIONS[endpoint]
    assert (await ask(late(endpoint), b"wrong", content))[0] == 401
    assert EVENTS == ["user"]


@pytest.mark.parametrize("token", [None, b"too long"])
async def test_a_parameter_that_does_not_fit_is_refused_at_once(token: bytes | None) -> None:
    status, answer = await ask(late(of_json), token)
    assert status == 422
    assert b'"loc":["header","x-token"]' in answer
    assert EVENTS == []


async def test_a_body_that_does_not_fit_is_told_with_the_endpoint() -> None:
    async def endpoint(number: Annotated[int, Path()], items: list[int], who: User) -> None: ...

    status, answer = await ask(
        late(endpoint, "/{number}"), b"t", (JSON[0], b'["x"]'), path="/three"
    )
    assert status == 422
    assert b'["path","number"]' in answer
    assert b'["body",0]' in answer
    assert EVENTS == ["user", "read"]


async def test_the_endpoint_may_read_by_itself() -> None:
    async def endpoint(request: Request, who: User) -> str:
        return (await request.body()).decode() + who

    assert await ask(late(endpoint), b"t") == (200, b'"[1, 2]t"')
    assert EVENTS == ["user", "read"]


def on_router(endpoint: Any) -> FastAPI:
    router = APIRouter(read_body="late")
    router.post("/")(endpoint)
    app = FastAPI()
    app.include_router(router)
    return app


def on_inclusion(endpoint: Any) -> FastAPI:
    router = APIRouter()
    router.post("/")(endpoint)
    app = FastAPI()
    app.include_router(router, read_body="late")
    return app


def not_on_operation(endpoint: Any) -> FastAPI:
    router = APIRouter(read_body="late")
    router.post("/", read_body="first")(endpoint)
    app = FastAPI()
    app.include_router(router)
    return app


def nowhere(endpoint: Any) -> FastAPI:
    app = FastAPI()
    app.post("/")(endpoint)
    return app


def set_later(endpoint: Any) -> FastAPI:
    app = nowhere(endpoint)
    app.routes[-1].read_body = "late"  # type: ignore[attr-defined]  # an `APIRoute`
    return app


def with_a_limit(endpoint: Any) -> FastAPI:
    app = FastAPI(max_body_size=3)
    app.post("/", read_body="late")(endpoint)
    return app


def behind_a_handler(endpoint: Any) -> FastAPI:
    class Handled(APIRoute):
        def get_route_handler(self) -> Any:
            handler = super().get_route_handler()

            async def handle(request: Request) -> Any:
                return await handler(request)

            return handle

    app = FastAPI()
    app.router.route_class = Handled
    app.post("/", read_body="late")(endpoint)
    return app


def cancelled(endpoint: Any) -> FastAPI:
    app = FastAPI(cancel_on_disconnect=True)
    app.post("/", read_body="late")(endpoint)
    return app


PLACES: dict[Any, list[str]] = {
    on_router: ["user"],
    on_inclusion: ["user"],
    set_later: ["user"],
    behind_a_handler: ["user"],
    cancelled: ["user"],
    not_on_operation: ["read", "user"],
    nowhere: ["read", "user"],
}


@pytest.mark.parametrize("declare", PLACES)
async def test_the_innermost_setting_decides(declare: Any) -> None:
    assert (await ask(declare(of_json), b"wrong"))[0] == 401
    assert PLACES[declare] == EVENTS


async def test_a_limit_counts() -> None:
    for token in (b"t", b"wrong"):
        EVENTS.clear()
        # What a declared length says is known before.
        assert (await ask(with_a_limit(of_json), token))[0] == 413
        assert EVENTS == ["user"]


REFUSED: dict[str, Any] = {
    "operation": lambda: FastAPI().post("/", read_body="later")(of_json),  # type: ignore[typeddict-item]  # that is refused
    "router": lambda: APIRouter(read_body=True),  # type: ignore[arg-type]  # that is refused
    "inclusion": lambda: FastAPI().include_router(APIRouter(), read_body="no"),  # type: ignore[typeddict-item]  # that is refused
}


@pytest.mark.parametrize("declare", REFUSED.values(), ids=REFUSED)
async def test_another_word_is_refused(declare: Any) -> None:
    with pytest.raises(ValueError, match='read_body must be "first", "late" or None'):
        declare()


async def test_the_document_is_the_same() -> None:
    assert late(of_json).openapi() == nowhere(of_json).openapi()
