"""The extension in other processes and interpreters than the one that has imported it first."""

import subprocess
import sys
from pathlib import Path

import pytest

from ferroapi import _core

NO_THREADS = """
import os
import ferroapi._core
assert len(os.listdir("/proc/self/task")) == 1
"""

FORK = """
import os
from ferroapi import FastAPI
from ferroapi.testclient import TestClient

app = FastAPI()

@app.get("/{number}")
async def read(number: int) -> int:
    return number

def ask() -> bool:
    return TestClient(app).get("/1").json() == 1

assert ask()
for _ in range(3):
    child = os.fork()
    if child == 0:
        os._exit(0 if ask() else 1)
    assert os.waitpid(child, 0)[1] == 0
assert ask()
"""

SECOND_INTERPRETER = """
import os
import ferroapi._core
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters

second = interpreters.create()
interpreters.run_string(second, '''
import os
try:
    import ferroapi._core
except ImportError:
    os.write(1, b"refused")
''')
interpreters.destroy(second)
assert ferroapi._core.check_json(b"{}") is None
"""


def run(script: str) -> str:
    """What a new process writes that runs it."""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="nothing counts threads")
def test_importing_it_starts_no_thread() -> None:
    run(NO_THREADS)


def test_it_serves_after_a_fork() -> None:
    run(FORK)


def test_a_second_interpreter_is_refused_and_the_first_goes_on() -> None:
    assert run(SECOND_INTERPRETER) == "refused"


TYPES = {
    name: value
    for name, value in vars(_core).items()
    if isinstance(value, type) and not issubclass(value, Exception)
}


@pytest.mark.parametrize("name", TYPES)
def test_types_are_final_or_can_be_subclassed_again(name: str) -> None:
    if name == "HTTPConnection":
        subclass = type("Subclass", (TYPES[name],), {"__slots__": ()})
        assert issubclass(type("Again", (subclass,), {"__slots__": ()}), TYPES[name])
    else:
        with pytest.raises(TypeError, match="not an acceptable base type"):
            type("Subclass", (TYPES[name],), {})
