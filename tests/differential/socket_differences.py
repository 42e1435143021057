"""What may differ between the sessions of WebSockets."""

import re

from tests.differential.descriptions import Answer
from tests.differential.difference import Difference, repeats

_TASK = re.compile(r"task( of |$)")


def closes_what_is_left_open(difference: Difference) -> bool:
    last = _added(difference)
    ours, theirs = _without_tasks(difference.ours), difference.theirs["calls"]
    return (
        difference.parts <= {"messages", "calls"}
        and last.get("code") in (1000, 1011)
        # A dependency that is used several times is called more often in theirs.
        and (ours == theirs or repeats(theirs, ours))
    )


def refuses_other_origins(difference: Difference) -> bool:
    messages = difference.ours["messages"]
    return (
        "messages" in difference.sent
        and difference.ours["calls"] == []
        and [message.get("reason") for message in messages] == ["Origin not allowed"]
    )


def runs_tasks(difference: Difference) -> bool:
    return (
        difference.parts == {"calls"}
        and "messages" in difference.sent
        and _without_tasks(difference.ours) == difference.theirs["calls"]
    )


def closes_for_a_wrong_frame(difference: Difference) -> bool:
    return (
        difference.theirs["error"] in ("KeyError: 'text'", "KeyError: 'bytes'")
        and difference.ours["error"] is None
        and bool(_added(difference))
    )


def answers_nothing_after_accepting(difference: Difference) -> bool:
    # A client that has left is told nothing.
    left = difference.ours["messages"] == difference.theirs["messages"]
    return (
        difference.theirs["status"] is not None
        and (difference.ours["error"] or "").startswith("RuntimeError: Caught handled exception")
        and (left or _added(difference).get("code") == 1011)
    )


def _added(difference: Difference) -> dict[str, object]:
    """The close that is our last message, when it is the only one they have not sent."""
    *messages, last = difference.ours["messages"] or [{}]
    closes = last.get("type") == "websocket.close" and messages == difference.theirs["messages"]
    return last if closes else {}


def _without_tasks(answer: Answer) -> list[str]:
    return [call for call in answer["calls"] if not _TASK.match(call)]
