from typing import Annotated

from ferroapi import FastAPI, Query, WebSocket, WebSocketDisconnect
from ferroapi.testclient import TestClient

app = FastAPI()
guests: set[WebSocket] = set()


@app.websocket("/room")
async def join(socket: WebSocket, name: Annotated[str, Query(max_length=20)]) -> None:
    await socket.accept()
    guests.add(socket)
    try:
        async for text in socket.iter_text():
            for guest in list(guests):  # others come and go meanwhile
                await guest.send_text(f"{name}: {text}")
    finally:
        guests.discard(socket)


if __name__ == "__main__":
    client = TestClient(app)
    with client.websocket_connect("/room?name=Ada") as socket:
        socket.send_text("Hello")
        print(socket.receive_text())
    try:
        with client.websocket_connect("/room"):
            pass
    except WebSocketDisconnect as refusal:
        print("refused:", refusal.code)
