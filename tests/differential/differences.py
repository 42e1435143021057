"""What may differ between the answers of the frameworks: a row a documented difference."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from tests.differential.descriptions import Answer
from tests.differential.difference import (
    Difference,
    calls_whatever_was_seen,
    errors_of,
    repeats,
)
from tests.differential.document_differences import names_bodies, names_operations
from tests.differential.socket_differences import (
    answers_nothing_after_accepting,
    closes_for_a_wrong_frame,
    closes_what_is_left_open,
    refuses_other_origins,
    runs_tasks,
)
from tests.differential.stream_differences import (
    begins_before_it_starts,
    counts_what_streams_set,
    delivers_all,
    ends_before_events,
    fails_as_itself,
    has_no_end_below_middleware,
    starts_with_first_item,
)
from tests.differential.value_differences import (
    echoes_text,
    escapes_surrogates,
    has_no_such_number,
    redirects_bytes,
    refuses_durations,
    refuses_json,
    writes_no_long_number,
    writes_null,
)

# The value that a dependency of that name sets, and not a call of it.
_SET, _BEFORE = re.compile(r"sets tenant in a thread(?!\()"), ("nobody", "sets tenant")


def is_refused_early(ours: list[Answer] | str, theirs: list[Answer] | str) -> bool:
    """Whether a declaration is an error of ours that FastAPI raises for requests."""
    return (
        isinstance(ours, str)
        and not isinstance(theirs, str)
        and any(answer["error"] == ours for answer in theirs)
    )


def is_refused_alike(ours: list[Answer] | str, theirs: list[Answer] | str) -> bool:
    """Whether both refuse a declaration; of several wrong ones it may be another one."""
    return (
        isinstance(ours, str)
        and isinstance(theirs, str)
        and _QUOTED.sub("", ours) == _QUOTED.sub("", theirs)
    )


_QUOTED = re.compile("'[^']*'|\"[^\"]*\"")


def _refuses_depth(difference: Difference) -> bool:
    return (
        difference.ours["status"] == 400
        and "There was an error parsing the body" in difference.ours["body"]
        and difference.body.count("[") + difference.body.count("{") > 200
    )


def _allows_all(difference: Difference) -> bool:
    ours, theirs = dict(difference.ours["headers"]), dict(difference.theirs["headers"])
    return (
        difference.parts == {"headers"}
        and difference.ours["status"] == 405
        and set(theirs.pop("allow", "").split(", ")) < set(ours.pop("allow", "").split(", "))
        and ours == theirs
    )


def _has_no_length(difference: Difference) -> bool:
    ours, theirs = dict(difference.ours["headers"]), dict(difference.theirs["headers"])
    return (
        difference.parts == {"headers"}
        and difference.ours["status"] == 205
        and ours.pop("content-length", "") == "0"
        and theirs.pop("content-length", "0") != "0"
        and ours == theirs
    )


def _uses_dependencies_once(difference: Difference) -> bool:
    # What was called once more may raise once more, and those around it see that.
    told = {
        "body": errors_of,
        "calls": calls_whatever_was_seen,
        "messages": _messages,
        "headers": _headers,
    }
    if difference.parts - told.keys():
        return False
    ours = [told[part](difference.ours) for part in difference.parts]
    theirs = [told[part](difference.theirs) for part in difference.parts]
    pairs = [(our, their) for our, their in zip(ours, theirs, strict=True) if our != their]
    return bool(pairs) and all(repeats(their, our) for our, their in pairs)


def _headers(answer: Answer) -> list[Any]:
    # What is called again may set a cookie again; the length is that of the errors.
    return [header for header in answer["headers"] if header[0] != "content-length"]


def _messages(answer: Answer) -> list[Any]:
    """What a WebSocket is told, and the errors that it is closed for."""
    *messages, last = answer["messages"] or [{}]
    reason = last.get("reason")
    if isinstance(reason, str) and reason.startswith("[{"):
        reason = json.loads(reason)
    if not isinstance(reason, list):
        return [*messages, last]
    # JSON has no infinity.
    return [*messages, *json.loads(json.dumps(reason), parse_constant=lambda _: None)]


def _closes_with_text(difference: Difference) -> bool:
    return difference.parts == {"messages"} and _messages(difference.ours) == _messages(
        difference.theirs
    )


def _reads_json_models(difference: Difference) -> bool:
    theirs = errors_of(difference.theirs)
    return difference.theirs["status"] == 422 and any(
        error["type"] == "json_type" and error["loc"][0] == "body" for error in theirs
    )


def _handles_all(difference: Difference) -> bool:
    ours, theirs = difference.ours, difference.theirs
    return (
        "handler of HTTPException sees HTTPException" in ours["calls"]
        and "handler of HTTPException sees HTTPException" not in theirs["calls"]
        and not any(call.startswith("endpoint(") for call in ours["calls"])
    )


def _wants_a_token(difference: Difference) -> bool:
    authorization = dict(difference.sent["headers"]).get("authorization", "")
    refused = difference.ours["status"] == 401 or any(
        "=None" in call for call in difference.ours["calls"]
    )
    return refused and authorization.strip().lower() == "bearer"


def _lets_other_origins_read(difference: Difference) -> bool:
    """Whether only headers of `CORSMiddleware` are more on the answer to an unhandled error."""
    ours, theirs = difference.ours["headers"], difference.theirs["headers"]
    added = [header for header in ours if header not in theirs]
    return (
        difference.parts == {"headers"}
        and difference.theirs["error"] is not None
        and all(name == "vary" or name.startswith("access-control-") for name, _ in added)
    )


def _redirects_within(difference: Difference) -> bool:
    """Whether both redirect to the same place, ours without naming the host."""
    ours, theirs = (dict(answer["headers"]) for answer in (difference.ours, difference.theirs))
    location = theirs.get("location", "")
    path = re.sub("^//", "/.//", urlsplit(location).path)
    reference = urlsplit(location)._replace(scheme="", netloc="", path=path).geturl()
    joined, location = (
        _as_theirs(urljoin(location, place)) for place in (ours.get("location", ""), reference)
    )
    return (
        difference.ours["status"] == 307
        and joined == location
        and {**difference.ours, "headers": []} == {**difference.theirs, "headers": []}
        and {**ours, "location": ""} == {**theirs, "location": ""}
    )


def _as_theirs(location: str) -> str:
    """A location where a percent sign that the client has encoded, and brackets, are decoded."""
    return location.replace("%25", "%").replace("%5B", "[").replace("%5D", "]")


def _wants_the_end(difference: Difference) -> bool:
    return "no closing boundary" in difference.ours["body"] and "--bound--" not in "".join(
        difference.sent["body"]
    )


def _refuses_charsets(difference: Difference) -> bool:
    return "The charset of the form is not supported" in difference.ours["body"]


def _shows_context_of_threads(difference: Difference) -> bool:
    """Whether ours sees what a dependency sets in a thread, where theirs sees what was before."""
    told = [
        json.dumps([answer["body"], answer["calls"], answer["messages"]])
        for answer in (difference.ours, difference.theirs)
    ]
    return (
        not difference.parts - {"body", "calls", "messages", "headers"}
        and _headers(difference.ours) == _headers(difference.theirs)
        and any(_SET.sub(before, told[0]) == told[1] != told[0] for before in _BEFORE)
    )


def _handles_length(difference: Difference) -> bool:
    return difference.theirs["status"] == 413 and difference.theirs["body"] == "Content Too Large"


def _says_what_is_swallowed(difference: Difference) -> bool:
    seen = [call.replace("UnboundLocal", "FastAPI") for call in difference.theirs["calls"]]
    told = [difference.theirs["error"] or "", *difference.theirs["calls"]]
    return (
        any("UnboundLocalError" in text for text in told)
        and not difference.parts - {"error", "calls"}
        and difference.ours["calls"] == seen
        and (difference.ours["error"] or "").startswith("FastAPIError: Response not awaited")
    )


def _runs_all_tasks(difference: Difference) -> bool:
    ours, theirs = difference.ours["calls"], difference.theirs["calls"]
    return (
        difference.parts == {"calls"}
        and "task of the response" in theirs
        and [call for call in ours if not call.startswith("task of ")]
        == [call for call in theirs if not call.startswith("task of ")]
        and [call for call in ours if call in theirs] == theirs
    )


def _masks_secrets(difference: Difference) -> bool:
    if difference.parts == {"messages"}:
        ours, theirs = _messages(difference.ours), _messages(difference.theirs)
    else:
        ours, theirs = errors_of(difference.ours), errors_of(difference.theirs)
    our_calls, their_calls = map(calls_whatever_was_seen, (difference.ours, difference.theirs))
    return (
        (difference.parts == {"messages"} or not difference.parts - {"body", "calls", "headers"})
        # What it uses without cache is called again, too.
        and (our_calls == their_calls or repeats(their_calls, our_calls))
        and 0 < len(ours) <= len(theirs)
        and any(our not in theirs for our in ours)
        # A dependency that is used several times has its errors more often in theirs.
        and all(any(_masked(their, our) == our for our in ours) for their in theirs)
        and all(any(_masked(their, our) == our for their in theirs) for our in ours)
    )


def _masked(theirs: Any, ours: Any) -> Any:
    """Theirs, with what is masked in ours."""
    match theirs, ours:
        case (_, "**********"):
            return ours
        case dict(), dict():
            return {name: _masked(value, ours.get(name)) for name, value in theirs.items()}
        case list(), list() if len(theirs) == len(ours):
            return [_masked(their, our) for their, our in zip(theirs, ours, strict=True)]
    return theirs


def _bounds_errors(difference: Difference) -> bool:
    ours, theirs = errors_of(difference.ours), errors_of(difference.theirs)
    match ours:
        case [*shown, {"type": "too_many_errors", "msg": said, "ctx": {"omitted": omitted}}]:
            left = len(theirs) - len(shown)
            counted = omitted <= left if said.startswith("at least") else omitted == left
            return shown == theirs[: len(shown)] and counted
    return False


@dataclass(frozen=True)
class Intended:
    """A documented difference."""

    name: str
    holds: Callable[[Difference], bool]
    documented: str
    """How its row in docs/differences.md begins."""


INTENDED = (
    Intended("not interoperable JSON", refuses_json, "A JSON body with `NaN`"),
    Intended("deep JSON", _refuses_depth, "JSON nested up to"),
    Intended("all methods allowed", _allows_all, "405 names the methods of the first route"),
    Intended("no length of no content", _has_no_length, "Status 205 with a returned value"),
    Intended("one use of a dependency", _uses_dependencies_once, "A dependency used several times"),
    Intended("JSON models in forms", _reads_json_models, "A form field declared as `Json[Model]`"),
    Intended("null for no number", writes_null, "An infinity or not-a-number in an untyped"),
    Intended("status of a stream", starts_with_first_item, "An exception before the first"),
    Intended("start of a stream", begins_before_it_starts, "An exception before the first"),
    Intended("no end below middleware", has_no_end_below_middleware, "Behind `BaseHTTPMiddleware`"),
    Intended("one class of exceptions", _handles_all, "API keys and OpenID Connect raise"),
    Intended("all events before an error", delivers_all, "Events yielded before a stream fails"),
    Intended("error of a stream", fails_as_itself, "An exception of a started stream that has a"),
    Intended("token required", _wants_a_token, "A header `Authorization: Bearer` without"),
    Intended("echo of bytes", echoes_text, "Bytes that are no UTF-8 in a 422"),
    Intended("origins of errors", _lets_other_origins_read, "The 500 of an unhandled exception"),
    Intended("origins of sockets", refuses_other_origins, "A page of any origin may open"),
    Intended("escaped surrogates", escapes_surrogates, "Bytes that are no UTF-8 in a 422"),
    Intended("redirect within", _redirects_within, "`Location` of a slash redirect"),
    Intended("redirect of bytes", redirects_bytes, "A slash redirect of a query"),
    Intended("long numbers in paths", has_no_such_number, "A `{n:int}` in a path with more"),
    Intended("names of bodies", names_bodies, "Two bodies of operations with one id"),
    Intended("long decimals", writes_no_long_number, "A `Decimal` such as `1e999999`"),
    Intended("long durations", refuses_durations, "A duration that no `timedelta`"),
    Intended("ends before events", ends_before_events, "The generator of an event stream"),
    Intended("ids of operations", names_operations, "The operations of `api_route("),
    Intended("reason of a close", _closes_with_text, "The reason for closing a WebSocket"),
    Intended("open sockets", closes_what_is_left_open, "A WebSocket that its endpoint leaves open"),
    Intended("tasks of sockets", runs_tasks, "Tasks added to the `BackgroundTasks` of a WebSocket"),
    Intended("wrong frames", closes_for_a_wrong_frame, "A binary frame where an endpoint expects"),
    Intended("late answers", answers_nothing_after_accepting, "An `HTTPException` after a"),
    Intended("swallowed", _says_what_is_swallowed, "A dependency of scope `function` that"),
    Intended("all tasks", _runs_all_tasks, "Tasks added to the injected"),
    Intended("declared length", _handles_length, "A body that declares a length beyond"),
    Intended("streams set", counts_what_streams_set, "Status, headers and cookies that a"),
    Intended("masked secrets", _masks_secrets, "A 422 shows the passwords"),
    Intended("bounded errors", _bounds_errors, "A 422 lists all errors"),
    Intended("complete multipart", _wants_the_end, "A multipart form that ends before"),
    Intended("charset of multipart", _refuses_charsets, "The `charset` of a multipart form"),
    Intended("context of threads", _shows_context_of_threads, "What a `def` dependency sets in"),
)


def intended(difference: Difference) -> str | None:
    """The name of the documented difference that explains this one."""
    return next((row.name for row in INTENDED if row.holds(difference)), None)
