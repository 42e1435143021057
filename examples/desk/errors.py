"""Errors as problem details (RFC 9457)."""

from pydantic import BaseModel

from ferroapi import Request
from ferroapi.responses import JSONResponse

from .store import UnknownTicketError


class Problem(BaseModel):
    """What OpenAPI shows of a problem."""

    title: str
    status: int
    detail: str


async def unknown_ticket(request: Request, error: UnknownTicketError) -> JSONResponse:
    """Answers for the tickets: other routers would have another meaning of 404."""
    problem = Problem(title="Not Found", status=404, detail=str(error))
    return JSONResponse(problem.model_dump(), 404, media_type="application/problem+json")
