"""What an application that is under load counts of itself, and tells at `/state`."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import threading
from contextvars import ContextVar, Token
from pathlib import Path
from types import TracebackType
from typing import Any

import anyio.to_thread

from harness.case import ASGIApp, Message, Scope

_holder: ContextVar[Generation | None] = ContextVar("holder", default=None)


class Ledger:
    """Counts generators and what they produce, and answers for the process they run in.

    `record` is a file that gets one byte for each generator that was closed, for a process that
    cannot be asked any more.
    """

    def __init__(self, record: Path | None = None) -> None:
        self.opened = 0
        self.closed = 0
        self.elsewhere = 0
        """Closed in another task than the one in which they were started."""
        self.out_of_context = 0
        """Closed where a `ContextVar` that they had set could not be reset."""
        self.failed = 0
        """Ended by an exception of nobody who left."""
        self.produced = 0
        self.lock = threading.Lock()
        self._record = None if record is None else os.open(record, os.O_WRONLY | os.O_APPEND)

    def finished(self) -> None:
        """Notes that a generator was closed."""
        with self.lock:
            self.closed += 1
        if self._record is not None:
            os.write(self._record, b".")

    def state(self) -> dict[str, Any]:
        """The counters, and what the process has now."""
        return {
            "opened": self.opened,
            "closed": self.closed,
            "elsewhere": self.elsewhere,
            "out_of_context": self.out_of_context,
            "failed": self.failed,
            "produced": self.produced,
            "tasks": len(asyncio.all_tasks()),
            "descriptors": len(os.listdir("/proc/self/fd")),
            "threads": threading.active_count(),
            "busy_threads": anyio.to_thread.current_default_thread_limiter().borrowed_tokens,
            "process": os.getpid(),
            "collects": gc.isenabled(),
        }

    def observed(self, app: ASGIApp) -> ASGIApp:
        """`app`, whose paths `/state` and `/collect` are answered by the ledger.

        A plain function: a coroutine around each request would be part of what is measured.
        """

        def route(scope: Scope, receive: Any, send: Any) -> Any:
            path = scope.get("path")
            if path == "/state":
                return self._answer(send)
            if path == "/collect":
                gc.collect()
                return self._answer(send)
            return app(scope, receive, send)

        return route

    async def _answer(self, send: Any) -> None:
        body = json.dumps(self.state()).encode()
        headers = [(b"content-length", b"%d" % len(body))]
        start: Message = {"type": "http.response.start", "status": 200, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": body})


class Generation:
    """A block around what a generator does: counts it, and where it is closed."""

    __slots__ = ("_ledger", "_task", "_token")

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def __enter__(self) -> None:
        with self._ledger.lock:
            self._ledger.opened += 1
        self._task: object = _task()
        self._token: Token[Generation | None] = _holder.set(self)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._ledger.lock:
            self._ledger.elsewhere += _task() is not self._task
            self._ledger.failed += isinstance(error, Exception)
        try:
            _holder.reset(self._token)
        except ValueError:
            with self._ledger.lock:
                self._ledger.out_of_context += 1
        del self._task, self._token
        self._ledger.finished()


def _task() -> object:
    """The task that runs this; `None` in a worker thread, whichever it is."""
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None
