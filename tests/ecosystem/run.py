"""Runs the own tests of packages that build on FastAPI on FastAPI and on ferroapi.

Each test that passes on FastAPI has to pass on ferroapi, unless known.toml says why not.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path

from tests.ecosystem.comparison import Comparison, compare, read_known
from tests.ecosystem.frameworks import WORK, Framework, unpack_fastapi, unpack_ferroapi
from tests.ecosystem.report import page, table
from tests.ecosystem.running import interrupt, outcomes, outcomes_once
from tests.ecosystem.suites import Suite, fastapi_version, read_suites
from tests.wheel import CHECKOUT

AT_ONCE = 2
"""Suites that run at the same time."""


def compare_all(
    suites: list[Suite], theirs: Framework, ours: Framework
) -> Iterator[tuple[Suite, Comparison]]:
    """Runs the suites on both frameworks, and gives each as soon as it has ended."""
    known = read_known()

    def compare_one(suite: Suite) -> Comparison:
        entries = [entry for entry in known if entry.suite == suite.name]
        try:
            on_theirs = outcomes_once(suite, theirs)
            on_ours = outcomes(suite, ours)
        except (subprocess.SubprocessError, OSError, ValueError) as error:
            details = getattr(error, "stderr", None) or ""
            print(f"\n{suite.name} could not be run: {error}\n{details}")
            return Comparison(passing=0, known={}, lost=[], recovered=[])
        return compare(on_theirs, on_ours, entries, suite.unstable)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = {pool.submit(compare_one, suite): suite for suite in suites}
        try:
            for future in as_completed(running):
                yield running[future], future.result()
        except KeyboardInterrupt:
            interrupt()
            pool.shutdown(cancel_futures=True)
            raise


def show(suite: Suite, found: Comparison) -> None:
    """Prints what differs from known.toml."""
    if not found.passing:
        print(f"\nNothing of {suite.name} passes on FastAPI.")
    for title, tests in (
        ("lost, and not in known.toml", found.lost),
        ("in known.toml, and not lost", found.recovered),
    ):
        if tests:
            print(f"\n{len(tests)} of {suite.name} {title}:", *tests, sep="\n  ")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    everything = {suite.name: suite for suite in read_suites()}
    parser.add_argument("suites", nargs="*", metavar="suite", help="names of packages")
    parser.add_argument("--quick", action="store_true", help="only those that take seconds")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the page of all suites")
    arguments = parser.parse_args()
    if bool(arguments.suites) + arguments.quick + bool(arguments.write) > 1:
        parser.error("choose some suites, or the quick ones, or write the page of all")
    if unknown := set(arguments.suites) - everything.keys():
        parser.error(f"suites.toml has no {', '.join(sorted(unknown))}")
    suites = [everything[name] for name in arguments.suites or everything]
    suites = [suite for suite in suites if suite.quick or not arguments.quick]

    theirs, ours = unpack_fastapi(fastapi_version()), unpack_ferroapi()
    compared: list[tuple[Suite, Comparison]] = []
    for suite, found in compare_all(suites, theirs, ours):
        print(f"{suite.name}: {found.kept} of {found.passing}", flush=True)
        compared.append((suite, found))
    compared.sort(key=lambda pair: suites.index(pair[0]))
    for suite, found in compared:
        show(suite, found)
    print(f"\n{table(compared)}")
    print(f"What each of them printed is in {WORK.relative_to(CHECKOUT)}/<suite>/<framework>.log.")
    if arguments.write:
        today = datetime.now(UTC).date()
        arguments.write.write_text(page(compared, fastapi_version(), today))
    return 0 if all(found.expected for _, found in compared) else 1


if __name__ == "__main__":
    sys.exit(main())
