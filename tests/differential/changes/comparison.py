"""Has both frameworks play a script, step beside step."""

from tests.differential.changes.descriptions import Script
from tests.differential.descriptions import Sent
from tests.differential.difference import Difference
from tests.differential.differences import intended
from tests.differential.pair import Pair

_NOTHING: Sent = {"method": "", "path": "", "query": "", "headers": [], "body": [""]}
"""What is sent by a declaration or a change."""


def compared(pair: Pair, script: Script) -> list[Difference]:
    """The answers to each step, also where they are equal.

    Raises:
        ValueError: the script is none.
    """
    ours, theirs = pair.ask(script, [])
    if isinstance(ours, str) or isinstance(theirs, str):
        raise ValueError(f"{ours}, {theirs}")
    return [
        Difference(step[1] if step[0] == "request" else _NOTHING, our, their)
        for step, our, their in zip(script["steps"], ours, theirs, strict=True)
    ]


def first_unexplained(pair: Pair, script: Script) -> Difference | None:
    """The first difference that nobody meant; what follows may follow from it."""
    return next((d for d in compared(pair, script) if d.parts and not intended(d)), None)
