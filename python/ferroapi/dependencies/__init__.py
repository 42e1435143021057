"""Dependency injection: reading what a callable asks for, and describing it."""

from typing import TYPE_CHECKING

from ferroapi.submodules import imported_on_demand

if not TYPE_CHECKING:  # checkers would take it for any name
    __getattr__ = imported_on_demand(__name__, "utils")
