"""One request in process, in which one thing goes wrong at a chosen place.

The places are each `receive`, each `send`, and each time that the request waits.
"""

import asyncio
import types
from collections.abc import Collection, Coroutine, Generator
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import trio.lowlevel
from starlette.types import Message
from tests.sweep.ledger import Ledger
from tests.sweep.shapes import SHAPES

from ferroapi import FastAPI
from ferroapi.streaming import current_thread_limiter

PATIENCE = 10.0
"""Seconds after which a request hangs."""
REASON = "by the fault"

FAULTS = {
    "receive": ("receive raises", "client leaves"),
    "send": ("send raises", "client leaves while it is sent to"),
    "wait": ("scope is cancelled", "task is cancelled"),
}


class InjectedError(Exception):
    """What `receive` raises."""


@dataclass(frozen=True)
class Fault:
    """What goes wrong, and at which of its places, the first being 1."""

    kind: str
    place: int


@dataclass
class Outcome:
    """What was left of a request."""

    places: dict[str, int]
    figures: dict[str, int]
    story: list[dict[str, Any]]


JSON = [b'{"na', b'me": "value"}']
MULTIPART = [
    b'--x\r\ncontent-disposition: form-data; name="name"\r\n\r\nvalue\r\n--x\r\n',
    b'content-disposition: form-data; name="file"; filename="f"\r\n\r\nvalue\r\n--x--\r\n',
]
URLENCODED = [b"name=", b"value"]

BODIES = {
    "multipart": (b"multipart/form-data; boundary=x", MULTIPART),
    "urlencoded": (b"application/x-www-form-urlencoded", URLENCODED),
}


class Client:
    """The other side of a request, whose messages are numbered."""

    def __init__(self, name: str, faults: Collection[Fault]) -> None:
        self._faults = faults
        self.places = dict.fromkeys(FAULTS, 0)
        self._left = anyio.Event()
        content_type, body = BODIES.get(name, (b"application/json", JSON))
        kind = "websocket" if name.startswith("websocket") else "http"
        self.scope = {
            "type": kind,
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/",
            "raw_path": b"/",
            "query_string": b"",
            "root_path": "",
            "headers": [(b"content-type", content_type)],
        }
        self._messages: list[Message] = [
            {"type": "http.request", "body": part, "more_body": part is not body[-1]}
            for part in body
        ]
        if kind == "websocket":
            text = {"type": "websocket.receive", "text": "text"}
            self._messages = [{"type": "websocket.connect"}, text, text]
            self._left.set()

    def _is_here(self, place: str, kind: str) -> bool:
        return Fault(kind, self.places[place]) in self._faults

    async def receive(self) -> Message:
        self.places["receive"] += 1
        await anyio.lowlevel.checkpoint()
        if self._is_here("receive", "receive raises"):
            raise InjectedError
        if self._is_here("receive", "client leaves"):
            self._left.set()
            self._messages.clear()
        if self._messages:
            return self._messages.pop(0)
        await self._left.wait()
        return {"type": f"{self.scope['type']}.disconnect", "code": 1000}

    async def send(self, message: Message) -> None:
        self.places["send"] += 1
        await anyio.lowlevel.checkpoint()
        if self._is_here("send", "send raises"):
            raise OSError("the client has left")
        if self._is_here("send", "client leaves while it is sent to"):
            self._left.set()
            for _ in range(5):
                await anyio.lowlevel.checkpoint()

    @types.coroutine
    def watched(
        self,
        request: Coroutine[Any, Any, None],
        scope: anyio.CancelScope,
        delivered: list[BaseException],
    ) -> Generator[Any, Any, None]:
        """Runs `request`, and cancels it where it waits for the time that the fault says."""
        try:
            awaited = request.send(None)
            while True:
                self.places["wait"] += 1
                if self._is_here("wait", "scope is cancelled"):
                    scope.cancel(REASON)
                elif self._is_here("wait", "task is cancelled"):
                    task = asyncio.current_task()
                    assert task is not None
                    task.cancel(REASON)
                try:
                    answer = yield awaited
                except BaseException as error:
                    if REASON in str(error):
                        delivered.append(error)
                    awaited = request.throw(error)
                else:
                    # Trio has it raised where the answer comes to.
                    error = getattr(answer, "error", None)
                    if REASON in str(error):
                        delivered.append(error)
                    awaited = request.send(answer)
        except StopIteration:
            pass


async def driven(name: str, *faults: Fault) -> Outcome:
    """Sends a request to a shape, and lets the faults come."""
    app, ledger, client = FastAPI(), Ledger(), Client(name, faults)
    SHAPES[name](app, ledger)
    before = _tasks()
    ended: BaseException | None = None
    delivered: list[BaseException] = []
    hangs = True
    with anyio.move_on_after(PATIENCE), anyio.CancelScope() as scope:
        request: Any = app(client.scope, client.receive, client.send)
        try:
            await client.watched(request, scope, delivered)
        except (Exception, asyncio.CancelledError) as error:
            ended = error
        except BaseExceptionGroup as group:
            # Starlette's middleware on Trio, cancelled while it fails, raises both.
            ended = group.subgroup(anyio.get_cancelled_exc_class())
            raise (ended or group) from None
        except BaseException as error:
            ended = error
            raise
        finally:
            hangs = False
    await _settle()
    cancelled = anyio.get_cancelled_exc_class()
    limiters = anyio.to_thread.current_default_thread_limiter(), current_thread_limiter()
    figures = {
        **ledger.figures(),
        "tasks_pending": _tasks() - before,
        "tokens_lost": sum(limiter.borrowed_tokens for limiter in limiters),
        "cancellations_swallowed": int(
            bool(delivered) and not isinstance(ended, (cancelled, BaseExceptionGroup))
        ),
        "hanging": int(hangs),
    }
    return Outcome(client.places, figures, ledger.story())


async def _settle() -> None:
    for _ in range(20):
        await anyio.lowlevel.checkpoint()


def _is_asyncio() -> bool:
    return anyio.get_cancelled_exc_class() is asyncio.CancelledError


def _tasks() -> int:
    if _is_asyncio():
        return len(asyncio.all_tasks())
    return trio.lowlevel.current_statistics().tasks_living


def faults_at(places: dict[str, int]) -> list[Fault]:
    """All that may go wrong in a request that has so many places when nothing does."""
    native = _is_asyncio()
    return [
        Fault(kind, number)
        for place, kinds in FAULTS.items()
        for kind in kinds
        if native or kind != "task is cancelled"
        for number in range(1, places[place] + 1)
    ]
