"""Documented differences in the texts and numbers that are read and written."""

import re

from tests.differential.descriptions import Answer
from tests.differential.difference import Difference, errors_of

_FAULTS = ("Number out of range", "Lone surrogate in string")
_NOT_INTEROPERABLE = re.compile(
    r"NaN|Infinity|[eE]\+?\d{3}|\d{309}|\\u[dD][89a-fA-F]|[\ud800-\udfff]"
)
_TOO_MANY_DIGITS = re.compile(r"\d{4301}")


def _says(answer: Answer, text: str) -> bool:
    """Whether a text is in the body, or the body is left out."""
    body = answer["body"].encode("latin-1").decode(errors="replace")
    return answer["status"] in (204, 205, 304) or text in body


def refuses_json(difference: Difference) -> bool:
    match errors_of(difference.ours):
        case [{"type": "json_invalid", "ctx": {"error": error}}] if error in _FAULTS:
            return bool(_NOT_INTEROPERABLE.search(difference.body))
    return False


def writes_null(difference: Difference) -> bool:
    message = "ValueError: Out of range float values are not JSON compliant"
    refused = difference.error(message) or any(
        call.endswith("sees ValueError") for call in difference.theirs["calls"]
    )
    return refused and _says(difference.ours, "null")


def echoes_text(difference: Difference) -> bool:
    undecodable = difference.error("UnicodeDecodeError") or any(
        call.endswith("sees UnicodeDecodeError") for call in difference.theirs["calls"]
    )
    return undecodable and _says(difference.ours, "\ufffd")


def escapes_surrogates(difference: Difference) -> bool:
    escaped = re.search(r"\\ud[89a-f]", difference.ours["body"])
    return (
        difference.error("UnicodeEncodeError")
        and difference.ours["status"] == 422
        and escaped is not None
    )


def redirects_bytes(difference: Difference) -> bool:
    return (
        difference.error("UnicodeDecodeError")
        and difference.ours["status"] == 307
        and not difference.sent["query"].isascii()
    )


def has_no_such_number(difference: Difference) -> bool:
    return (
        (difference.theirs["error"] or "").startswith("ValueError: Exceeds the limit")
        and difference.ours["error"] is None
        and bool(_TOO_MANY_DIGITS.search(difference.sent["path"]))
    )


def writes_no_long_number(difference: Difference) -> bool:
    return (
        difference.error("ValueError: Exceeds the limit (4300 digits)")
        and difference.ours["error"] is None
        and "Decimal('" in "".join(difference.ours["calls"])
        and _says(difference.ours, "null")
    )


def refuses_durations(difference: Difference) -> bool:
    # A later dependency may refuse the request by itself.
    failed = (difference.theirs["error"] or "").startswith("OverflowError")
    return failed and difference.ours["error"] is None
