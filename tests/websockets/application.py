"""What the servers serve: endpoints that send back what they receive, and say how they ended."""

import asyncio

from ferroapi import FastAPI, WebSocket, WebSocketDisconnect, WebSocketException

app = FastAPI()
ends: dict[str, list[object]] = {}
"""How each session ended, by its name: the code and the reason."""


@app.websocket("/text/{name}")
async def echo_text(websocket: WebSocket, name: str) -> None:
    await websocket.accept()
    try:
        while True:
            await websocket.send_text(await websocket.receive_text())
    except WebSocketDisconnect as left:
        ends[name] = [left.code, left.reason]


@app.websocket("/bytes/{name}")
async def echo_bytes(websocket: WebSocket, name: str) -> None:
    await websocket.accept()
    async for data in websocket.iter_bytes():
        await websocket.send_bytes(data)


@app.websocket("/slow/{name}")
async def echo_slowly(websocket: WebSocket, name: str) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await asyncio.sleep(0.2)
        await websocket.send_text(text)


@app.websocket("/returns/{name}")
async def returns(websocket: WebSocket, name: str) -> None:
    await websocket.accept()
    await websocket.send_text("all")


@app.websocket("/fails/{name}")
async def fails(websocket: WebSocket, name: str) -> None:
    await websocket.accept()
    raise ValueError("broken")


@app.websocket("/refuses/{name}")
async def refuses(websocket: WebSocket, name: str) -> None:
    await websocket.accept()
    raise WebSocketException(4001, "\u20ac" * 60)


@app.websocket("/chat/{name}")
async def chat(websocket: WebSocket, name: str) -> None:
    await websocket.accept(subprotocol=websocket.scope["subprotocols"][-1])


@app.get("/ends/{name}")
async def read_end(name: str) -> list[object] | None:
    return ends.get(name)
