"""What happens in the shop, as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

from ferroapi import APIRouter, Header
from ferroapi.sse import EventSourceResponse, ServerSentEvent

from ..dependencies import Events

HEARTBEAT_SECONDS = 5.0

router = APIRouter(tags=["feed"])


@router.get("/feed", response_class=EventSourceResponse)
async def follow_feed(
    events: Events, last_event_id: Annotated[int | None, Header()] = None
) -> AsyncIterator[ServerSentEvent]:
    """Every event from now on, or from behind `Last-Event-ID`: browsers send it by themselves
    when they connect again, and so miss nothing. A heartbeat fills each silence.
    """
    position = events.position if last_event_id is None else last_event_id
    yield ServerSentEvent(comment="connected", id=str(position), retry=2000)
    while not events.closed:
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                messages = await events.after(position)
        except TimeoutError:
            yield ServerSentEvent(event="heartbeat", data={"at": datetime.now(UTC)})
            continue
        for position, (name, subject) in messages:
            yield ServerSentEvent(event=name, data=subject, id=str(position))
