"""The examples of the documentation run, and print what their pages show."""

import re
import shutil
from pathlib import Path

import pytest
from tests.docs.transcripts import EXAMPLES, TRANSCRIPTS, replay

PAGES = "\n".join(page.read_text() for page in EXAMPLES.parent.rglob("*.md"))
SHOWN = re.findall(r'^ *--8<-- "docs/examples/([^":]+)', PAGES, re.MULTILINE)
# An example has a folder with what belongs to it; pages that show a program as it is have a file.
FILES = sorted(
    str(path.relative_to(EXAMPLES))
    for path in EXAMPLES.glob("*/*")
    if path.is_file() and path.parent.name != "__pycache__"
)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the pages show commands of curl")
@pytest.mark.parametrize(
    "transcript", TRANSCRIPTS, ids=[str(path.relative_to(EXAMPLES)) for path in TRANSCRIPTS]
)
def test_a_transcript_is_what_its_commands_print(transcript: Path) -> None:
    assert replay(transcript) == transcript.read_text()


@pytest.mark.parametrize("name", FILES)
def test_a_page_shows_it(name: str) -> None:
    assert name in SHOWN


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".py")])
def test_a_transcript_runs_it(name: str) -> None:
    folder, stem = EXAMPLES.joinpath(name).parent, Path(name).stem
    by_name = [folder / f"{stem}.console", folder / f"test_{stem}.console"]
    named = [f"{stem}.py" in transcript.read_text() for transcript in folder.glob("*.console")]
    assert any(named) or any(path.exists() for path in by_name)
