"""The lifespan of an application, in a task of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
from anyio import TASK_STATUS_IGNORED

if TYPE_CHECKING:
    from anyio.abc import TaskStatus
    from starlette.types import ASGIApp, Message


class Lifespan:
    """Starts an application and stops it, as a server does.

    https://asgi.readthedocs.io/en/latest/specs/lifespan.html
    """

    def __init__(self, app: ASGIApp) -> None:
        self.state: dict[str, Any] = {}
        """What the application has put into the state of its requests."""
        self._app = app
        self._is_asked_to_start = False
        self._stopping = anyio.Event()
        self._stopped = anyio.Event()
        self._error: Exception | None = None

    async def run(self, *, task_status: TaskStatus[None] = TASK_STATUS_IGNORED) -> None:
        """The task, which has started when the application has.

        Raises:
            RuntimeError: the application says that it could not start.
        """
        is_started = False
        failure: str | None = None

        async def receive() -> Message:
            if self._is_asked_to_start:
                await self._stopping.wait()
                return {"type": "lifespan.shutdown"}
            self._is_asked_to_start = True
            return {"type": "lifespan.startup"}

        async def send(message: Message) -> None:
            nonlocal is_started, failure
            if message["type"] == "lifespan.startup.complete":
                is_started = True
                task_status.started()
            elif message["type"].endswith(".failed"):
                failure = message.get("message", "")

        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": self.state}
        try:
            await self._app(scope, receive, send)
            if failure is not None or not is_started:
                raise RuntimeError(f"The lifespan of the application has failed: {failure or ''}")
        except Exception as error:
            if not is_started:
                raise
            self._error = error
        finally:
            self._stopped.set()

    async def stop(self) -> None:
        """Has the application stop, and waits for it. Raises what that raises."""
        self._stopping.set()
        await self._stopped.wait()
        if self._error is not None:
            raise self._error
