"""What `ferroapi check` looks for: a module for each kind of mistake."""

from collections.abc import Callable

from ferroapi.applications import FastAPI
from ferroapi.cli.checks.blocking import blocking_calls
from ferroapi.cli.checks.finding import Finding
from ferroapi.cli.checks.operation_ids import duplicate_operation_ids
from ferroapi.cli.checks.overrides import unused_overrides
from ferroapi.cli.checks.plans import broken_plans
from ferroapi.cli.checks.shadowing import shadowed_routes

__all__ = ["CHECKS"]

CHECKS: dict[str, Callable[[FastAPI], list[Finding]]] = {
    "declarations": broken_plans,
    "duplicate operation ids": duplicate_operation_ids,
    "shadowed routes": shadowed_routes,
    "calls that block the event loop": blocking_calls,
    "unused overrides": unused_overrides,
}
"""Those that look at an application, by what they look for."""
