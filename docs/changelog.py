"""Prints CHANGELOG.md as a page: links as they are from here, those out of here as text."""

import re
from pathlib import Path

TEXT = Path(__file__).parents[1].joinpath("CHANGELOG.md").read_text()
TEXT = re.sub(r"\[([^]]+)\]\((?!docs/|https?:)[^)]+\)", r"\1", TEXT).replace("](docs/", "](")
print(re.sub(r"^## \[([^]]+)\]", r"## \1", TEXT, flags=re.MULTILINE), end="")
