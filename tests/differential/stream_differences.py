"""What may differ between the answers that are streams."""

from tests.differential.descriptions import Answer
from tests.differential.difference import Difference, calls_whatever_was_seen

_SET = ("x-a", "x-b", "k", "set-cookie")
_STREAMS = (
    *("text/event-stream; charset=utf-8", "application/jsonl", "text/csv; charset=utf-8"),
    None,
)
_TOO_LATE = "RuntimeError: Caught handled exception, but response already started."


def starts_with_first_item(difference: Difference) -> bool:
    ours, theirs = difference.ours, difference.theirs
    return (
        theirs["error"] is not None
        and theirs["body"] == ""
        and (not theirs["complete"] or theirs["error"].startswith("ExceptionGroup"))
        and (ours["headers"], ours["status"]) != (theirs["headers"], theirs["status"])
    )


def begins_before_it_starts(difference: Difference) -> bool:
    """Whether only the generator of a stream began earlier than what is told around it."""
    return difference.parts == {"calls"} and _begins_earlier(difference)


def has_no_end_below_middleware(difference: Difference) -> bool:
    """Whether a stream failed, and only theirs looks complete."""
    return (
        difference.parts - {"calls"} == {"complete"}
        and difference.theirs["complete"]
        and difference.theirs["error"] is not None
        and ("calls" not in difference.parts or _begins_earlier(difference))
    )


def _begins_earlier(difference: Difference) -> bool:
    ours, theirs = difference.ours["calls"], difference.theirs["calls"]
    start = next((call for call in ours if call.startswith("endpoint(")), None)
    if start not in theirs:
        # Somebody who failed has kept it from beginning.
        return difference.theirs["error"] is not None and theirs == [
            call for call in ours if call != start
        ]
    return theirs.index(start) > ours.index(start) and [call for call in ours if call != start] == [
        call for call in theirs if call != start
    ]


def delivers_all(difference: Difference) -> bool:
    ours, theirs = difference.ours, difference.theirs
    grouped = (theirs["error"] or "").startswith("ExceptionGroup") or any(
        call.endswith("sees ExceptionGroup") for call in theirs["calls"]
    )
    return (
        grouped
        and not difference.parts - {"body", "error", "calls", "complete", "headers", "status"}
        # What the generator set may be among them.
        and _declared(ours) == _declared(theirs)
        and ours["error"] is not None
        and ours["body"].startswith(theirs["body"])
    )


def ends_before_events(difference: Difference) -> bool:
    ours, theirs = difference.ours["calls"], difference.theirs["calls"]
    start = next((call for call in ours if call.startswith("endpoint(")), None)
    return (
        difference.parts == {"calls"}
        and ("content-type", "text/event-stream; charset=utf-8")
        in [tuple(header) for header in difference.ours["headers"]]
        and start in theirs
        and theirs.index(start) < ours.index(start)
        and [call for call in ours if call != start] == [call for call in theirs if call != start]
    )


def fails_as_itself(difference: Difference) -> bool:
    ours, theirs = difference.ours, difference.theirs
    return (
        "error" in difference.parts
        and not difference.parts - {"error", "calls"}
        and theirs["error"] == _TOO_LATE
        and ours["error"] is not None
        and ours["status"] is not None
        and dict(ours["headers"]).get("content-type") in _STREAMS
        # Middleware sees it on its way.
        and calls_whatever_was_seen(ours) == calls_whatever_was_seen(theirs)
    )


def counts_what_streams_set(difference: Difference) -> bool:
    ours, theirs = difference.ours, difference.theirs
    return (
        not difference.parts - {"status", "headers", "body", "calls"}
        and _without_status(ours) == _without_status(theirs)
        and dict(theirs["headers"]).get("content-type") in _STREAMS
        and _declared(ours) == _declared(theirs)
        and ours["body"] in (theirs["body"], "")
    )


def _without_status(answer: Answer) -> list[str]:
    """What was called, apart from middleware that says the status."""
    return [call for call in answer["calls"] if not call.startswith("after ")]


def _declared(answer: Answer) -> list[tuple[str, str]]:
    """The headers without those that functions set."""
    return [header for header in answer["headers"] if header[0] not in _SET]
