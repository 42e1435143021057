"""Forms by the direct way, against those by ASGI."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel
from tests.server.test_direct import both, request_of, same_answer

from ferroapi import Depends, FastAPI, File, Form, HTTPException, Request, UploadFile

URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=B"}


class Login(BaseModel):
    name: str
    age: int = 0


def application() -> FastAPI:
    app = FastAPI()

    async def token(token: Annotated[str, Form()] = "none") -> str:
        if token == "bad":
            raise HTTPException(403, "not you")
        return token

    @app.post("/fields")
    async def fields(a: Annotated[int, Form()], b: Annotated[list[str], Form()] = []) -> Any:  # noqa: B006
        return [a, b]

    @app.post("/thread")
    def thread(a: Annotated[int, Form()], found: Annotated[str, Depends(token)]) -> Any:
        return [a, found]

    @app.post("/model")
    async def model(login: Annotated[Login, Form()]) -> Login:
        return login

    @app.post("/file")
    async def file(a: UploadFile, request: Request) -> Any:
        form = await request.form()
        return [a.filename, a.size, len(await a.read()), len(form), str(request.url)]

    @app.post("/content", form_limits={"max_files": 1})
    async def content(a: Annotated[bytes, File()]) -> int:
        return len(a)

    return app


def part(name: str, content: bytes, more: str = "") -> bytes:
    head = f'--B\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return head.encode() + content + b"\r\n"


END = b"--B--\r\n"
FILE = '; filename="f.txt"'

REQUESTS = {
    "fields": request_of("POST", "/fields", URLENCODED, b"a=1&b=x&b=y"),
    "wrong fields": request_of("POST", "/fields", URLENCODED, b"a=x&b=x&b=y"),
    "multipart fields": request_of("POST", "/fields", MULTIPART, part("a", b"1") + END),
    "nothing": request_of("POST", "/fields", URLENCODED, b""),
    "no form": request_of("POST", "/fields", {"Content-Type": "application/json"}, b'{"a": 1}'),
    "no type": request_of("POST", "/fields", {}, b"a=1"),
    "no boundary": request_of("POST", "/fields", {"Content-Type": "multipart/form-data"}, END),
    "another charset": request_of(
        *("POST", "/fields", {"Content-Type": "multipart/form-data; boundary=B; charset=cp1252"}),
        part("a", b"1") + part("b", b"\x80") + END,
    ),
    "function": request_of("POST", "/thread", URLENCODED, b"a=1&token=t"),
    "refused by a dependency": request_of("POST", "/thread", URLENCODED, b"a=1&token=bad"),
    "model": request_of("POST", "/model", URLENCODED, b"name=a&age=3"),
    "wrong model": request_of("POST", "/model", MULTIPART, part("age", b"3") + END),
    "file": request_of("POST", "/file", MULTIPART, part("a", b"content", FILE) + END),
    "large file": request_of("POST", "/file", MULTIPART, part("a", b"x" * 200_000, FILE) + END),
    "cut off": request_of("POST", "/file", MULTIPART, part("a", b"content", FILE)),
    "text for a file": request_of("POST", "/file", MULTIPART, part("a", b"content") + END),
    "content": request_of("POST", "/content", MULTIPART, part("a", b"content", FILE) + END),
    "too many files": request_of(
        "POST", "/content", MULTIPART, part("a", b"content", FILE) * 2 + END
    ),
    "expecting to be told": request_of(
        "POST", "/fields", {**URLENCODED, "Expect": "100-continue"}, b"a=1"
    ),
    "in pieces": (
        b"POST /file HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
        b"Content-Type: multipart/form-data; boundary=B\r\n\r\n"
        + b"".join(b"1\r\n%c\r\n" % byte for byte in part("a", b"x\r\n--By", FILE) + END)
        + b"0\r\n\r\n"
    ),
}


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("request_bytes", REQUESTS.values(), ids=REQUESTS)
async def test_a_form_is_answered_as_by_asgi(request_bytes: bytes, anyio_backend: str) -> None:
    async with both(application()) as ports:
        answer = await same_answer(ports, request_bytes)
    assert answer.startswith(b"HTTP/1.1 ")
    assert not answer.startswith(b"HTTP/1.1 500")
