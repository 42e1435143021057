"""Whatever goes wrong in a request, at whatever place: nothing of it is left."""

import itertools
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import pytest
from tests.sweep.driver import Fault, driven, faults_at
from tests.sweep.ledger import Ledger
from tests.sweep.run import BACKENDS, swept
from tests.sweep.shapes import SHAPES

from ferroapi import FastAPI


# What Starlette's middleware sends is left to the garbage collector where it is used as it is.
@pytest.mark.filterwarnings("ignore:.*BaseHTTPMiddleware.*body_stream.*:ResourceWarning")
@pytest.mark.filterwarnings("ignore:.*body_stream.*:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_nothing_is_left(backend: str, name: str) -> None:
    figures, left = anyio.run(swept, name, backend=backend)
    assert left == []
    assert figures["requests"] > 10


# name: what fails there while the request is cancelled.
IN_TASKS = {
    "file_response": "the file of an answer to POST is sent in a group of tasks",
    "function_middleware": "the middleware waits for the task of what is inside",
    "class_middleware_around_a_stream": "it has to end a generator as well",
}


@pytest.mark.parametrize("name", IN_TASKS)
def test_no_failure_hides_a_cancellation(name: str) -> None:
    async def hidden() -> list[Any]:
        faults = faults_at((await driven(name)).places)
        failures = [fault for fault in faults if "raises" in fault.kind]
        cancellations = [fault for fault in faults if fault.kind == "task is cancelled"]
        pairs = itertools.product(failures, cancellations)
        return [pair for pair in pairs if any((await driven(name, *pair)).figures.values())]

    assert anyio.run(hidden) == []


async def bad(ledger: Ledger, forgotten: list[Any], *_: Any) -> None:
    """Does all that the driver has to see."""
    anyio.to_thread.current_default_thread_limiter().acquire_on_behalf_of_nowait(ledger)
    forgotten.append(ledger.in_thread("left open"))
    forgotten[0].__enter__()
    with ledger.in_thread("closed twice") as opened:
        opened.close()
    with ledger.in_thread("closed in use") as opened, opened.used():
        opened.close()
        opened.closings -= 1
    try:
        await anyio.sleep_forever()
    except anyio.get_cancelled_exc_class():
        # This is the fault.
        return


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_left_is_seen(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten: list[Any] = []

    def make(app: FastAPI, ledger: Ledger) -> None:
        app.mount("", partial(bad, ledger, forgotten))

    monkeypatch.setitem(SHAPES, "bad", make)
    outcome = anyio.run(driven, "bad", Fault("scope is cancelled", 1), backend=backend)
    assert {name: figure for name, figure in outcome.figures.items() if figure} == {
        "left_open": 1,
        "closed_twice": 1,
        "closed_in_use": 1,
        "cancellations_swallowed": 1,
        "tokens_lost": 1,
    }
