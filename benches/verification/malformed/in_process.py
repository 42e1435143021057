"""Malformed requests to applications in this process."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from time import monotonic, process_time
from typing import Any
from warnings import catch_warnings

import uvloop
from examples.shop.main import app as shop
from tests.differential.asking import ask
from tests.differential.descriptions import Answer, Sent

from verification.malformed.applications import built, innocent, to_shop
from verification.malformed.generator import to_generated, to_these
from verification.malformed.mutations import cut_everywhere, with_each_token
from verification.part import Effort
from verification.row import Row

FULL, QUICK = 1_000_000, 20_000

SHOP_EVERY = 20
"""Generated applications after which it is the shop's turn."""

SHOWN = 5
SLOW = 1.0
"""Seconds of processor time that a request may take; those on the clock are also others'."""


class Tally:
    """What was answered."""

    def __init__(self) -> None:
        self.tried = 0
        self.failures = 0
        self.unanswered = 0
        self.slow = 0
        self._shown: set[str] = set()

    def count(self, application: str, sent: Sent, answer: Answer, seconds: float) -> None:
        """Counts one answer, and shows the first of a kind that is wrong."""
        self.tried += 1
        failed = (answer["status"] or 0) >= 500
        is_answered = bool(answer["messages"]) or (answer["status"] is not None)
        unanswered = not failed and (answer["error"] is not None or not is_answered)
        slow = seconds > SLOW
        self.failures += failed
        self.unanswered += unanswered
        self.slow += slow
        if failed or unanswered or slow:
            kind = f"{answer['status']} {(answer['error'] or '')[:60]}"
            if kind not in self._shown and len(self._shown) < SHOWN:
                self._shown.add(kind)
                print(f"  {application}: {json.dumps(sent)[:2000]}\n  {kind}, {seconds:.3f} s")


@asynccontextmanager
async def started_shop() -> AsyncIterator[Any]:
    """The shop, with what its lifespan gives to each request."""
    async with shop.router.lifespan_context(shop) as state:

        async def application(scope: Any, receive: Any, send: Any) -> None:
            await shop({**scope, "state": dict(state or {})}, receive, send)

        yield application


def to_the_shop(effort: Effort, turn: int) -> Iterator[Sent]:
    """The malformed requests of one of its turns; the first one has the curated."""
    good = to_shop()
    if turn == 0:
        for sent in good:
            yield from cut_everywhere(sent)
            yield from with_each_token(sent)
    yield from to_these(effort.random(f"shop {turn}"), good)


async def answer_all(effort: Effort, wanted: int) -> Tally:
    """Has them answered until there were as many as wanted, or the time is over."""
    tally, end, turn = Tally(), effort.end(0.6), 0

    async def play(name: str, app: Any, requests: Iterator[Sent], calls: list[str]) -> None:
        for sent in requests:
            if tally.tried >= wanted or monotonic() > end:
                return
            started = process_time()
            answer = await ask(app, sent, calls)
            tally.count(name, sent, answer, process_time() - started)

    async with started_shop() as the_shop:
        while tally.tried < wanted and monotonic() < end:
            if turn % SHOP_EVERY == 0:
                requests = to_the_shop(effort, turn // SHOP_EVERY)
                await play("the shop", the_shop, requests, [])
            seed, calls = effort.seed + turn, list[str]()
            app = built(seed, calls)
            if app is not None:
                await play(f"innocent({seed})", app, to_generated(seed, innocent(seed)), calls)
            turn += 1
    return tally


def run(effort: Effort) -> list[Row]:
    """Counts what must not be answered, or not so slowly."""
    wanted = effort.times(FULL, QUICK)
    logging.disable(logging.CRITICAL)
    try:
        with (
            catch_warnings(action="ignore"),
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            tally = runner.run(answer_all(effort, wanted))
    finally:
        logging.disable(logging.NOTSET)
    counts = {
        "answers 5xx, in process": tally.failures,
        "exceptions, or no answer": tally.unanswered,
        "over a second of processor time": tally.slow,
    }
    trials = "malformed requests"
    return [
        Row("F5", name, count, 0, tally.tried, wanted, trials) for name, count in counts.items()
    ]
