"""What a run found, as a file and as tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from harness.contenders import BENCHES
from verification.fastapi import FIGURES
from verification.row import Row

RESULTS = BENCHES / "results"
PAGE = BENCHES.parent / "docs" / "reliability.md"
BEGIN, END = "<!-- figures -->\n", "<!-- end of the figures -->\n"

NAME, ASKED = 46, 62


def table(rows: Iterable[Row]) -> str:
    """A line for each figure; `*` does not hold."""
    return "\n".join(
        f"{'' if row.holds else '*':2}{row.figure:5}{row.name:{NAME}} {row.asked:{ASKED}} "
        f"{row.measured}"
        for row in rows
    )


def part_document(
    title: str, seed: int, seconds: float, rows: Sequence[Row], *, quick: bool
) -> dict[str, Any]:
    """What is written of one part."""
    return {
        "title": title,
        "quick": quick,
        "seed": seed,
        "seconds": round(seconds),
        "rows": [asdict(row) | {"holds": row.holds} for row in rows],
    }


def write(path: Path, heading: Mapping[str, Any], parts: Mapping[str, Any]) -> None:
    """Writes a file of results; what it had of other parts stays."""
    before = json.loads(path.read_text())["parts"] if path.exists() else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {**heading, "parts": before | dict(parts)}
    path.write_text(json.dumps(document, indent=1) + "\n")


def latest() -> Path:
    """The last file of results there is."""
    return max(RESULTS.glob("*-reliability-*.json"))


def page_table(document: Mapping[str, Any]) -> str:
    """The same as Markdown, with what FastAPI was measured to do."""
    machine, parts = document["machine"], document["parts"]
    lines = [
        f"{document['date'][:10]}, {machine['processor']}, {machine['processors']} processors, "
        f"{machine['system']}, Python {document['python']}, ferroapi {document['ferroapi']}.",
        "A small run: its times say little."
        if any(part["quick"] for part in parts.values())
        else "A full run.",
        "",
        "| part | figure | what | asked | measured | holds | FastAPI 0.165 |",
        "|---|---|---|---|---|---|---|",
    ]
    told = set()
    for name, part in parts.items():
        for values in part["rows"]:
            holds = values.pop("holds")
            row = Row(**values)
            theirs = "" if row.figure in told else FIGURES.get(row.figure, "")
            told.add(row.figure)
            cells = (name, row.figure, row.name, row.asked, row.measured)
            verdict = "**no**" if not holds else "" if row.most is None else "yes"
            lines.append(f"| {' | '.join(cells)} | {verdict} | {theirs} |")
    return "\n".join(lines) + "\n"


def with_table(page: str, document: Mapping[str, Any]) -> str:
    """The page, its table made of a file of results."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{page_table(document)}\n{END}{after}"
