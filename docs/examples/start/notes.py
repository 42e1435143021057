from collections.abc import AsyncIterator
from typing import Annotated

from pydantic import BaseModel, Field

from ferroapi import FastAPI, HTTPException, Path

app = FastAPI(title="Notes")


class Note(BaseModel):
    text: str = Field(min_length=1, max_length=200)
    done: bool = False


notes: dict[int, Note] = {}


@app.post("/notes", status_code=201)
async def create_note(note: Note) -> dict[str, int]:
    number = len(notes) + 1
    notes[number] = note
    return {"number": number}


@app.get("/notes/{number}")
async def read_note(number: Annotated[int, Path(ge=1)]) -> Note:
    if number not in notes:
        raise HTTPException(404, "There is no such note")
    return notes[number]


@app.get("/notes")
async def export_notes() -> AsyncIterator[Note]:
    for note in notes.values():
        yield note


@app.get("/health", include_in_schema=False)
async def check_health() -> dict[str, str]:
    return {"status": "ok"}
