"""Names that a module offers and that live in another one."""

from __future__ import annotations

import sys
from types import ModuleType
from unittest.mock import patch

import pytest

from ferroapi.forwarding import forward, replaced
from ferroapi.live import compiled


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, ModuleType]:
    """A module that offers `name`, and the one in which it lives."""
    offering, owner = ModuleType("offering"), ModuleType("owner")
    vars(owner)["name"] = "original"
    monkeypatch.setitem(sys.modules, "offering", offering)
    monkeypatch.setitem(sys.modules, "owner", owner)
    forward("offering", {"owner": ("name",)})
    return offering, owner


def test_what_is_put_there_is_put_where_the_name_lives(
    modules: tuple[ModuleType, ModuleType],
) -> None:
    offering, owner = modules
    assert offering.name == "original"
    offering.name = "mine"
    assert offering.name == owner.name == "mine"
    assert replaced("owner") == {"name"}
    offering.name = "original"
    assert replaced("owner") == frozenset()


def test_replacements_that_nest_are_taken_back_one_by_one(
    modules: tuple[ModuleType, ModuleType],
) -> None:
    owner = modules[1]
    with patch("offering.name", "outer"):
        with patch("offering.name", "inner"):
            assert owner.name == "inner"
        assert owner.name == "outer"
    assert owner.name == "original"
    assert replaced("owner") == frozenset()


def test_a_name_that_was_never_replaced_may_be_deleted(
    modules: tuple[ModuleType, ModuleType],
) -> None:
    offering, owner = modules
    delattr(offering, "name")
    assert offering.name == owner.name == "original"


class Keeper:
    forgotten = False

    def _forget_compiled(self) -> None:
        self.forgotten = True


def test_plans_are_made_again(modules: tuple[ModuleType, ModuleType]) -> None:
    keeper = Keeper()
    compiled(keeper)
    modules[0].name = "mine"
    assert keeper.forgotten
    modules[0].name = "original"
