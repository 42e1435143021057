"""A plain function that runs after the response."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any

import anyio.to_thread
from pydantic_core import to_json

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row

QUEUED = {"queued": True}


class Outbox:
    """Who was written to last."""

    def __init__(self) -> None:
        self.last = ""

    def notify(self, address: str) -> None:
        self.last = address


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()
    outbox = Outbox()

    @api.post("/notifications/{address}")
    async def create_notification(
        address: str,
        tasks: framework.BackgroundTasks,  # type: ignore[name-defined]  # of the module
    ):
        tasks.add_task(outbox.notify, address)
        return QUEUED

    return api


def floor() -> ASGIApp:
    outbox = Outbox()

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "POST"
        prefix, _, address = scope["path"].rpartition("/")
        assert prefix == "/notifications"
        await send_json(send, to_json(QUEUED))
        await anyio.to_thread.run_sync(outbox.notify, address)

    return application


CASE = Case(
    rows=(
        Row(
            name="background_task",
            title="one def background task",
            request=Request("/notifications/ada@example.org", method="POST"),
            expected=Expected(QUEUED),
        ),
    ),
    app=app,
    floor=floor,
)
