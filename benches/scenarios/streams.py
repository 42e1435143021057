"""The six streams that a client can leave: three kinds, each of both kinds of generator."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only.

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from types import ModuleType

from starlette.responses import StreamingResponse

from harness.case import ASGIApp
from harness.ledger import Generation, Ledger

PATHS = tuple(f"/{kind}/{style}" for kind in ("sse", "jsonl", "raw") for style in ("async", "sync"))

ITEM = "first"
"""What everybody waits for before he leaves."""

PAUSE = 0.005
"""Seconds between two items of a synchronous generator, which nothing can interrupt."""


def app(framework: ModuleType, ledger: Ledger) -> ASGIApp:
    api = framework.FastAPI()

    async def wait_for_ever() -> AsyncIterator[str]:
        with Generation(ledger):
            yield ITEM
            await asyncio.sleep(3600)

    def never_end() -> Iterator[str]:
        with Generation(ledger):
            while True:
                yield ITEM
                time.sleep(PAUSE)

    classes = {
        "sse": {"response_class": framework.sse.EventSourceResponse},
        "jsonl": {},
        "raw": {"response_class": StreamingResponse},
    }
    for kind, options in classes.items():
        api.get(f"/{kind}/async", **options)(wait_for_ever)
        api.get(f"/{kind}/sync", **options)(never_end)
    return api
