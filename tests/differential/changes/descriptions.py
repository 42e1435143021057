"""Scripts of changes as data: what is declared, changed and asked, in which order.

Everything here is JSON, as applications and requests are. A step is a list: its name and operands.
What a step changes is found when it is played, by numbers that are taken modulo what there is: a
script stays one when steps are taken away.
"""

from typing import Any, TypeAlias, TypedDict

Step: TypeAlias = list[Any]
"""`["declare", "r0", "/a", "query", {"tags": ["t"]}]` and so on; `player.py` has them all."""


class Script(TypedDict):
    """Steps that are played on one application, `"app"`, and on the routers that they make."""

    steps: list[Step]
