"""Applications of the contenders, made in the process that runs them."""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType
from typing import Any

from harness.case import Case, Contender
from harness.contenders import FASTAPI_VERSION
from harness.ledger import Ledger
from harness.limit import answers
from harness.scenario import Scenario

OTHER = {"fastapi": "ferroapi", "ferroapi": "fastapi"}

USED = ("middleware.cors", "middleware.gzip", "responses", "routing", "security", "sse")
"""The modules of the framework that applications take names from."""


def framework(name: str) -> ModuleType:
    """FastAPI's module or ours, in an environment that does not have the other one."""
    if importlib.util.find_spec(OTHER[name]) is not None:
        raise RuntimeError(f"{OTHER[name]} is importable beside {name}")
    for used in USED:
        importlib.import_module(f"{name}.{used}")
    module = importlib.import_module(name)
    if name == "fastapi" and module.__version__ != FASTAPI_VERSION:
        raise RuntimeError(f"FastAPI is {module.__version__}, not {FASTAPI_VERSION}")
    return module


def build(contender: Contender, case: Case | Scenario, *ledger: Ledger) -> Any:
    """The contender's application of a case, or of a scenario, which takes a ledger.

    It is what the contender's server serves: most often one of ASGI.
    """
    name = contender.removesuffix("_granian")
    if name in OTHER:
        return case.app(framework(name), *ledger)
    if name in ("floor", "granian", "h2corn"):
        return case.floor(*ledger)
    assert isinstance(case, Case)
    if name == "limit":
        return answers(case)
    return case.others[contender]()
