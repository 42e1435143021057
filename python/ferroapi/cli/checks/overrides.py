"""Replacements of dependencies that no route asks for: a test that replaces nothing."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ferroapi.cli.checks.finding import Finding, finding_at
from ferroapi.cli.naming import title_of
from ferroapi.dependencies.callables import hashable
from ferroapi.dependency_overrides import overrides_of
from ferroapi.plan.order.steps import overridden
from ferroapi.routing.tree import all_route_contexts

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ferroapi.applications import FastAPI
    from ferroapi.dependencies.models import Dependant

__all__ = ["unused_overrides"]


def unused_overrides(app: FastAPI) -> list[Finding]:
    """The keys of `dependency_overrides` that no route depends on, nor what replaces another."""
    routes = (context.effective_route for context in all_route_contexts(app.router))
    dependants = (getattr(route, "dependant", None) for route in routes)
    overrides = overrides_of(app)
    used = _used([each for each in dependants if each], overrides)
    return [
        finding_at(
            original,
            "unused-override",
            f"{title_of(original)} is in dependency_overrides, but no route depends on it",
        )
        for original in overrides
        if original not in used
    ]


def _used(
    waiting: list[Dependant], overrides: dict[Callable[..., Any], Callable[..., Any]]
) -> set[Any]:
    """What is called below dependants, as it is declared, and below what replaces any of it."""
    used: set[Any] = set()
    while waiting:
        for dependant in waiting.pop().flat():
            key = hashable(dependant.call)
            if key in overrides and key not in used:
                # What cannot be described is found where plans are compiled.
                with suppress(Exception):
                    waiting.extend(overridden(dependant, overrides).dependencies)
            used.add(key)
    return used
