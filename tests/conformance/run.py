"""Runs FastAPI's own test suite against ferroapi and compares the outcome with known.toml.

Without arguments it also imports every example of FastAPI's documentation.

The suite comes from FastAPI's source distribution, unpacked without its `fastapi` package, and runs
in an environment in which only ferroapi answers to that name.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.wheel import CHECKOUT, build_wheel

VERSION = "0.165.0"
HERE = Path(__file__).parent
WORK = CHECKOUT / "target" / "conformance"
SUITE = WORK / f"fastapi-{VERSION}"
ENVIRONMENT = WORK / "environment"
PYTHON = ENVIRONMENT / "bin" / "python"


def run(*command: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    """Runs a command that has to succeed."""
    return subprocess.run([str(part) for part in command], check=True, text=True, **options)  # type: ignore[call-overload, no-any-return]  # options are passed on


def unpack_suite() -> None:
    """Downloads and unpacks the suite, once."""
    if (SUITE / "pyproject.toml").exists():
        return
    WORK.mkdir(parents=True, exist_ok=True)
    requirement = f"fastapi=={VERSION}"
    run(
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
        *("--no-binary", ":all:", "--dest", WORK, requirement),
    )
    with tarfile.open(WORK / f"fastapi-{VERSION}.tar.gz") as archive:
        package = f"fastapi-{VERSION}/fastapi/"
        members = [member for member in archive if not member.name.startswith(package)]
        archive.extractall(WORK, members, filter="data")


def make_environment() -> None:
    """Installs what the suite asks for, once, and ferroapi's wheel as it is now."""
    # What FastAPI's own environment has from its extras, and what two examples connect with.
    extras = ["orjson", "ujson", "pydantic-settings", "pydantic-extra-types", "itsdangerous"]
    extras.append("psycopg[binary]")
    stamp = ENVIRONMENT / "extras"
    if not stamp.exists() or stamp.read_text() != " ".join(extras):
        run(sys.executable, "-m", "venv", "--clear", ENVIRONMENT)
        run(PYTHON, "-m", "pip", "install", "--quiet", "--upgrade", "pip")
        group = f"{SUITE / 'pyproject.toml'}:tests"
        run(PYTHON, "-m", "pip", "install", "--quiet", "--group", group, *extras)
        stamp.write_text(" ".join(extras))
    wheel = build_wheel(PYTHON, WORK / "wheels")
    run(PYTHON, "-m", "pip", "install", "--quiet", f"{wheel}[standard]")
    run(PYTHON, "-m", "pip", "install", "--quiet", "--force-reinstall", "--no-deps", wheel)


def refuse_the_real_one() -> None:
    """Ends the run when FastAPI itself could answer for us."""
    find = "import importlib.util as util; print(util.find_spec('fastapi'))"
    found = run(PYTHON, "-S", "-c", find, cwd=WORK, stdout=subprocess.PIPE).stdout.strip()
    if found != "None" or (SUITE / "fastapi").exists() or list(site_packages().glob("fastapi")):
        sys.exit("The real FastAPI is importable in the environment of the suite.")


def site_packages() -> Path:
    """Where the environment has its packages."""
    (path,) = ENVIRONMENT.glob("lib/python*/site-packages")
    return path


def install_alias() -> None:
    """Gives the name to the processes that tests start, too."""
    for module in ("alias_on_demand.py", "private_names.py"):
        shutil.copy(HERE / module, site_packages())
    (site_packages() / "alias_on_demand.pth").write_text("import alias_on_demand")


def run_suite(tests: list[str]) -> dict[str, str]:
    """Runs the suite on two processes and returns outcomes by test."""
    outcomes = WORK / "outcomes.json"
    outcomes.unlink(missing_ok=True)
    command = [str(PYTHON), "-m", "pytest", "-p", "ferroapi.alias"]
    plugins = ["-p", "private_names", "-p", "outcomes"]
    options = [
        *plugins,
        "-n",
        "2",
        "--quiet",
        "--no-header",
        "--tb=short",
        "-p",
        "no:cacheprovider",
    ]
    environment = {
        **os.environ,
        "PYTHONPATH": str(HERE),
        "OUTCOMES": str(outcomes),
        "FERROAPI_COMPAT": "1",
    }
    log = WORK / "suite.log"
    with log.open("w") as output:
        subprocess.run(
            [*command, *options, "--continue-on-collection-errors", *(tests or ["tests"])],
            cwd=SUITE,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=1200,
            check=False,
        )
    print(f"The suite's own output is in {log.relative_to(CHECKOUT)}.")
    if not outcomes.exists():
        sys.exit(log.read_text()[-4000:])
    result: dict[str, str] = json.loads(outcomes.read_text())
    return result


