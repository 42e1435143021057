"""Measures how much of the package and of the crates the tests run: `python -m tests.coverage`.

Three parts are measured: the core, by the regions that its own tests in Rust run; the package, by
the statements and branches that the tests in Python run; and the bindings of both, by the regions
that the same tests run. The tests in Python run against a wheel whose extension counts, in an
environment of its own, so that what the checkout has installed stays what ships.

Ends with status 1 where tests fail or a part is below its gate, and with status 2 where there are
no tools of LLVM that fit rustc.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[1]
sys.path.append(str(CHECKOUT / "packaging"))
from llvm_tools import find_tool  # noqa: E402

FOLDER = CHECKOUT / "target/coverage"
ENVIRONMENT = FOLDER / "environment"

GATES = {"core": 98.0, "package": 98.0, "bindings": 88.5}
"""The percentage of each part that has to be run. Raise one when its part has risen."""

WORST = 10
"""How many files of a part are listed with what is not run."""


@dataclass(frozen=True)
class File:
    """What is counted in a file, how much of it was run, and the lines where the rest begins."""

    path: str
    counted: int
    run: int
    missing: tuple[int, ...]


@dataclass(frozen=True)
class Tools:
    """LLVM's `llvm-profdata` and `llvm-cov`."""

    profdata: str
    cov: str


def find_tools(versions: str, sysroot: Path) -> Tools | None:
    """The tools that read what this compiler writes; `None` where either is missing.

    Args:
        versions: what `rustc -vV` prints.
        sysroot: what `rustc --print sysroot` prints. The component `llvm-tools` of rustup is there.
    """
    profdata = find_tool("llvm-profdata", versions, sysroot)
    cov = find_tool("llvm-cov", versions, sysroot)
    return Tools(profdata, cov) if profdata and cov else None


def files_of_rust(exported: Mapping[str, Any]) -> list[File]:
    """The files in what `llvm-cov export` writes, by their regions."""
    found = []
    for file in exported["data"][0]["files"]:
        regions = file["summary"]["regions"]
        missing = {
            line
            for line, _, count, is_counted, is_entry, is_gap in file["segments"]
            if is_counted and is_entry and not is_gap and count == 0
        }
        path = Path(file["filename"]).relative_to(CHECKOUT).as_posix()
        found.append(File(path, regions["count"], regions["covered"], tuple(sorted(missing))))
    return found


def files_of_python(reported: Mapping[str, Any]) -> list[File]:
    """The files in what `coverage json` writes, by their statements and branches."""
    found = []
    for path, file in reported["files"].items():
        summary = file["summary"]
        counted = summary["num_statements"] + summary["num_branches"]
        run = summary["covered_lines"] + summary["covered_branches"]
        missing = {*file["missing_lines"], *(start for start, _ in file["missing_branches"])}
        found.append(File(path, counted, run, tuple(sorted(missing))))
    return found


def report(name: str, files: Iterable[File]) -> tuple[bool, str]:
    """Whether a part of `GATES` reaches its gate, and what to print of it.

    Raises:
        ValueError: nothing was counted, so that nothing was measured.
    """
    files = list(files)
    counted, run = sum(file.counted for file in files), sum(file.run for file in files)
    if not counted:
        raise ValueError(f"nothing of the {name} was measured")
    share = 100 * run / counted
    lines = [f"{name}: {share:.2f} % of {counted}, and {GATES[name]:g} % have to be run"]
    worst = sorted(files, key=lambda file: file.run - file.counted)[:WORST]
    lines += [
        f"  {file.path}, {file.counted - file.run} of {file.counted}: {spans(file.missing)}"
        for file in worst
        if file.run < file.counted
    ]
    return share >= GATES[name], "\n".join(lines)


def spans(lines: Iterable[int]) -> str:
    """Ascending numbers of lines, those that follow one another as `first-last`."""
    written = []
    for _, group in groupby(enumerate(lines), key=lambda pair: pair[1] - pair[0]):
        numbers = [line for _, line in group]
        written.append(f"{numbers[0]}-{numbers[-1]}" if numbers[1:] else str(numbers[0]))
    return ", ".join(written)


def _output(*command: str | Path, **variables: str) -> str:
    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        # coverage.py says there what is wrong.
        sys.stderr.write(done.stdout)
        done.check_returncode()
    return done.stdout


def _succeeds(*command: str | Path, **variables: str) -> bool:
    done = subprocess.run(command, cwd=CHECKOUT, env=os.environ | variables, check=False)
    return done.returncode == 0


def _counting(part: str) -> dict[str, str]:
    """The environment variables with which Rust is built and run so that it counts."""
    return {
        "CARGO_TARGET_DIR": str(FOLDER / "rust"),
        "RUSTFLAGS": "-C instrument-coverage",
        # Where the counts are found, which stripping takes away.
        "CARGO_PROFILE_QUICK_STRIP": "none",
        # Processes that run the same program add to one of four files.
        "LLVM_PROFILE_FILE": str(FOLDER / part / "%4m.profraw"),
    }


