"""The example of docs/testing.md is a module of tests, which pass."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2].joinpath("docs", "testing.md").read_text()
(EXAMPLE,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
NAMES: dict[str, Any] = {"__name__": "page"}
exec(compile(EXAMPLE, "<testing.md>", "exec"), NAMES)
TESTS = {name: value for name, value in NAMES.items() if name.startswith("test_")}


@pytest.mark.anyio
@pytest.mark.parametrize("test", TESTS.values(), ids=TESTS)
async def test_the_example_passes(test: Callable[[], Awaitable[None]]) -> None:
    await test()
