"""Declarations that only fail when their route is compiled, by its first request."""

import warnings

from ferroapi.applications import FastAPI
from ferroapi.cli.checks.finding import Finding, finding_at
from ferroapi.routing.target import Target, is_plannable
from ferroapi.routing.tree import all_route_contexts

__all__ = ["broken_plans"]


def broken_plans(app: FastAPI) -> list[Finding]:
    """Compiles the plan of each route, and the OpenAPI document."""
    found = []
    for context in all_route_contexts(app.router):
        if not is_plannable(context.original_route):
            continue
        try:
            Target(context).compile({})
        except Exception as error:
            found.append(
                finding_at(
                    context.endpoint,
                    "declaration",
                    f"{context.path} cannot be served: {type(error).__name__}: {error}",
                )
            )
    if app.openapi_url and not found:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what it warns of is found by other checks
                app.openapi()
        except Exception as error:
            found.append(
                Finding(
                    "declaration",
                    f"The OpenAPI document cannot be made: {type(error).__name__}: {error}",
                )
            )
    return found
