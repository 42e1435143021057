"""Runs a package's own tests against ours, and compares with a list of those that do not pass.

The tests come from the source distribution of the version that is installed. All that is changed in
them is what they import.
"""

import json
import os
import subprocess
import sys
import tarfile
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tests.conformance.run import compare
from tests.wheel import CHECKOUT

OUTCOMES = CHECKOUT / "tests" / "conformance"
SECONDS = 300
"""Time that the tests have, of which they need a tenth."""


@dataclass(frozen=True)
class Suite:
    """The tests of one package."""

    package: str
    home: Path
    """Where `observed.py`, which the tests import, and `known.toml` are."""
    tests: tuple[str, ...]
    imported: Mapping[str, str]
    """Text of the tests by what stands in its place."""
    plugins: tuple[str, ...] = ()
    """Plugins of pytest, besides the one that writes the outcomes."""

    @property
    def _work(self) -> Path:
        return CHECKOUT / "target" / self.package

    @property
    def _unpacked(self) -> Path:
        return self._work / f"{self.package}-{version(self.package)}"

    def unpack(self) -> None:
        """Downloads and unpacks the tests, once, and has them import what is ours."""
        unpacked, work = self._unpacked, self._work
        if unpacked.exists():
            return
        work.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--no-binary", ":all:", "--dest", str(work)]
        subprocess.run([*command, unpacked.name.replace("-", "==")], check=True)
        with tarfile.open(work / f"{unpacked.name}.tar.gz") as archive:
            kept = (f"{unpacked.name}/tests/", f"{unpacked.name}/pyproject.toml")
            archive.extractall(
                work, [member for member in archive if member.name.startswith(kept)], filter="data"
            )
        for file in unpacked.rglob("*.py"):
            text = file.read_text()
            for theirs, ours in self.imported.items():
                text = text.replace(theirs, ours)
            file.write_text(text)

    def run(self) -> dict[str, str]:
        """Runs the tests and returns outcomes by test."""
        outcomes = self._work / "outcomes.json"
        outcomes.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", "--quiet", "--tb=short"]
        command += ["--override-ini=addopts=", "-p", "no:cacheprovider"]
        for plugin in (*self.plugins, "outcomes"):
            command += ["-p", plugin]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(self.home), str(OUTCOMES)]),
            "OUTCOMES": str(outcomes),
        }
        log = self._work / "suite.log"
        with log.open("w") as output:
            subprocess.run(
                [*command, *self.tests],
                cwd=self._unpacked,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=SECONDS,
                check=False,
            )
        print(f"The suite's own output is in {log.relative_to(CHECKOUT)}.")
        if not outcomes.exists():
            sys.exit(log.read_text()[-4000:])
        result: dict[str, str] = json.loads(outcomes.read_text())
        return result

    def known(self) -> dict[str, str]:
        """The reasons in known.toml by test."""
        entries = tomllib.loads((self.home / "known.toml").read_text())["known"]
        return {test: entry["reason"] for entry in entries for test in entry["tests"]}

    def main(self) -> int:
        """Runs the tests and shows what is not as known.toml says; then it returns 1."""
        self.unpack()
        outcomes = self.run()
        counted = Counter(outcomes.values()).items()
        print(", ".join(f"{count} {outcome}" for outcome, count in counted))
        return 0 if compare(outcomes, self.known(), whole=True).show() else 1
