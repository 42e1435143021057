"""Text of `HTMLResponse` and `PlainTextResponse` is sent as their objects would send it."""

from typing import Any
from unittest.mock import patch

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.background import BackgroundTask
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from ferroapi import FastAPI
from ferroapi.plan.reply.text import text_type
from ferroapi.testclient import TestClient


class OwnResponse(HTMLResponse):
    """A class of a user's."""

    def render(self, content: Any) -> bytes:
        """Says so."""
        return b"own " + content.encode()


class Text(str):
    """Text that is more than that."""

    __slots__ = ()


KINDS = st.sampled_from((HTMLResponse, PlainTextResponse, OwnResponse, Response))
SCOPE = {"type": "http", "path": "/", "query_string": b"", "headers": [], "method": "GET"}


def messages_of(app: Any) -> list[Any]:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    anyio.run(app, dict(SCOPE), receive, send)
    return sent


def serving(value: Any, *, annotation: Any = None, **options: Any) -> FastAPI:
    app = FastAPI()

    async def endpoint() -> Any:
        return value

    endpoint.__annotations__["return"] = annotation
    app.get("/", **options)(endpoint)
    return app


@settings(deadline=None)
@given(
    text=st.text() | st.builds(Text, st.text()),
    kind=KINDS,
    status=st.sampled_from((None, 200, 201, 404, 204, 205, 304)),
    is_typed=st.booleans(),
)
def test_it_is_what_the_object_sends(
    text: str, kind: type[Response], status: int | None, is_typed: bool
) -> None:
    allowed = status not in (204, 205, 304)
    annotation = str if is_typed and allowed else None
    app = serving(text, annotation=annotation, response_class=kind, status_code=status)
    given_status: dict[str, Any] = {} if status is None else {"status_code": status}
    expected = kind(text, **given_status)
    if not allowed:
        expected.body = b""
        if "content-length" in expected.headers:
            expected.headers["content-length"] = "0"

    assert messages_of(app) == messages_of(expected)


@pytest.mark.parametrize("attribute", ["__init__", "__call__", "render", "init_headers"])
def test_a_class_that_somebody_changes_makes_its_responses_itself(attribute: str) -> None:
    app = serving("text", response_class=HTMLResponse)
    client = TestClient(app)
    assert client.get("/").text == "text"
    original, called = getattr(Response, attribute), []

    def counted(self: Response, *arguments: Any, **keywords: Any) -> Any:
        called.append(attribute)
        return original(self, *arguments, **keywords)

    with patch.object(Response, attribute, counted):
        assert client.get("/").text == "text"
        assert called
        assert text_type(HTMLResponse, None) is None
    assert text_type(HTMLResponse, None) == (b"content-type", b"text/html; charset=utf-8")


def test_a_server_that_fails_to_send_is_not_sent_an_error() -> None:
    sent = []

    async def send(message: Any) -> None:
        sent.append(message["type"])
        raise LookupError("the server's")

    app = serving("text", response_class=HTMLResponse)
    with pytest.raises(LookupError, match="the server's"):
        anyio.run(app, SCOPE, anyio.sleep_forever, send)
    assert sent == ["http.response.start"]


def test_text_that_cannot_be_encoded_is_an_error() -> None:
    client = TestClient(serving("\ud800", response_class=HTMLResponse))

    with pytest.raises(UnicodeEncodeError):
        client.get("/")


# name: (what an endpoint returns, whether it asks for the class of text)
WHOLE: dict[str, Any] = {
    "json": lambda: JSONResponse({"id": 7}, 201, {"location": "/7"}),
    "html": lambda: HTMLResponse("<p>"),
    "own": lambda: OwnResponse("<p>"),
    "bare": lambda: Response(),
}


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("annotation", [None, dict[str, int]], ids=["untyped", "typed"])
def test_a_returned_response_is_sent_as_it_sends_itself(name: str, annotation: Any) -> None:
    app = serving(WHOLE[name](), annotation=annotation)

    assert messages_of(app) == messages_of(WHOLE[name]())


def test_a_returned_response_runs_its_background_task_after_it() -> None:
    events: list[str] = []
    response = Response("x", background=BackgroundTask(events.append, "task"))

    assert messages_of(serving(response)) == messages_of(Response("x"))
    assert events == ["task"]


def test_a_response_that_sends_itself_differently_does() -> None:
    class Late(Response):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 418, "headers": []})
            await send({"type": "http.response.body", "body": b"late"})

    assert messages_of(serving(Late("early")))[0]["status"] == 418
