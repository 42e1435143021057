"""Why a request was answered differently, where what is around hides it."""

from typing import Any

from tests.differential.descriptions import Application
from tests.differential.differences import Difference, intended
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


def _bare(described: Application) -> Application:
    dependencies: Any = {
        name: {key: value for key, value in dependency.items() if key not in _HIDING}
        for name, dependency in described["dependencies"].items()
    }
    return {**described, "dependencies": dependencies, "handlers": [], "middleware": []}


_HIDING = ("raises_instead", "swallows", "raises_at_end")
