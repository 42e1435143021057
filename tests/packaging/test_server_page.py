"""docs/server.md names the options that there are, with their defaults, and the log's fields."""

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from ferroapi.cli.commands import application
from ferroapi.server.options import AccessLogField, ServerOptions

PAGE = Path(__file__).parents[2].joinpath("docs", "server.md").read_text()
ROW = r"^\| `(\w+)` \| `(--[a-z-]+)` \| ([^|]+) \|"
OPTIONS = {name: (option, default) for name, option, default in re.findall(ROW, PAGE, re.MULTILINE)}


@pytest.mark.parametrize("name", [field.name for field in fields(ServerOptions)])
def test_an_option_stands_there_with_its_default(name: str) -> None:
    default = getattr(ServerOptions, name)
    shown = ",".join(default) if isinstance(default, tuple) else str(default)
    assert OPTIONS[name][1].replace(",", "") == shown


def test_there_are_no_others() -> None:
    assert set(OPTIONS) == {field.name for field in fields(ServerOptions)}
    text = CliRunner().invoke(application, ["run", "--help"]).output
    assert {option for option, _ in OPTIONS.values()} <= set(re.findall("--[a-z-]+", text))


def test_the_fields_of_the_access_log_stand_there() -> None:
    (table,) = re.findall(r"^\| Field \|.*\n.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == list(get_args(AccessLogField))