def _exported(tools: Tools, part: str, programs: Iterable[str | Path], sources: str) -> list[File]:
    """What was counted in the files of one crate."""
    merged = FOLDER / part / "merged.profdata"
    _output(tools.profdata, "merge", "-sparse", "-o", merged, *FOLDER.glob(f"{part}/*.profraw"))
    objects = [argument for program in programs for argument in ("-object", program)]
    exported = _output(
        *(tools.cov, "export", "-skip-functions", "-skip-expansions", "-instr-profile", merged),
        *objects,
        *("-sources", CHECKOUT / sources),
    )
    return files_of_rust(json.loads(exported))


def _test_programs(variables: Mapping[str, str]) -> Iterator[str]:
    """Builds the tests of the core, and names them."""
    told = _output(
        *("cargo", "test", "--package", "ferroapi-core", "--tests", "--locked", "--quiet"),
        *("--no-run", "--message-format", "json-render-diagnostics"),
        **variables,
    )
    for line in told.splitlines():
        if program := json.loads(line).get("executable"):
            yield program


def measure_core(tools: Tools) -> tuple[bool, list[File]]:
    """Whether the tests of the core pass, and what they run of it."""
    variables = _counting("core")
    programs = list(_test_programs(variables))
    passed = _succeeds(
        *("cargo", "test", "--package", "ferroapi-core", "--tests", "--locked", "--quiet"),
        "--no-fail-fast",
        **variables,
    )
    return passed, _exported(tools, "core", programs, "rust/core/src")


def install() -> None:
    """Makes the environment with the package whose extension counts."""
    wheels = FOLDER / "wheels"
    _output(
        *(Path(sys.executable).with_name("maturin"), "build", "--profile", "quick", "--locked"),
        *("--quiet", "--interpreter", sys.executable, "--out", wheels),
        **_counting("build"),
    )
    (wheel,) = wheels.iterdir()
    _output(sys.executable, "-m", "venv", "--clear", ENVIRONMENT)
    pip = (ENVIRONMENT / "bin/python", "-m", "pip", "install", "--quiet")
    _output(*pip, "--upgrade", "pip")
    _output(*pip, "--group", "test", "--group", "coverage", f"{wheel}[standard]")


def measure_package(tools: Tools) -> tuple[bool, list[File], list[File]]:
    """Whether the tests of the package pass, and what they run of it and of the bindings."""
    python = ENVIRONMENT / "bin/python"
    data = {"COVERAGE_FILE": str(FOLDER / "package/data")}
    passed = _succeeds(
        *(python, "-m", "coverage", "run", "-m", "pytest", "--quiet", "--numprocesses", "auto"),
        *("-p", "no:cacheprovider", "--hypothesis-profile", "further"),
        # What measures time, compares with FastAPI, and looks into the wheel that ships.
        *("--ignore", "tests/benches", "--ignore", "tests/differential"),
        *("--ignore", "tests/packaging/test_wheel.py"),
        LLVM_PROFILE_FILE=_counting("package")["LLVM_PROFILE_FILE"],
        **data,
    )
    # Of processes that tests start without these variables.
    for stray in CHECKOUT.glob("default_*.profraw"):
        stray.replace(FOLDER / "package" / stray.name)
    _output(python, "-m", "coverage", "combine", "--quiet", **data)
    _output(python, "-m", "coverage", "json", "--quiet", "-o", FOLDER / "package.json", **data)
    package = files_of_python(json.loads(FOLDER.joinpath("package.json").read_text()))
    (extension,) = ENVIRONMENT.glob("lib/python*/site-packages/ferroapi/_core.*.so")
    return passed, package, _exported(tools, "package", [extension], "rust/python/src")


def main() -> int:
    """The exit status."""
    sysroot = Path(_output("rustc", "--print", "sysroot").strip())
    tools = find_tools(_output("rustc", "-vV"), sysroot)
    if tools is None:
        print(
            "There is no llvm-cov that fits rustc: run `rustup component add llvm-tools`.",
            file=sys.stderr,
        )
        return 2
    for folder in ("core", "package", "wheels"):
        shutil.rmtree(FOLDER / folder, ignore_errors=True)
        (FOLDER / folder).mkdir(parents=True)
    core_passed, core = measure_core(tools)
    install()
    package_passed, package, bindings = measure_package(tools)
    measured = {"core": core, "package": package, "bindings": bindings}
    reports = [report(name, files) for name, files in measured.items()]
    print("\n".join(text for _, text in reports))
    return 0 if core_passed and package_passed and all(reached for reached, _ in reports) else 1


if __name__ == "__main__":
    sys.exit(main())
