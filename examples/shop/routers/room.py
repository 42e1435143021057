"""A chat room over a WebSocket."""

import asyncio
from contextlib import suppress

from ferroapi import APIRouter, WebSocket, WebSocketDisconnect

from ..dependencies import Nickname, Room
from ..models import ChatMessage

router = APIRouter()


@router.websocket("/room")
async def chat(websocket: WebSocket, nickname: Nickname, room: Room) -> None:
    """Text that comes in is said to all; what anyone says goes out as a `ChatMessage`."""
    await websocket.accept()
    async with asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(listen(websocket, room, room.position))
        await room.publish(ChatMessage(kind="joined", nickname=nickname))
        try:
            while (frame := await websocket.receive())["type"] == "websocket.receive":
                if text := frame.get("text"):  # frames of bytes have none
                    await room.publish(ChatMessage(kind="said", nickname=nickname, text=text[:500]))
        finally:
            listening.cancel()
            await room.publish(ChatMessage(kind="left", nickname=nickname))


async def listen(websocket: WebSocket, room: Room, position: int) -> None:
    with suppress(WebSocketDisconnect):
        while not room.closed:
            for message in await room.after(position):
                await websocket.send_text(message.content.model_dump_json())
                position = message.id
