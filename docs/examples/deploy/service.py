from collections.abc import AsyncIterator

from ferroapi import FastAPI, Request, WebSocket
from ferroapi.sse import EventSourceResponse

app = FastAPI(title="Shop")


@app.get("/items/")
async def list_items(request: Request) -> dict[str, str | None]:
    client = request.client.host if request.client else None
    return {"url": str(request.url), "client": client}


@app.get("/events", response_class=EventSourceResponse)
async def follow() -> AsyncIterator[int]:
    yield 1


@app.websocket("/echo")
async def echo(socket: WebSocket) -> None:
    await socket.accept()
    async for text in socket.iter_text():
        await socket.send_text(text)


@app.get("/health", include_in_schema=False)
async def check_health() -> dict[str, str]:
    return {"status": "ok"}
