"""What an application says of a request that does not fit: how much of it, and as which bytes."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from starlette.datastructures import UploadFile

from ferroapi._core import encode_errors, encode_json, json_size
from ferroapi.encodable import EncodableText
from ferroapi.exceptions import ValidationException
from ferroapi.masking import NO_SECRETS, masked, without_input
from ferroapi.safeguards import safeguards_of
from ferroapi.secret_names import names_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ferroapi.masking import Secrets
    from ferroapi.safeguards import ErrorInput, Safeguards

Failed = TypeVar("Failed", bound=ValidationException)

ROOM = 16 * 1024
"""The bytes that an answer with errors may have more than its request, unless it has no limit."""

_LONGEST_LENGTH = 20
"""The digits of a declared length that nobody can send."""

_SUMMARY_ROOM = 512
"""The bytes that are kept for what is around errors, and for how many are left out."""


def shown_errors(
    errors: Sequence[Any],
    scope: Mapping[str, Any],
    *,
    body_size: int | None = None,
    secrets: Secrets = NO_SECRETS,
    has_more: bool = False,
) -> list[Any]:
    """The errors as the application that a connection is for wants them shown.

    Args:
        errors: what does not fit.
        scope: the connection's.
        body_size: the bytes of the body; what its head declares without it.
        secrets: what is secret among the parameters.
        has_more: whether there may be others, which nobody has looked for.
    """
    safeguards = safeguards_of(scope)
    limit = safeguards.error_limit
    first = [*errors[:limit]]
    shown = _with_input(first, safeguards.error_input, secrets)
    if limit is None:
        return shown
    room = ROOM + _head_size(scope)
    room += _declared_size(scope) if body_size is None else body_size
    if not _fits(shown, room if len(shown) == len(errors) else room - _SUMMARY_ROOM):
        shown = _first_that_fit(shown, room - _SUMMARY_ROOM)
    omitted = len(errors) - len(shown)
    if omitted:
        summary = _summary(errors[len(shown)], omitted, safeguards.error_input)
        if has_more:
            summary["msg"] = f"at least {summary['msg']}"
        shown.append(summary)
    return shown


def shown_at_once(
    errors: list[Any], safeguards: Safeguards, secrets: Secrets, *, body_size: int
) -> bytes | None:
    """The default answer to errors of which nothing is left out; `None` where something is.

    Args:
        errors: what does not fit.
        safeguards: those that count.
        secrets: what is secret among the parameters.
        body_size: the bytes of the body.
    """
    limit = safeguards.error_limit
    if limit is not None and len(errors) > limit:
        return None
    room = sys.maxsize if limit is None else ROOM + body_size
    if safeguards.error_input is True:
        answer = encode_errors(errors, secrets.names, names_secret, room)
        if answer is not None:
            return answer
    if limit is None:
        return errors_as_json(_with_input(errors, safeguards.error_input, secrets))
    shown = _with_input(errors, safeguards.error_input, secrets)
    if json_size(shown, room)[0] > room:
        return None
    answer = errors_as_json(shown)
    return None if len(answer) > room else answer


def as_shown(
    error: Failed,
    scope: Mapping[str, Any],
    *,
    body_size: int | None = None,
    secrets: Secrets = NO_SECRETS,
    has_more: bool = False,
) -> Failed:
    """The exception, which has its errors as `shown_errors` gives them, once."""
    errors = error.current_errors()
    # Who raises it may have put anything into it.
    if not error.is_shown and isinstance(errors, (list, tuple)):
        shown = shown_errors(errors, scope, body_size=body_size, secrets=secrets, has_more=has_more)
        error.show(shown)
    return error


def _with_input(errors: list[Any], shown: ErrorInput, secrets: Secrets) -> list[Any]:
    if shown == "all":
        return errors
    if not shown:
        return without_input(errors)
    try:
        return masked(errors, secrets)
    except RecursionError:
        # What was sent is nested too deep to walk through.
        return without_input(errors)


def _fits(errors: list[Any], room: int) -> bool:
    """Whether the default answer has at most so many bytes."""
    least, greatest = json_size(errors, room)
    if greatest is not None and greatest + _SUMMARY_ROOM <= room:
        return True
    return least <= room and len(_rendered(errors)) <= room


def _first_that_fit(errors: list[Any], room: int) -> list[Any]:
    """The first errors, those without their input that would take more than what is left."""
    kept: list[Any] = []
    for error in errors:
        size = _size(error, room)
        if size is None and isinstance(error, dict):
            error = {name: value for name, value in error.items() if name != "input"}
            # What is too large is looked at once.
            room = min(room, ROOM)
            size = _size(error, room)
        if size is None:
            break
        room -= size + 1
        kept.append(error)
    return kept


def _size(error: Any, room: int) -> int | None:
    """The bytes of an error as JSON, if they are at most so many."""
    if room < 0 or json_size(error, room)[0] > room:
        return None
    size = len(_rendered([error])) - 2
    return None if size > room else size


def _rendered(errors: list[Any]) -> bytes:
    """What `render_errors` gives, and files where they were: what it can iterate over, it reads."""
    places = [(file, file.tell()) for file in _files(errors)]
    try:
        return render_errors(errors)
    finally:
        for file, place in places:
            file.seek(place)


def _files(errors: list[Any]) -> Iterator[BinaryIO]:
    waiting = [error.get("input") for error in errors if isinstance(error, dict)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, EncodableText):
            value = value.value
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, (list, tuple)):
            waiting.extend(value)
        elif isinstance(value, UploadFile) and not value.file.closed:
            yield value.file


def _summary(first: Any, omitted: int, shown: ErrorInput) -> dict[str, Any]:
    location = first.get("loc", ()) if isinstance(first, dict) else ()
    summary = {
        "type": "too_many_errors",
        "loc": (*location[:1],),
        "msg": f"{omitted} more error{' is' if omitted == 1 else 's are'} not listed",
        "input": None,
        "ctx": {"omitted": omitted},
    }
    if not shown:
        del summary["input"]
    return summary


def _head_size(scope: Mapping[str, Any]) -> int:
    """The bytes of a request's path, query and headers."""
    size = len(scope.get("path", "")) + len(scope.get("query_string", b""))
    return size + sum(len(name) + len(value) for name, value in scope.get("headers", ()))


