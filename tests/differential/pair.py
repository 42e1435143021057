"""The two frameworks, each in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.differential.changes.descriptions import Script
from tests.differential.descriptions import Answer, Application, Sent

CHECKOUT = Path(__file__).parents[2]
ENVIRONMENT = CHECKOUT / "target" / "differential" / "environment"
FASTAPI_PYTHON = Path(
    os.environ.get("FERROAPI_DIFFERENTIAL_PYTHON", ENVIRONMENT / "bin" / "python")
)
"""The interpreter that has FastAPI; `make differential` makes its environment."""


class Worker:
    """A process that answers for one framework."""

    def __init__(self, python: Path | str, framework: str) -> None:
        environment = {
            **os.environ,
            # Sets are written in the same order by both.
            "PYTHONHASHSEED": "0",
            "PYTHONIOENCODING": "utf-8",
        }
        self._process = subprocess.Popen(
            [str(python), "-m", "tests.differential.worker", framework],
            cwd=CHECKOUT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        self.versions: dict[str, str] = self._read()

    def ask(self, line: str) -> None:
        """Sends an application and its requests."""
        assert self._process.stdin is not None
        self._process.stdin.write(line)
        self._process.stdin.flush()

    def answers(self) -> Any:
        """The answers to what was asked last."""
        return self._read()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args!r} ended with {self._process.wait()}")
        return json.loads(line)

    def close(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.communicate()


class Pair:
    """Both frameworks, ready to answer."""

    def __init__(self) -> None:
        self.ours = Worker(sys.executable, "ferroapi")
        try:
            self.theirs = Worker(FASTAPI_PYTHON, "fastapi")
        except BaseException:
            self.ours.close()
            raise

    def ask(
        self, application: Application | Script, requests: list[Sent]
    ) -> tuple[list[Answer] | str, list[Answer] | str]:
        """The answers of ours and theirs, or why the application could not be made.

        A script has its requests among its steps, and as many answers as steps.
        """
        line = json.dumps([application, requests]) + "\n"
        workers = self.ours, self.theirs
        for worker in workers:
            worker.ask(line)
        ours, theirs = (worker.answers() for worker in workers)
        return ours, theirs

    def __enter__(self) -> "Pair":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.ours.close()
        self.theirs.close()
