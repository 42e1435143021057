"""Prints the section of CHANGELOG.md of a release: `python packaging/release_notes.py v1.2.3`.

Ends with 1 and says why if the tag is not the version of Cargo.toml, which the package and the
extension have, or if the changelog has no dated section with something in it.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


class NotReadyError(Exception):
    """What is missing for a release."""


def release_notes(tag: str, version: str, changelog: str) -> str:
    """The section of a version, without its heading.

    Args:
        tag: the name of the tag, `v` and the version.
        version: that of Cargo.toml.
        changelog: the text of CHANGELOG.md.

    Raises:
        NotReadyError: these do not fit together.
    """
    if tag != f"v{version}":
        raise NotReadyError(f"the tag is {tag}, and the version in Cargo.toml is {version}")
    heading = re.compile(rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$", re.MULTILINE)
    if (found := heading.search(changelog)) is None:
        raise NotReadyError(f"CHANGELOG.md has no heading `## [{version}] - YEAR-MONTH-DAY`")
    notes = re.split(r"^## ", changelog[found.end() :], maxsplit=1, flags=re.MULTILINE)[0].strip()
    if not notes:
        raise NotReadyError(f"CHANGELOG.md says nothing about {version}")
    return notes


def main() -> None:
    """For the tag that the command line names."""
    (tag,) = sys.argv[1:]
    manifest = tomllib.loads(ROOT.joinpath("Cargo.toml").read_text())
    version = manifest["workspace"]["package"]["version"]
    try:
        print(release_notes(tag, version, ROOT.joinpath("CHANGELOG.md").read_text()))
    except NotReadyError as error:
        sys.exit(f"{tag} cannot be released: {error}")


if __name__ == "__main__":
    main()
