"""A help desk: `ferroapi run examples/desk/main.py`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from starlette.middleware import Middleware

from ferroapi import APIRouter, FastAPI
from ferroapi.problem_details import PROBLEM_DETAILS

from .reminders import regularly, remind
from .tickets import Tickets
from .timing import Timing

SECONDS = float(os.environ.get("DESK_REMINDER_SECONDS", "3600"))
"""Between reminders of tickets that wait."""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Has the job run while the application does."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(regularly, app.inject(remind), SECONDS)
        yield
        tasks.cancel_scope.cancel()


router = APIRouter(middleware=[Middleware(Timing)])
router.include_controller(Tickets)

app = FastAPI(title="A help desk", lifespan=lifespan, validation_errors=PROBLEM_DETAILS)
app.include_router(router)


@app.get("/health")
async def health() -> str:
    """Not timed: it is of no router with middleware."""
    return "well"
