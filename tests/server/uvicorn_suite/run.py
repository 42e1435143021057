"""Runs uvicorn's own tests of its HTTP protocols against ferroapi's, and compares with known.toml.

They come from the source distribution of the uvicorn that is installed. All that is changed in them
is which class they import.
"""

import json
import os
import subprocess
import sys
import tarfile
import tomllib
from collections import Counter
from importlib.metadata import version
from pathlib import Path

from tests.conformance.run import compare
from tests.wheel import CHECKOUT

HERE = Path(__file__).parent
OUTCOMES = HERE.parents[1] / "conformance"
WORK = CHECKOUT / "target" / "uvicorn"
SUITE = WORK / f"uvicorn-{version('uvicorn')}"
MODULE = "uvicorn.protocols.http.httptools_impl"
TESTS = (
    "tests/protocols/test_http.py",
    "tests/protocols/test_utils.py",
    "tests/protocols/test_websocket.py",
    "tests/middleware/test_proxy_headers.py",
    "tests/test_server.py",
)
SECONDS = 300
"""Time that the tests have, of which they need a tenth."""


def unpack_suite() -> None:
    """Downloads and unpacks the tests, once, and has them name our class."""
    if SUITE.exists():
        return
    WORK.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--no-binary", ":all:", "--dest", str(WORK), SUITE.name.replace("-", "==")]
    subprocess.run(command, check=True)
    with tarfile.open(WORK / f"{SUITE.name}.tar.gz") as archive:
        kept = (f"{SUITE.name}/tests/", f"{SUITE.name}/pyproject.toml")
        archive.extractall(
            WORK, [member for member in archive if member.name.startswith(kept)], filter="data"
        )
    for file in SUITE.rglob("*.py"):
        text = file.read_text()
        text = text.replace(f"{MODULE}:HttpToolsProtocol", "observed:ObservedProtocol")
        text = text.replace(
            f"from {MODULE} import HttpToolsProtocol",
            "from observed import ObservedProtocol as HttpToolsProtocol",
        )
        file.write_text(text)


def run_suite() -> dict[str, str]:
    """Runs the tests and returns outcomes by test."""
    outcomes = WORK / "outcomes.json"
    outcomes.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "--quiet", "--tb=short", "--override-ini=addopts="]
    plugins = ["-p", "observed", "-p", "outcomes", "-p", "no:cacheprovider"]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(HERE), str(OUTCOMES)]),
        "OUTCOMES": str(outcomes),
    }
    log = WORK / "suite.log"
    with log.open("w") as output:
        subprocess.run(
            [*command, *plugins, *TESTS],
            cwd=SUITE,
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


def read_known() -> dict[str, str]:
    """The reasons in known.toml by test."""
    entries = tomllib.loads((HERE / "known.toml").read_text())["known"]
    return {test: entry["reason"] for entry in entries for test in entry["tests"]}


def main() -> int:
    unpack_suite()
    outcomes = run_suite()
    print(", ".join(f"{count} {outcome}" for outcome, count in Counter(outcomes.values()).items()))
    return 0 if compare(outcomes, read_known(), whole=True).show() else 1


if __name__ == "__main__":
    sys.exit(main())
