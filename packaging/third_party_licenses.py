"""Writes THIRD-PARTY-LICENSES.txt: the licences of the crates whose code is in the extension.

Run it after a change of Cargo.lock; `tests/packaging/test_third_party_licenses.py` compares.
"""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FILE = ROOT / "THIRD-PARTY-LICENSES.txt"
EXTENSION = "ferroapi-python"
LICENSE = "MIT"
"""Every crate may be had under it; a crate that may not needs a decision, and its text here."""
TEXTS = ("LICENSE-MIT", "LICENSE.txt", "LICENSE")
"""Where a crate has the text of that licence."""
HEAD = """\
The extension of ferroapi (`ferroapi._core`) holds compiled code of the Rust standard library, which
is licensed under the MIT license or the Apache License 2.0 (https://www.rust-lang.org/policies/licenses),
and of the crates below, which are used under the licenses below.
"""


class UnknownLicenseError(Exception):
    """A crate is not under `LICENSE`, or has no text of it."""


@dataclass(frozen=True, order=True)
class Crate:
    """A crate in the extension, and the text of its licence."""

    name: str
    version: str
    repository: str
    text: str


def crates(metadata: dict[str, Any]) -> list[Crate]:
    """The crates whose code is in the extension on any platform, by name.

    Macros and build scripts are not: they run when it is compiled.

    Args:
        metadata: what `cargo metadata` says.

    Raises:
        UnknownLicenseError: for one of them.
    """
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    waiting = [key for key, package in packages.items() if package["name"] == EXTENSION]
    seen: set[str] = set()
    found: list[Crate] = []
    while waiting:
        key = waiting.pop()
        package = packages[key]
        if key in seen or any("proc-macro" in target["kind"] for target in package["targets"]):
            continue
        seen.add(key)
        waiting += [
            dependency["pkg"]
            for dependency in nodes[key]["deps"]
            if any(kind["kind"] is None for kind in dependency["dep_kinds"])
        ]
        if package["source"] is not None:
            found.append(crate(package))
    return sorted(found)


def crate(package: dict[str, Any]) -> Crate:
    """One package of `cargo metadata` with the text of its licence.

    Raises:
        UnknownLicenseError: it is not under `LICENSE`, or has no text of it.
    """
    name = f"{package['name']} {package['version']}"
    choices = (package["license"] or "").replace("/", " OR ").split(" OR ")
    if LICENSE not in map(str.strip, choices):
        raise UnknownLicenseError(f"{name} is under {package['license']!r}, not {LICENSE}")
    folder = Path(package["manifest_path"]).parent
    for file in TEXTS:
        if folder.joinpath(file).is_file():
            text = folder.joinpath(file).read_text(encoding="utf-8").strip()
            return Crate(package["name"], package["version"], package["repository"] or "", text)
    raise UnknownLicenseError(f"{name} has no file of {', '.join(TEXTS)}")


def document(found: list[Crate]) -> str:
    """The text of the file: a section a licence text, headed by the crates that have it."""
    by_text: dict[str, list[Crate]] = {}
    for each in found:
        by_text.setdefault(each.text, []).append(each)
    sections = [
        "\n".join(f"{each.name} {each.version} ({each.repository})" for each in same)
        + f"\n\n{text}\n"
        for text, same in by_text.items()
    ]
    line = f"\n{'-' * 80}\n\n"
    return line.join([HEAD, *sections])


def main() -> None:
    """Asks cargo for the crates and writes the file."""
    command = ["cargo", "metadata", "--locked", "--format-version", "1"]
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    FILE.write_text(document(crates(json.loads(answer))), encoding="utf-8")


if __name__ == "__main__":
    main()
