"""An application with an answer of every kind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

from pydantic import BaseModel

from ferroapi import Depends, FastAPI, File, Form, Header, HTTPException, UploadFile, WebSocket
from ferroapi.responses import FileResponse, PlainTextResponse
from ferroapi.sse import EventSourceResponse
from harness.ledger import Generation, Ledger

app = FastAPI()
ledger = Ledger()


class Item(BaseModel):
    name: str
    price: float
    tags: list[str] = []


async def connected() -> AsyncIterator[dict[str, int]]:
    yield {"connection": 1}


def connected_in_thread() -> Iterator[dict[str, int]]:
    yield {"connection": 2}


@app.get("/state")
async def tell_state() -> dict[str, Any]:
    return ledger.state()


@app.get("/items/{number}")
async def read(number: int, q: str = "", x_tag: Annotated[str, Header()] = "") -> dict[str, Any]:
    return {"number": number, "q": q, "tag": x_tag}


@app.post("/items")
async def create(item: Item) -> Item:
    return item


@app.get("/thread")
def in_thread(
    first: Annotated[dict[str, int], Depends(connected)],
    second: Annotated[dict[str, int], Depends(connected_in_thread)],
) -> list[dict[str, int]]:
    return [first, second]


@app.get("/refused")
async def refuse() -> None:
    raise HTTPException(403, "no")


@app.get("/failing")
async def fail(first: Annotated[dict[str, int], Depends(connected)]) -> None:
    text = "x" * 100_000
    raise RuntimeError(text[:3])


@app.get("/unwritable", response_model=Item)
async def unwritable() -> Any:
    return {"name": 1}


@app.post("/form")
async def form(name: Annotated[str, Form()], number: Annotated[int, Form()]) -> dict[str, Any]:
    return {name: number}


@app.post("/upload")
async def upload(file: Annotated[UploadFile, File()]) -> int:
    return len(await file.read())


@app.get("/file")
async def file() -> FileResponse:
    return FileResponse(__file__)


@app.get("/text", response_class=PlainTextResponse)
async def text() -> str:
    return "text"


@app.get("/lines")
async def lines() -> AsyncIterator[Item]:
    with Generation(ledger):
        for number in range(3):
            yield Item(name="line", price=number)


@app.get("/events", response_class=EventSourceResponse)
def events() -> Iterator[Item]:
    with Generation(ledger):
        for number in range(3):
            yield Item(name="event", price=number)


@app.websocket("/echo")
async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for message in websocket.iter_text():
        await websocket.send_text(message)
