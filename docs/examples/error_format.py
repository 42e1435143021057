from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from ferroapi import APIRouter, FastAPI, Request
from ferroapi.error_format import ErrorFormat
from ferroapi.problem_details import PROBLEM_DETAILS


class Wrong(BaseModel):
    message: str
    fields: list[str]


def describe(errors: Sequence[dict[str, Any]], request: Request) -> Wrong:
    return Wrong(
        message=f"{request.url.path} cannot be answered",
        fields=[str(error["loc"][-1]) for error in errors],
    )


old = APIRouter(
    prefix="/v1", validation_errors=ErrorFormat(model=Wrong, render=describe, status=400)
)


@old.get("/items")
async def read_old_items(limit: int) -> int:
    return limit


app = FastAPI(validation_errors=PROBLEM_DETAILS)
app.include_router(old)


@app.get("/items")
async def read_items(limit: int) -> int:
    return limit
