"""What is there for as long as the application: `uvicorn lifespan:app`."""

import sqlite3
from collections.abc import Iterator
from typing import Annotated

from ferroapi import Depends, FastAPI


def open_database() -> Iterator[sqlite3.Connection]:
    """Runs when the application starts, and its end when it stops."""
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("create table notes (text)")
    print("database open", flush=True)
    yield database
    database.close()
    print("database closed", flush=True)


Database = Annotated[sqlite3.Connection, Depends(open_database, scope="lifespan")]


class Notes:
    """Made for each request, of what all of them share."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, text: str) -> None:
        self._database.execute("insert into notes values (?)", [text])

    def all(self) -> list[str]:
        return [text for (text,) in self._database.execute("select text from notes")]


admin = FastAPI(title="Notes for administrators")
app = FastAPI(title="Notes")
app.mount("/admin", admin, lifespan=True, inherit_overrides=True)


@app.post("/notes")
def add(text: str, notes: Annotated[Notes, Depends()]) -> list[str]:
    notes.add(text)
    return notes.all()


@admin.get("/tables")
def tables(database: Database) -> list[str]:
    """An application that is mounted has a database of its own: it is another application."""
    return [name for (name,) in database.execute("select name from sqlite_schema")]
