"""Runs a suite on a framework and keeps the outcome of each of its tests."""

import json
import os
import re
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

from tests.ecosystem.environments import digest, download, make_environment, unpack
from tests.ecosystem.frameworks import WORK, Framework
from tests.ecosystem.suites import Suite

_interrupted = threading.Event()

Outcomes = dict[str, str]
"""`passed`, `failed`, `skipped` or `xfailed` by test."""


def outcomes_once(suite: Suite, framework: Framework) -> Outcomes:
    """What `outcomes` gives, from the last time when nothing of it has changed since."""
    path = WORK / suite.name / f"{framework.name}.json"
    how = [suite.sha256, suite.lock, suite.options, suite.mkdirs, suite.random]
    made_from = digest(framework.folder.name, *how)
    if path.exists():
        kept = json.loads(path.read_text())
        if kept["made_from"] == made_from:
            result: Outcomes = kept["outcomes"]
            return result
    result = outcomes(suite, framework)
    if result:
        path.write_text(json.dumps({"made_from": made_from, "outcomes": result}))
    return result


def outcomes(suite: Suite, framework: Framework) -> Outcomes:
    """Runs the tests in a fresh copy of their files; none when they do not end in time."""
    python = make_environment(suite)
    place = WORK / suite.name / framework.name
    root = unpack(download(suite), place)
    for folder in suite.mkdirs:
        (root / folder).mkdir(parents=True, exist_ok=True)
    # Ends the search for a configuration, which would go on to ours.
    (WORK / "pytest.ini").write_text("")
    written = place / "outcomes.json"
    command = [str(python), "-m", "pytest", *framework.options, "-p", "outcomes", "--rootdir=."]
    style = ["--quiet", "--tb=short", "-rfE", "--continue-on-collection-errors"]
    environment = os.environ | {
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(framework.folder),
        "OUTCOMES": str(written),
        "FERROAPI_COMPAT": "1" if suite.compat else "",
    }
    with log(suite, framework).open("w") as output:
        process = subprocess.Popen(
            [*command, *style, *suite.options],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        _end(process, suite.timeout)
    if not written.exists():
        return {}
    return with_stable_names(json.loads(written.read_text()), suite.random)


def with_stable_names(outcomes: Outcomes, random: str) -> Outcomes:
    """Puts a star for what is another in the names each time, if `random` says what."""
    if not random:
        return outcomes
    return {re.sub(random, "*", test): outcome for test, outcome in outcomes.items()}


def interrupt() -> None:
    """Ends the suites that run, and each that would."""
    _interrupted.set()


def log(suite: Suite, framework: Framework) -> Path:
    """What pytest printed."""
    return WORK / suite.name / f"{framework.name}.log"


def _end(process: subprocess.Popen[bytes], timeout: int) -> None:
    deadline = time.monotonic() + timeout
    while process.poll() is None and time.monotonic() < deadline and not _interrupted.wait(0.1):
        pass
    # Also what the tests have started and left.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
