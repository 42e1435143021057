"""What becomes of worker threads, ours and anyio's, when their process ends or is forked."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from ferroapi import worker_threads


def run_python(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )


# What runs a function that has begun, `function`, and leaves it.
LEAVE = """
import asyncio, anyio, atexit, multiprocessing, threading, time
from ferroapi.worker_threads import run_in_worker_thread

begun, meeting = threading.Event(), threading.Barrier(2)

async def leave():
    await asyncio.gather(run(meeting.wait), run(meeting.wait))
    task = asyncio.ensure_future(run(function))
    while not begun.is_set():
        await asyncio.sleep(0.001)
    task.cancel()

def function():
    begun.set()
    time.sleep(0.3)
    print("ended")

run = {run}
"""
# name: the end of a process, and what it prints
ENDS: dict[str, tuple[str, str]] = {
    "waits_for_functions": ("asyncio.run(leave())", "ended"),
    "before_what_is_done_at_exit": (
        """
atexit.register(print, "done at exit")
asyncio.run(leave())
""",
        "ended done at exit",
    ),
    "of_a_process_that_was_forked": (
        """
process = multiprocessing.get_context("fork").Process(target=lambda: asyncio.run(leave()))
process.start()
process.join()
""",
        "ended",
    ),
    "waits_for_no_daemon": (
        """
function = lambda: (begun.set(), threading.Event().wait())
server = threading.Thread(target=lambda: asyncio.run(leave()), daemon=True)
server.start()
server.join()
asyncio.run(run(int))
""",
        "",
    ),
    "while_a_function_has_an_event_loop": (
        """
async def all_of_them():
    print(await asyncio.gather(*(run(int) for _ in range(3))))

def function():
    begun.set()
    time.sleep(0.3)
    asyncio.run(all_of_them())

asyncio.run(leave())
""",
        "[0, 0, 0]",
    ),
    "while_a_thread_has_an_event_loop": (
        """
async def one_by_one():
    await run(int)
    threading.main_thread().join()
    print([await run(int) for _ in range(3)])

threading.Thread(target=lambda: asyncio.run(one_by_one())).start()
""",
        "[0, 0, 0]",
    ),
    "before_anything_was_called": (
        """
async def late():
    threading.main_thread().join()
    print(await run(int))

threading.Thread(target=lambda: asyncio.run(late())).start()
""",
        "0",
    ),
}


# https://github.com/python/cpython/issues/113964
NO_LATE_THREADS = (3, 12) <= sys.version_info < (3, 12, 2)
LATE_THREADS = {
    "while_a_function_has_an_event_loop",
    "while_a_thread_has_an_event_loop",
    "before_anything_was_called",
}


@pytest.mark.parametrize("name", ENDS)
@pytest.mark.parametrize("run", ["run_in_worker_thread", "anyio.to_thread.run_sync"])
def test_the_end_of_a_process(name: str, run: str) -> None:
    if name == "of_a_process_that_was_forked" and not hasattr(os, "fork"):
        pytest.skip("processes are not forked there")
    if name in LATE_THREADS and NO_LATE_THREADS:
        pytest.skip("a process that ends starts no thread there")
    program, printed = ENDS[name]
    began = time.monotonic()
    done = run_python(SILENT + LEAVE.replace("{run}", run) + program)
    assert (done.returncode, " ".join(done.stdout.split()), done.stderr) == (0, printed, "")
    assert time.monotonic() - began < worker_threads.IDLE_SECONDS


SILENT = "import warnings; warnings.simplefilter('ignore')\n"

LATE = """
import threading

def late():
    threading.main_thread().join()
    import asyncio
    from ferroapi.worker_threads import run_in_worker_thread
    print(asyncio.run(run_in_worker_thread(int)))

threading.Thread(target=late).start()
"""


@pytest.mark.skipif(NO_LATE_THREADS, reason="a process that ends starts no thread there")
def test_a_process_that_ends_has_threads_still() -> None:
    done = run_python(LATE)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")


FORK = """
import asyncio, os, threading
from ferroapi.worker_threads import run_in_worker_thread

async def main():
    return await run_in_worker_thread(threading.get_ident) != threading.get_ident()

assert asyncio.run(main())
child = os.fork()
if child == 0:
    answer = asyncio.run(main())
    os._exit(0 if answer else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked there")
def test_a_process_that_was_forked_has_threads_of_its_own() -> None:
    done = run_python(SILENT + FORK)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")
