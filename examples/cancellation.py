"""Work that nobody needs any more when the client has left: `uvicorn cancellation:app`."""

from threading import Event
from typing import Annotated

import anyio

from ferroapi import Depends, FastAPI, WebSocket, client_left

app = FastAPI(cancel_on_disconnect=True)


@app.get("/answer")
async def think() -> str:
    """A coroutine is cancelled where it waits."""
    print("thinking", flush=True)
    try:
        await anyio.sleep(60)
    except anyio.get_cancelled_exc_class():
        print("not thinking any more", flush=True)
        raise
    return "42"


@app.get("/report")
def report(left: Annotated[Event, Depends(client_left)]) -> list[int]:
    """A function in a thread asks."""
    print("writing", flush=True)
    pages: list[int] = []
    while len(pages) < 600:
        if left.wait(timeout=0.1):
            print("not writing any more", flush=True)
            break
        pages.append(len(pages))
    return pages


@app.websocket("/clock")
async def clock(websocket: WebSocket) -> None:
    """A WebSocket that only sends hears it, too."""
    await websocket.accept()
    await websocket.send_text("tick")
    try:
        await anyio.sleep(60)
    finally:
        print("not ticking any more", flush=True)


@app.post("/order", cancel_on_disconnect=False)
async def order() -> str:
    """What must not be left half done is declared so."""
    print("ordering", flush=True)
    await anyio.sleep(0.5)
    print("ordered", flush=True)
    return "ordered"
