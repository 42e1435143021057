"""A load that a server has to stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from harness.case import ASGIApp
from harness.findings import Findings
from harness.ledger import Ledger
from harness.serving import Soak


@dataclass(frozen=True, slots=True)
class Scenario:
    """One load.

    Attributes:
        title: what it is, with its numbers.
        app: the application, of FastAPI's or ferroapi's module.
        run: puts servers under the load, and returns what was found.
        floor: the application by hand, where something is compared with it.
    """

    title: str
    app: Callable[[ModuleType, Ledger], ASGIApp]
    run: Callable[[Soak], Findings]
    floor: Callable[[Ledger], ASGIApp] | None = None
