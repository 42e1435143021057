"""Why a request was answered differently, where what is around hides it."""

from collections.abc import Iterator
from typing import Any

from tests.differential.descriptions import Application
from tests.differential.difference import Difference
from tests.differential.differences import intended
from tests.differential.pair import Pair

_HIDING = ("raises_instead", "swallows", "raises_at_end")
_SET = ("sets_header", "sets_cookie", "sets_status")


def explained(pair: Pair, described: Application, difference: Difference) -> str | None:
    """The name of the documented difference that explains a difference.

    Handlers, middleware and generators may answer errors by something else, and one request may
    meet two documented differences: then it is explained when the same request has a documented
    difference without them.
    """
    name = intended(difference)
    quiet = _with_quiet_streams(described)
    simplified = _alone(described), _uncovered(described), quiet, _uncovered(quiet)
    for simpler in (*simplified, *_with_less_around(described)):
        if name is None and simpler != described:
            ours, theirs = pair.ask(simpler, [difference.sent])
            if not (isinstance(ours, str) or isinstance(theirs, str) or ours == theirs):
                name = intended(Difference(difference.sent, ours[0], theirs[0]))
    return name


def _alone(described: Application) -> Application:
    """The application with nothing around it."""
    return {**described, "handlers": [], "middleware": []}


def _with_less_around(described: Application) -> Iterator[Application]:
    """The application without one of its middleware, for each; also where it is there twice."""
    middleware = described.get("middleware", [])
    for index in range(len(middleware)):
        yield {**described, "middleware": middleware[:index] + middleware[index + 1 :]}
    for name in {each["name"] for each in middleware}:
        yield {**described, "middleware": [each for each in middleware if each["name"] != name]}


def _uncovered(described: Application) -> Application:
    """That, and dependencies that let errors pass."""
    dependencies: Any = {
        name: _without(dependency, _HIDING)
        for name, dependency in described["dependencies"].items()
    }
    return {**_alone(described), "dependencies": dependencies}


def _with_quiet_streams(described: Application) -> Application:
    """The application with streams that set no status, header or cookie."""
    return {**described, "router": _quiet(described["router"])}


def _quiet(member: Any) -> Any:
    if "members" in member:
        return {**member, "members": [_quiet(inner) for inner in member["members"]]}
    return _without(member, _SET) if "generator" in member.get("kind", "") else member


def _without(described: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in described.items() if key not in keys}
