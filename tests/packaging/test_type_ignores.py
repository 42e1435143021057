"""What type checkers are told to overlook has a code and a reason."""

import re
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
IGNORED = re.compile(r"#\s*(?:type|pyright): ignore\b(.*)")
WITH_REASON = re.compile(r"\[[a-zA-Z, -]+\]\s+#\s+\S.*")


def sources() -> list[Path]:
    folders = ("python", "tests", "benches", "examples", "packaging", "docs-assets")
    return sorted(
        path
        for folder in folders
        for path in CHECKOUT.joinpath(folder).rglob("*.py*")
        if path.suffix in (".py", ".pyi")
        and path != Path(__file__)
        # The benchmarks have environments of their own.
        and "site-packages" not in path.parts
    )


def test_each_has_a_code_and_a_reason() -> None:
    found = [
        (path, number, rest)
        for path in sources()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        for rest in IGNORED.findall(line)
    ]
    wrong = [
        f"{path.relative_to(CHECKOUT)}:{number}"
        for path, number, rest in found
        if not WITH_REASON.fullmatch(rest)
    ]
    assert found
    assert not wrong
