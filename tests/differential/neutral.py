"""Generates options that FastAPI does not have, with values that are to change no answer."""

from typing import Any

from tests.differential.choices import Choices
from tests.differential.descriptions import Application, is_router, is_socket

_OF_SOCKETS: list[dict[str, Any]] = [
    *({"exception_handlers": value} for value in (None, {}, "unused")),
    *({"middleware": value} for value in (None, [], "through")),
    *({"cancel_on_disconnect": value} for value in (None, False)),
]
_OF_ALL: list[dict[str, Any]] = [
    *_OF_SOCKETS,
    *({"auto_head": value} for value in (None, False, True)),
    {"validation_errors": None},
]
_OF_ROUTERS: list[dict[str, Any]] = [
    *_OF_ALL,
    *({"read_body": value} for value in (None, "first")),
]
_OF_OPERATIONS: list[dict[str, Any]] = [
    *_OF_ROUTERS,
    {"cancel_on_disconnect": True},
    {"inline": False},
]
_OF_APPLICATIONS: list[dict[str, Any]] = [
    *_OF_ALL,
    {"threads": None},
    {"openapi_version": "3.1.0"},
    {"mounted": {"lifespan": True, "inherit_overrides": True}},
    {"mounted": {"lifespan": False}},
]
_FORMAT = {"validation_errors": "fastapi"}


def add_neutral(choices: Choices, application: Application) -> None:
    """Gives the members of an application such options."""
    # A format is before the application's handlers, as one of its own would be.
    formats = [] if application.get("handlers") else [_FORMAT, _FORMAT]
    _add(choices, application["router"], [*_OF_APPLICATIONS, *formats], formats)
    if _declares_head(application["router"]):
        # It is before the operations for GET then, and the first of the methods that are allowed.
        _drop(application["router"], "auto_head", True)


def _declares_head(described: Any) -> bool:
    return "HEAD" in described.get("methods", ()) or any(
        map(_declares_head, described.get("members", ()))
    )


def _drop(described: Any, option: str, value: Any) -> None:
    if described.get("neutral", {}).get(option) == value:
        del described["neutral"][option]
    for member in described.get("members", ()):
        _drop(member, option, value)


def _add(
    choices: Choices,
    described: Any,
    options: list[dict[str, Any]],
    formats: list[dict[str, Any]],
) -> None:
    for chosen in choices.some(options, 4):
        described.setdefault("neutral", {}).update(chosen)
    for member in described.get("members", ()):
        if is_router(member):
            _add(choices, member, [*_OF_ROUTERS, *formats], formats)
        elif is_socket(member):
            _add(choices, member, _OF_SOCKETS, formats)
        else:
            _add(choices, member, [*_OF_OPERATIONS, *formats], formats)


def has_neutral(application: Application, option: str, value: Any) -> bool:
    """Whether anything of an application has an option with a value."""

    def has(described: Any) -> bool:
        return described.get("neutral", {}).get(option) == value or any(
            map(has, described.get("members", ()))
        )

    return has(application["router"])
