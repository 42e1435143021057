"""An application with what is expensive to read, and something small beside it."""

from __future__ import annotations

import asyncio
import warnings
from typing import Annotated, Any

from pydantic import BaseModel

from ferroapi import (
    Body,
    Cookie,
    Depends,
    FastAPI,
    File,
    FileStream,
    Form,
    Header,
    Part,
    Query,
    Request,
    UploadFile,
    WebSocket,
)
from ferroapi.exceptions import RecursiveUnionWarning
from ferroapi.responses import FileResponse
from ferroapi.security import HTTPBasic, HTTPBasicCredentials
from harness.ledger import Ledger

LIMIT = 4 * 2**20
"""Bytes of a body to what is limited."""

app = FastAPI()
ledger = Ledger()


class Item(BaseModel):
    name: str
    price: float
    tags: list[str]


class Leaf(BaseModel):
    value: int


class Left(BaseModel):
    child: Left | Right | Leaf


class Right(BaseModel):
    child: Right | Left | Leaf


@app.get("/state")
async def tell_state() -> dict[str, Any]:
    return ledger.state()


@app.get("/small")
async def small() -> dict[str, int]:
    return {"answer": 42}


@app.post("/integers")
async def integers(numbers: list[int]) -> int:
    return len(numbers)


@app.post("/items")
async def items(items: list[Item]) -> int:
    return len(items)


@app.post("/named")
async def named(items: dict[str, Item]) -> int:
    return len(items)


@app.post("/lists")
async def lists(lists: list[list[int]]) -> int:
    return len(lists)


async def tree(tree: Annotated[Left | Right, Body()]) -> int:
    return 1


with warnings.catch_warnings():
    # It is here for what it takes.
    warnings.simplefilter("ignore", RecursiveUnionWarning)
    app.post("/tree")(tree)


@app.post("/set")
async def unique(numbers: set[int]) -> int:
    return len(numbers)


@app.post("/keys")
async def keys(values: dict[int, int]) -> int:
    return len(values)


@app.post("/untyped")
async def untyped(value: Annotated[Any, Body()]) -> int:
    return 1


@app.post("/raw")
async def raw(request: Request) -> int:
    return len(await request.body())


@app.post("/form")
async def form(name: Annotated[str, Form()], number: Annotated[int, Form()] = 0) -> int:
    return len(name)


@app.post("/upload")
async def upload(file: Annotated[UploadFile, File()]) -> int:
    return file.size or 0


@app.get("/parts/{a}-{b}-{c}x")
async def three_parts(a: str, b: str, c: str) -> int:
    return len(a)


@app.get("/more/{a}-{b}-{c}-{d}-{e}x")
async def five_parts(a: str, b: str, c: str, d: str, e: str) -> int:
    return len(a)


@app.get("/files/{path:path}/end")
async def path(path: str) -> int:
    return len(path)


@app.get("/query")
async def query(q: Annotated[list[int], Query()] = [], text: str = "") -> int:  # noqa: B006  copied for every request
    return len(q)


@app.get("/head")
async def head(
    x_a: Annotated[list[str], Header()] = [],  # noqa: B006  copied for every request
    session: Annotated[str, Cookie()] = "",
) -> int:
    return len(x_a)


@app.get("/secret")
async def secret(credentials: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]) -> int:
    return 1


@app.get("/file")
async def file() -> FileResponse:
    return FileResponse(__file__)


@app.post("/limited/file", max_body_size=LIMIT)
async def limited_file(file: Annotated[UploadFile, File()]) -> int:
    return len(await file.read())


@app.post("/limited/raw", max_body_size=LIMIT)
async def limited_raw(request: Request) -> int:
    return len(await request.body())


@app.post("/limited/text", max_body_size=LIMIT)
async def limited_text(text: Annotated[str, Body()]) -> int:
    return len(text)


@app.post("/streamed/file")
async def streamed_file(file: FileStream) -> int:
    return sum([len(chunk) async for chunk in file])


@app.post("/streamed/part")
async def part(file: Annotated[bytes, Part(content_type="text/plain")]) -> int:
    return len(file)


go = asyncio.Event()


@app.post("/streamed/stalled")
async def stalled(file: FileStream) -> int:
    size = len(await anext(file))
    await go.wait()
    return size + sum([len(chunk) async for chunk in file])


@app.get("/streamed/go")
async def let_go() -> None:
    go.set()


@app.websocket("/echo")
async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for message in websocket.iter_text():
        await websocket.send_text(message[:10])
