"""What an operation demands of its caller: OpenAPI 3.1, section Security Requirement Object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ferroapi.encoders import jsonable_encoder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ferroapi.dependencies.models import Dependant


def describe_security(
    dependencies: Iterable[Dependant],
) -> tuple[list[dict[str, list[str]]], dict[str, Any]]:
    """The requirements of the dependencies, and by name the schemes they speak of.

    A scheme that is used several times is required once, with all its scopes.
    """
    scopes: dict[str, dict[str, None]] = {}
    schemes: dict[str, Any] = {}
    for dependency in dependencies:
        scheme = dependency.security_scheme
        if scheme is not None:
            name = scheme.scheme_name
            schemes[name] = jsonable_encoder(scheme.model, exclude_none=True)
            scopes.setdefault(name, {}).update(dict.fromkeys(dependency.oauth_scopes))
    return [{name: list(required)} for name, required in scopes.items()], schemes
