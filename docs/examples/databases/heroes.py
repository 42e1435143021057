import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel

from ferroapi import Depends, FastAPI, HTTPException

DATABASE = Path(__file__).with_name("heroes.db")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    with closing(sqlite3.connect(DATABASE)) as made:
        made.execute("CREATE TABLE IF NOT EXISTS hero (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
    yield


def open_connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(DATABASE, check_same_thread=False)) as connection:
        yield connection
        connection.commit()


Connection = Annotated[sqlite3.Connection, Depends(open_connection, scope="function")]


class NewHero(BaseModel):
    name: str


class Hero(NewHero):
    id: int


app = FastAPI(lifespan=lifespan)


@app.post("/heroes", status_code=201)
def create_hero(hero: NewHero, connection: Connection) -> Hero:
    number = connection.execute("INSERT INTO hero (name) VALUES (?)", [hero.name]).lastrowid
    return Hero(id=number or 0, name=hero.name)


@app.get("/heroes/{hero_id}")
def read_hero(hero_id: int, connection: Connection) -> Hero:
    row = connection.execute("SELECT id, name FROM hero WHERE id = ?", [hero_id]).fetchone()
    if row is None:
        raise HTTPException(404, "There is no such hero")
    return Hero(id=row[0], name=row[1])


@app.get("/heroes")
def list_heroes(connection: Connection, offset: int = 0, limit: int = 100) -> list[Hero]:
    rows = connection.execute("SELECT id, name FROM hero LIMIT ? OFFSET ?", [limit, offset])
    return [Hero(id=number, name=name) for number, name in rows]
