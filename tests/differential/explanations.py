"""Why a request was answered differently, where what is around hides it."""

from typing import Any

from tests.differential.descriptions import Application
from tests.differential.difference import Difference
from tests.differential.differences import intended
from tests.differential.pair import Pair


def explained(pair: Pair, described: Application, difference: Difference) -> str | None:
    """The name of the documented difference that explains a difference.

    Handlers, middleware and generators may answer errors by something else: then it is explained
    when the same request has a documented difference without them.
    """
    name = intended(difference)
    if name is not None:
        return name
    bare = _bare(described)
    if bare == described:
        return None
    ours, theirs = pair.ask(bare, [difference.sent])
    if isinstance(ours, str) or isinstance(theirs, str) or ours == theirs:
        return None
    return intended(Difference(difference.sent, ours[0], theirs[0]))


_HIDING = ("raises_instead", "swallows", "raises_at_end")
_SET = ("sets_header", "sets_cookie", "sets_status")


def _bare(described: Application) -> Application:
    dependencies: Any = {
        name: _without(dependency, _HIDING)
        for name, dependency in described["dependencies"].items()
    }
    router: Any = _bare_router(described["router"])
    return {
        **described,
        "dependencies": dependencies,
        "router": router,
        "handlers": [],
        "middleware": [],
    }


def _bare_router(member: Any) -> Any:
    """A router in which streams set nothing: they may be answered in two ways that are meant."""
    if "members" in member:
        return {**member, "members": [_bare_router(inner) for inner in member["members"]]}
    return _without(member, _SET) if "generator" in member["kind"] else member


def _without(described: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in described.items() if key not in keys}
