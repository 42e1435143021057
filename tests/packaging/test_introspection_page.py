"""The example of docs/introspection.md is what the page says of it."""

import re
from pathlib import Path
from typing import Any

from ferroapi.cli.routes import lines

PAGE = Path(__file__).parents[2].joinpath("docs", "introspection.md").read_text()
(EXAMPLE,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
(SHOWN,) = re.findall(r"^\$ ferroapi routes main.py\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
NAMES: dict[str, Any] = {"__name__": "page"}
exec(compile(EXAMPLE, "main.py", "exec"), NAMES)


def test_the_example_passes() -> None:
    NAMES["test_every_operation_has_a_user"]()


def test_the_table_is_the_one_shown() -> None:
    shown = [entry for entry in NAMES["app"].route_table() if entry.include_in_schema]
    assert list(lines(shown)) == SHOWN.splitlines()
