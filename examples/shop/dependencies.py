"""What the path operations ask for, by the names of these types."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Annotated

from ferroapi import Cookie, Depends, Header, HTTPException, Query, WebSocketException, status
from ferroapi.requests import HTTPConnection

from .channel import Channel
from .database import connect
from .models import ChatMessage, ShopEvent


def get_database(client: HTTPConnection) -> Iterator[sqlite3.Connection]:
    """A database connection that is closed when the request is over."""
    with closing(connect(client.state.database)) as connection:
        yield connection


async def get_events(client: HTTPConnection) -> Channel[ShopEvent]:
    events: Channel[ShopEvent] = client.state.events
    return events


async def get_room(client: HTTPConnection) -> Channel[ChatMessage]:
    room: Channel[ChatMessage] = client.state.room
    return room


async def require_api_key(x_api_key: Annotated[str, Header()] = "") -> None:
    """Refuses whoever does not send the key of the shop's staff in `X-API-Key`."""
    expected = os.environ.get("SHOP_API_KEY", "demo")
    if not secrets.compare_digest(x_api_key.encode(), expected.encode()):
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "X-API-Key is missing or wrong")


Name = Annotated[str | None, Query(min_length=1, max_length=24)]
RememberedName = Annotated[str | None, Cookie(alias="nickname", min_length=1, max_length=24)]


async def get_nickname(nickname: Name = None, remembered: RememberedName = None) -> str:
    """The nickname in the query, else the one in the cookie; without either nobody comes in."""
    name = nickname or remembered
    if name is None:
        raise WebSocketException(status.WS_1008_POLICY_VIOLATION, "A nickname is needed")
    return name


Database = Annotated[sqlite3.Connection, Depends(get_database)]
Events = Annotated[Channel[ShopEvent], Depends(get_events)]
Room = Annotated[Channel[ChatMessage], Depends(get_room)]
Nickname = Annotated[str, Depends(get_nickname)]
StaffOnly = Depends(require_api_key)
