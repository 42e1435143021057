"""Plain functions that run after the response."""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any

import anyio.to_thread
from pydantic_core import to_json

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row, Within

ANSWER = {"answer": 42}


def work() -> None:
    """What is done after the response."""


def work_thrice() -> None:
    """The same by hand, three times."""
    work()
    work()
    work()


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/one")
    async def one(tasks: framework.BackgroundTasks):
        tasks.add_task(work)
        return ANSWER

    @api.get("/three")
    async def three(tasks: framework.BackgroundTasks):
        for _ in range(3):
            tasks.add_task(work)
        return ANSWER

    return api


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        await send_json(send, to_json(ANSWER))
        await anyio.to_thread.run_sync(work if scope["path"] == "/one" else work_thrice)

    return application


CASE = Case(
    rows=(
        Row(
            name="background",
            title="one def background task",
            request=Request("/one"),
            expected=Expected(ANSWER),
            goals=(Within("floor", 1.25),),
        ),
        Row(
            name="background_three",
            title="three def background tasks",
            request=Request("/three"),
            expected=Expected(ANSWER),
            goals=(Within("floor", 1.25), Within("fastapi", 0.25)),
        ),
    ),
    app=app,
    floor=floor,
)
