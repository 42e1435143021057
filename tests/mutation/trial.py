"""Runs tests on a mutant: in a process that is forked where everything but the package is imported.

So a trial costs the import of the package and of the tests' own modules, and nothing that a mutant
does to its process is seen by the next.
"""

import os
import select
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import PurePosixPath
from types import CodeType

import hypothesis
import pytest
from tests.mutation.mutants import Mutant
from tests.mutation.places import CHECKOUT, PACKAGE
from tests.mutation.results import SURVIVED, TIMED_OUT

PRELOADED = ("httpx2", "starlette.testclient", "trio", "uvicorn", "uvloop", "xdist.plugin")
"""What tests import that takes long, and does not import the package."""

BROKEN = "broken"
"""What a mutant is whose tests end without one that failed: they cannot even be collected."""


def preload() -> None:
    """Imports what trials share; to be called before the first."""
    for name in PRELOADED:
        import_module(name)


@dataclass(frozen=True)
class Trial:
    """A mutant, or none, the tests that are to kill it, and the seconds they have."""

    mutant: Mutant | None
    tests: Sequence[str]
    seconds: float

    def run(self) -> str:
        """The id of the first test that failed, `BROKEN`, `SURVIVED` or `TIMED_OUT`."""
        reading, writing = os.pipe()
        process = os.fork()
        if not process:
            try:
                os.close(reading)
                os.setsid()
                status = self._run_tests(writing)
            except BaseException:
                status = pytest.ExitCode.INTERNAL_ERROR
            finally:
                os._exit(status)
        os.close(writing)
        try:
            ended, _, _ = select.select([reading], [], [], self.seconds)
            failed = os.read(reading, 4096).decode() if ended else TIMED_OUT
        finally:
            os.close(reading)
            os.killpg(process, signal.SIGKILL)
            os.waitpid(process, 0)
        return failed or BROKEN

    def _run_tests(self, answer: int) -> int:
        os.chdir(CHECKOUT)
        silence = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(silence, descriptor)
        if self.mutant is not None:
            sys.meta_path.insert(0, _Finder(self.mutant))
        hypothesis.settings.register_profile(
            "mutation", max_examples=20, deadline=None, derandomize=True, database=None
        )
        options = ["--exitfirst", "--quiet", "-p", "no:cacheprovider"]
        options += ["-W", "ignore:Module already imported"]  # of plugins, which nobody rewrites
        status = pytest.main(
            [*options, "--hypothesis-profile", "mutation", *self.tests], plugins=[_Answer(answer)]
        )
        if status == pytest.ExitCode.OK:
            os.write(answer, SURVIVED.encode())
        return status


class _Answer:
    """A plugin that writes which test fails."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os.write(self.descriptor, report.nodeid.encode())


class _Finder(MetaPathFinder):
    """Finds the module of a mutant, with the mistake in it."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        path = PurePosixPath(mutant.path).with_suffix("")
        self.name = ".".join(path.parts).removesuffix(".__init__")

    def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
        if name != self.name:
            return None
        location = PACKAGE / self.mutant.path
        return spec_from_file_location(name, location, loader=_Loader(name, location, self.mutant))


class _Loader(SourceFileLoader):
    def __init__(self, name: str, location: object, mutant: Mutant) -> None:
        super().__init__(name, str(location))
        self.mutant = mutant

    def get_code(self, fullname: str) -> CodeType:
        """Of the source, without looking for what was compiled before."""
        return self.source_to_code(self.mutant.applied(self.get_data(self.path)), self.path)
