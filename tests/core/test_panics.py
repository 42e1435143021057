"""A panic of the extension, which is an error in it, fails the request and nothing else."""

import asyncio
from typing import Annotated

import pytest
from starlette.types import Message, Receive, Scope, Send
from tests.server.serving import sent, serving

from ferroapi import FastAPI, Form
from ferroapi._core import PanicException
from ferroapi.testclient import TestClient

app = FastAPI()


@app.get("/panic")
async def panic() -> None:
    # What Python raises for a panic goes on as one where it comes back to the extension.
    raise PanicException("forced")


@app.get("/waits")
async def waits() -> None:
    await asyncio.sleep(0)
    raise PanicException("forced")


@app.get("/thread")
def in_thread() -> None:
    raise PanicException("forced")


@app.post("/form")
async def form(name: Annotated[str, Form()]) -> str:
    return name


@app.get("/")
async def root() -> str:
    return "answered"


HEAD = "Host: a\r\nConnection: close\r\n"
PATHS = ["/panic", "/waits", "/thread"]


@pytest.mark.parametrize("path", PATHS)
def test_a_panic_is_a_500(path: str) -> None:
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get(path).status_code == 500
    assert client.get("/").json() == "answered"


@pytest.mark.parametrize("path", PATHS)
def test_our_server_answers_the_next_request(path: str, caplog: pytest.LogCaptureFixture) -> None:
    async def ask() -> list[bytes]:
        async with serving(app) as port:
            requests = [f"GET {path} HTTP/1.1\r\n{HEAD}\r\n" for path in (path, "/")]
            return [await sent(port, request.encode()) for request in requests]

    first, second = asyncio.run(ask())
    assert first.startswith(b"HTTP/1.1 500 ")
    assert second.endswith(b'"answered"')
    (record,) = caplog.records
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "panic: forced"


def test_a_panic_in_a_form_is_no_fault_of_the_client() -> None:
    async def receiving_panics(scope: Scope, receive: Receive, send: Send) -> None:
        async def panics() -> Message:
            raise PanicException("forced")

        await app(scope, panics, send)

    client = TestClient(receiving_panics, raise_server_exceptions=False)
    assert client.post("/form", data={"name": "a"}).status_code == 500
