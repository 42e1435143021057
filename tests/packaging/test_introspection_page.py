"""The example of docs/introspection.md is what the page says of it."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2].joinpath("docs", "introspection.md").read_text()
(EXAMPLE,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
(SHOWN,) = re.findall(r"^\$ ferroapi routes main.py\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
NAMES: dict[str, Any] = {"__name__": "page"}
exec(compile(EXAMPLE, "main.py", "exec"), NAMES)


def test_the_example_passes() -> None:
    NAMES["test_every_operation_has_a_user"]()


def test_the_table_is_the_one_shown(tmp_path: Path) -> None:
    tmp_path.joinpath("main.py").write_text(
        EXAMPLE.replace("FastAPI()", "FastAPI(openapi_url=None)")
    )
    done = subprocess.run(
        [sys.executable, "-m", "ferroapi", "routes", "main.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == SHOWN
