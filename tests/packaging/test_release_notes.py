"""A release has one version everywhere and a section of the changelog."""

import pytest
from release_notes import NotReadyError, release_notes

CHANGELOG = """\
# Changelog

## [Unreleased]

## [1.1.0] - 2026-02-03

### Added

- A feature.

## [1.0.0] - 2026-01-02

## [0.9.0]

- Something.
"""


def test_the_notes_are_the_section_of_the_version() -> None:
    assert release_notes("v1.1.0", "1.1.0", CHANGELOG) == "### Added\n\n- A feature."


# name: (tag, version, what is said)
NOT_READY = {
    "another_version": ("v1.1.0", "1.2.0", "the version in Cargo.toml is 1.2.0"),
    "no_v": ("1.1.0", "1.1.0", "the tag is 1.1.0"),
    "no_section": ("v2.0.0", "2.0.0", "no heading"),
    "no_date": ("v0.9.0", "0.9.0", "no heading"),
    "a_prefix": ("v1.1", "1.1", "no heading"),
    "an_empty_section": ("v1.0.0", "1.0.0", "says nothing about 1.0.0"),
}


@pytest.mark.parametrize(("tag", "version", "said"), NOT_READY.values(), ids=NOT_READY)
def test_what_is_missing_is_said(tag: str, version: str, said: str) -> None:
    with pytest.raises(NotReadyError, match=said):
        release_notes(tag, version, CHANGELOG)
