"""A process that answers as FastAPI does also where ferroapi is more careful."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

PROGRAM = """
import json
from collections.abc import AsyncIterator
from typing import Annotated

from pydantic import BaseModel

from ferroapi import Cookie, FastAPI, Form, WebSocket
from ferroapi.exceptions import RequestValidationError
from ferroapi.middleware.cors import CORSMiddleware
from ferroapi.responses import StreamingResponse
from ferroapi.testclient import TestClient


class Login(BaseModel):
    password: str
    age: int


app = FastAPI()


@app.post("/login/")
async def login(login: Login) -> None: ...


@app.post("/numbers")
async def numbers(numbers: list[int]) -> int:
    return len(numbers)


@app.post("/size")
async def size(text: str) -> None: ...


@app.websocket("/socket")
async def socket(websocket: WebSocket, session: Annotated[str, Cookie()]) -> None:
    await websocket.accept()


@app.get("/broken")
async def broken() -> StreamingResponse:
    async def chunks() -> AsyncIterator[bytes]:
        raise LookupError
        yield b""

    return StreamingResponse(chunks())


@app.post("/form")
async def form(a: Annotated[str, Form()]) -> str:
    return a


@app.get("/fails")
async def fail() -> None:
    raise LookupError


found = {}
try:
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
except ValueError:
    app.add_middleware(CORSMiddleware, allow_origins=["*"])
    found["credentials"] = "refused"
client = TestClient(app, raise_server_exceptions=False)
found["redirect"] = client.post("/login", follow_redirects=False).headers["location"]
found["input"] = client.post("/login/", json={"password": "secret"}).json()["detail"][0]["input"]
found["errors"] = len(client.post("/numbers", json=["x"] * 200).json()["detail"])
large = '"' + "x" * (17 << 20) + '"'
found["size"] = client.post("/numbers", content=large, headers={
    "content-type": "application/json"}).status_code
try:
    with client.websocket_connect("/socket", headers={"origin": "http://a", "cookie": "session=1"}):
        pass
except Exception as error:
    found["socket"] = error.code
refused = RequestValidationError([{"ctx": {"error": ValueError("odd")}}])
found["context"] = type(refused.errors()[0]["ctx"]["error"]).__name__
found["error"] = client.get("/fails", headers={"origin": "http://a"}).headers.get(
    "access-control-allow-origin")
found["stream"] = client.get("/broken").status_code
found["charset"] = client.post(
    "/form",
    content='--b\\r\\nContent-Disposition: form-data; name="a"\\r\\n\\r\\n1\\r\\n--b--\\r\\n',
    headers={"content-type": "multipart/form-data; charset=utf-7; boundary=b"},
).status_code
print(json.dumps(found))
"""

CAREFUL = {
    "credentials": "refused",
    "redirect": "/login/",
    "input": {"password": "**********"},
    "errors": 101,
    "size": 413,
    "socket": 1008,
    "context": "EncodableText",
    "error": "*",
    "stream": 500,
    "charset": 400,
}
COMPATIBLE = {
    "redirect": "http://testserver/login/",
    "input": {"password": "secret"},
    "errors": 200,
    "size": 422,
    "context": "ValueError",
    "error": None,
    "stream": 200,
    "charset": 200,
}


@pytest.mark.parametrize(("value", "expected"), [("", CAREFUL), ("1", COMPATIBLE)])
def test_answers(value: str, expected: dict[str, Any]) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        env={**os.environ, "FERROAPI_COMPAT": value},
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=True,
    )
    assert json.loads(done.stdout) == expected
