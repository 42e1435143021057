"""Dependencies of a service that a job has, too: `uvicorn dependencies:app`, or run it alone."""

import sqlite3
from collections.abc import Iterator
from typing import Annotated

import anyio

from ferroapi import Depends, FastAPI, Header, HTTPException

app = FastAPI()


def open_database() -> Iterator[sqlite3.Connection]:
    """One for the service, or for one run of the job."""
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("create table users (name)")
    database.executemany("insert into users values (?)", [["ada"], ["grace"]])
    yield database
    database.close()


def transaction(
    database: Annotated[sqlite3.Connection, Depends(open_database, scope="lifespan")],
) -> Iterator[sqlite3.Connection]:
    """What a request, or a run of the job, changes together."""
    with database:
        yield database


Transaction = Annotated[sqlite3.Connection, Depends(transaction)]


def tenant(x_tenant: Annotated[str, Header()]) -> str:
    """Of a request. A job says which."""
    if not x_tenant:
        raise HTTPException(400, "Which tenant?")
    return x_tenant


class Users:
    def __init__(self, database: Transaction, tenant: Annotated[str, Depends(tenant)]) -> None:
        self._database = database
        self.tenant = tenant

    def names(self) -> list[str]:
        return [name for (name,) in self._database.execute("select name from users")]


@app.get("/users")
def read_users(users: Annotated[Users, Depends()]) -> list[str]:
    return users.names()


@app.inject
async def greet(greeting: str, x_tenant: str, users: Annotated[Users, Depends()]) -> None:
    """A job: its caller gives what is no dependency, and what a request would say."""
    for name in users.names():
        print(f"{greeting}, {name} of {users.tenant}")


async def main() -> None:
    await greet("Hello", x_tenant="one")
    async with app.resolve(Users, tenant="two") as users:
        print(len(users.names()), "users")


if __name__ == "__main__":
    anyio.run(main)
