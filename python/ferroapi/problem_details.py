"""Problem details for HTTP APIs (RFC 9457), as a form of errors."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, Field
from starlette.requests import Request

from ferroapi.error_format import ErrorFormat


class ProblemError(BaseModel):
    """One of the errors in `ProblemDetails`."""

    detail: str
    type: str = Field(description="The code of the error.")
    location: str = Field(description="Where the value was sent: path, query, header, body, ...")
    pointer: str = Field(description="The value there, as a JSON pointer (RFC 6901, section 6).")


class ProblemDetails(BaseModel):
    """A problem of an HTTP API (RFC 9457, section 3.1) with the errors of a request."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[ProblemError]


def _problem(errors: Sequence[dict[str, Any]], _request: Request) -> ProblemDetails:
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return ProblemDetails(
        title="Unprocessable Content",
        status=status,
        detail=_number_of(errors),
        errors=[_problem_error(error) for error in errors],
    )


def _number_of(errors: Sequence[dict[str, Any]]) -> str:
    """How many errors a request has, with those that are not listed."""
    count, least = len(errors), ""
    match errors:
        case [*listed, {"type": "too_many_errors", "msg": said, "ctx": {"omitted": int(omitted)}}]:
            count = len(listed) + omitted
            least = "at least " if said.startswith("at least ") else ""
    return f"The request has {least}{count} error{'' if count == 1 else 's'}."


def _problem_error(error: dict[str, Any]) -> ProblemError:
    location, *place = [*error["loc"], ""][: len(error["loc"]) or 1]
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in place)
    pointer = "#" + "".join(f"/{quote(step)}" for step in steps)
    return ProblemError(
        detail=error["msg"], type=error["type"], location=str(location), pointer=pointer
    )


PROBLEM_DETAILS = ErrorFormat(
    model=ProblemDetails, render=_problem, media_type="application/problem+json"
)
"""Answers requests that do not fit with what `ProblemDetails` says."""
