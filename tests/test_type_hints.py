"""The annotations of public classes, which containers of dependencies read at run time."""

import inspect
from typing import Any, get_type_hints

import pytest

import ferroapi
from ferroapi import exceptions, responses, routing, security

CLASSES = {
    f"{module.__name__}.{name}": value
    for module in (ferroapi, exceptions, responses, security)
    for name, value in vars(module).items()
    if inspect.isclass(value)
} | {name: getattr(routing, name) for name in ("APIRoute", "APIWebSocketRoute")}


@pytest.mark.parametrize("declared", CLASSES.values(), ids=CLASSES)
def test_annotations_are_there_at_run_time(declared: Any) -> None:
    get_type_hints(declared)
    # The models of OpenAPI take long to import.
    if declared is not security.OAuth2:
        get_type_hints(declared.__init__)