def import_examples() -> dict[str, str]:
    """Imports every example of the documentation and returns outcomes by module."""
    command = (PYTHON, HERE / "examples.py", SUITE)
    result = run(*command, cwd=WORK, stdout=subprocess.PIPE, timeout=600)
    faults: dict[str, str] = json.loads(result.stdout)
    for module, fault in faults.items():
        if fault:
            print(f"{module}: {fault.splitlines()[0]}")
    return {module: "failed" if fault else "passed" for module, fault in faults.items()}


def read_known(kind: str) -> dict[str, str]:
    """The reasons in known.toml by test, or by example."""
    known: dict[str, str] = {}
    for entry in tomllib.loads((HERE / "known.toml").read_text()).get("known", []):
        assert entry["reason"].strip(), entry
        for name in entry.get(kind, []):
            assert name not in known, f"{name} is listed twice"
            known[name] = entry["reason"]
    return known


@dataclass(frozen=True)
class Comparison:
    """The differences between what was expected and what happened."""

    unexpected: list[str]
    """Tests that failed without being listed."""
    recovered: list[str]
    """Tests that are listed and passed."""
    gone: list[str]
    """Tests that are listed and do not exist."""

    def show(self) -> bool:
        """Prints the differences; whether there are none."""
        for title, names in (
            ("failed and not listed in known.toml", self.unexpected),
            ("listed in known.toml and passed", self.recovered),
            ("listed in known.toml and not in the suite", self.gone),
        ):
            if names:
                print(f"\n{len(names)} {title}:", *names, sep="\n  ")
        return not (self.unexpected or self.recovered or self.gone)


def compare(outcomes: dict[str, str], known: dict[str, str], *, whole: bool) -> Comparison:
    """Compares outcomes with known.toml; tests that did not run are only missed in a whole run."""
    failed = {test for test, outcome in outcomes.items() if outcome == "failed"}
    return Comparison(
        unexpected=sorted(failed - known.keys()),
        recovered=sorted((known.keys() & outcomes.keys()) - failed),
        gone=sorted(known.keys() - outcomes.keys()) if whole else [],
    )


def area(test: str) -> str:
    """The part of FastAPI a test is about: its folder, or the first word of its file."""
    parts = Path(test.split("::")[0]).parts[1:]
    if len(parts) > 1:
        return "/".join(parts[:-1][:2])
    return "_".join(Path(parts[0]).stem.split("_")[:2]) if parts else "collection"


def table(outcomes: dict[str, str]) -> str:
    """Passed, failed and skipped tests by area."""
    counts: dict[str, Counter[str]] = {}
    for test, outcome in outcomes.items():
        counts.setdefault(area(test), Counter())[outcome] += 1
    lines = [f"{'area':42}{'passed':>8}{'failed':>8}{'skipped':>8}"]
    total: Counter[str] = Counter()
    for name, counter in sorted(counts.items()):
        total += counter
        lines.append(_row(name, counter))
    return "\n".join([*lines, _row("all", total)])


def _row(name: str, counter: Counter[str]) -> str:
    skipped = counter["skipped"] + counter["xfailed"]
    return f"{name:42}{counter['passed']:8}{counter['failed']:8}{skipped:8}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tests", nargs="*", help="files or tests of the suite instead of all")
    arguments = parser.parse_args()
    unpack_suite()
    make_environment()
    refuse_the_real_one()
    install_alias()
    whole = not arguments.tests
    equal = True
    if whole:
        examples = import_examples()
        equal = compare(examples, read_known("examples"), whole=True).show()
        imported = sum(outcome == "passed" for outcome in examples.values())
        print(f"{imported} of {len(examples)} examples of the documentation imported")
    outcomes = run_suite(arguments.tests)
    print(table(outcomes))
    equal = compare(outcomes, read_known("tests"), whole=whole).show() and equal
    passed = sum(outcome == "passed" for outcome in outcomes.values())
    failed = sum(outcome == "failed" for outcome in outcomes.values())
    print(f"\n{passed} passed, {failed} failed")
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
