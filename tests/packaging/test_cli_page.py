"""docs/cli.md names the commands and options that there are."""

import re
from pathlib import Path

from typer.main import get_command
from typer.testing import CliRunner

from ferroapi.cli.checks import CHECKS
from ferroapi.cli.commands import application

PAGE = Path(__file__).parents[2].joinpath("docs", "cli.md").read_text()
FOLDER = Path(__file__).parents[2] / "python/ferroapi/cli"


def test_every_command_stands_there() -> None:
    commands = set(get_command(application).commands)  # type: ignore[attr-defined]  # a group
    (table,) = re.findall(r"^\| Command \|.*\n.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    named = re.findall(r"`(\w+)`", "".join(row.split("|")[1] for row in table.splitlines()))
    assert set(named) == commands


def test_every_option_stands_there() -> None:
    for command in get_command(application).commands:  # type: ignore[attr-defined]  # a group
        shown = CliRunner().invoke(application, [command, "--help"]).output
        options = set(re.findall(r"^ *(?:-\w, )?(--[a-z-]+)", shown, re.MULTILINE)) - {"--help"}
        missing = {option for option in options if option not in PAGE}
        assert missing <= ({"--directory"} if command == "new" else {"--method", "--data"}), command


def test_every_rule_stands_there() -> None:
    (table,) = re.findall(r"^\| Rule \|.*\n.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    rules = re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)
    sources = "".join(path.read_text() for path in FOLDER.rglob("check*/*.py"))
    sources += FOLDER.joinpath("check.py").read_text()
    assert [rule for rule in rules if f'"{rule}"' not in sources] == []
    assert len(rules) == len(CHECKS) + 1
