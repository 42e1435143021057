"""Replacements of dependencies that no route asks for: a test that replaces nothing."""

from ferroapi.applications import FastAPI
from ferroapi.cli.checks.finding import Finding, finding_at
from ferroapi.cli.naming import title_of
from ferroapi.dependencies.callables import hashable
from ferroapi.dependency_overrides import overrides_of
from ferroapi.routing.tree import all_route_contexts

__all__ = ["unused_overrides"]


def unused_overrides(app: FastAPI) -> list[Finding]:
    """The keys of `dependency_overrides` that are no dependency of any route."""
    routes = (context.effective_route for context in all_route_contexts(app.router))
    dependants = (getattr(route, "dependant", None) for route in routes)
    used = {
        hashable(each.call) for dependant in dependants if dependant for each in dependant.flat()
    }
    return [
        finding_at(
            original,
            "unused-override",
            f"{title_of(original)} is in dependency_overrides, but no route depends on it",
        )
        for original in overrides_of(app)
        if original not in used
    ]
