"""Prints llms.txt (https://llmstxt.org): what a program should know of the site first."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
PROJECT = tomllib.loads(DOCS.parent.joinpath("zensical.toml").read_text())["project"]
ADVICE = """\
Import from `ferroapi`. Declare parameters by annotations (`Annotated[int, Query(ge=1)]`), bodies
by pydantic models, dependencies by `Annotated[T, Depends(f)]`, answers by return annotations.
Write `async def` for what awaits and `def` for what blocks. A function that yields is a stream.
Serve with `ferroapi dev main.py` and `ferroapi run main.py`, test with
`ferroapi.testclient.TestClient`."""


def first_sentence(page: str) -> str:
    """What a page says first, as plain text on one line."""
    text = DOCS.joinpath(page).read_text() if DOCS.joinpath(page).exists() else ""
    prose = [part for part in text.split("\n\n") if re.match(r"[A-Z]|`(?!``)", part)]
    sentence = re.split(r"(?<=\.)\s", " ".join(prose[:1]).replace("\n", " "))[0]
    return re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", sentence).rstrip(":")


def lines(entries: list[dict[str, Any]]) -> Iterator[str]:
    """The navigation as Markdown: a heading a section, a link a page."""
    for title, target in ((*entry.items(),)[0] for entry in entries):
        if isinstance(target, str):
            url = target.removesuffix("index.md").removesuffix(".md")
            yield f"- [{title}]({url + '/' if url else './'}): {first_sentence(target)}".rstrip(
                ": "
            )
        else:
            yield from ("", f"## {title}", "", *lines(target))


pages = [entry for entry in PROJECT["nav"] if isinstance((*entry.values(),)[0], str)]
sections = [entry for entry in PROJECT["nav"] if entry not in pages]
print(f"# {PROJECT['site_name']}", "", f"> {PROJECT['site_description']}", "", ADVICE, sep="\n")
print("", "## Pages", "", *lines(pages), *lines(sections), sep="\n")
