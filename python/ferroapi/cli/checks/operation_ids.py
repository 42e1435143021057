"""Operations that share an id, by which generated clients name their functions."""

from ferroapi.applications import FastAPI
from ferroapi.cli.checks.finding import Finding, finding_at
from ferroapi.routing.route import APIRoute
from ferroapi.routing.tree import route_contexts

__all__ = ["duplicate_operation_ids"]


def duplicate_operation_ids(app: FastAPI) -> list[Finding]:
    """All operations but the first that have an id."""
    first: dict[str, str] = {}
    found = []
    for context in route_contexts(app.routes):
        route = context.effective_route
        if not isinstance(route, APIRoute) or not route.include_in_schema:
            continue
        for method in sorted(route.methods):
            operation = f"{method} {route.path}"
            unique_id = route._unique_id_of(method)
            known = first.setdefault(unique_id, operation)
            # The same method and path again is a route that is shadowed.
            if known != operation:
                found.append(
                    finding_at(
                        route.endpoint,
                        "duplicate-operation-id",
                        f"{operation} has the operation id {unique_id} of {known}: give one of "
                        "them an operation_id",
                    )
                )
    return found