def _declared_size(scope: Mapping[str, Any]) -> int:
    for name, value in scope.get("headers", ()):
        if name == b"content-length" and len(value) < _LONGEST_LENGTH and value.isdigit():
            return int(value)
    return 0


def errors_as_json(errors: Sequence[Any]) -> bytes:
    """The content of the default answer to these errors."""
    return b'{"detail":%b}' % render_errors(errors)


def _as_text(data: bytes) -> str:
    return data.decode(errors="replace")


def render_errors(errors: Sequence[Any]) -> bytes:
    """Errors as JSON, whatever input a client has sent, also what is no standard JSON.

    Numbers that JSON does not have, or Python refuses to write, become null; half a surrogate pair
    is written as its escape.
    """
    # Most errors are plain data.
    encoded = encode_json(errors)
    if encoded is not None:
        return encoded
    try:
        return _render_any(errors)
    except RecursionError:
        # The rejected input is nested too deep to walk through.
        return _render_any([{**error, "input": None} for error in errors])


def _render_any(errors: Sequence[Any]) -> bytes:
    from ferroapi.encoders import jsonable_encoder

    def as_given(text: EncodableText) -> Any:
        return text.value if isinstance(text.value, str) else jsonable_encoder(text)

    # The rejected input may be a body that is no text.
    content = jsonable_encoder(errors, custom_encoder={bytes: _as_text, EncodableText: as_given})
    try:
        text = _dumps(content)
    except ValueError:
        text = _dumps(_without_unwritable_numbers(content))
    return text.encode(errors="backslashreplace")


def _dumps(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _without_unwritable_numbers(content: Any) -> Any:
    match content:
        case dict():
            return {key: _without_unwritable_numbers(value) for key, value in content.items()}
        case list():
            return [_without_unwritable_numbers(value) for value in content]
        case int() | float():
            try:
                _dumps(content)
            except ValueError:
                return None
    return content
