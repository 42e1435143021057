"""Where tickets are kept, as long as the application runs."""

from asyncio import Condition
from collections.abc import AsyncIterator
from typing import Annotated

from pydantic import BaseModel

from ferroapi import Depends


class NewTicket(BaseModel):
    """What a client says of a ticket."""

    title: str
    urgent: bool = False


class Ticket(NewTicket):
    """A ticket that has a number."""

    number: int
    taken: bool = False
    files: dict[str, int] = {}
    """The bytes of each attached file."""


class UnknownTicketError(Exception):
    """There is no ticket of that number."""

    status_code = 404


class Store:
    """The tickets, in the order of their numbers."""

    def __init__(self) -> None:
        self.tickets: list[Ticket] = []
        self._added = Condition()

    async def add(self, new: NewTicket) -> Ticket:
        """Gives it a number, and wakes up who waits for a ticket."""
        ticket = Ticket(number=len(self.tickets) + 1, **new.model_dump())
        async with self._added:
            self.tickets.append(ticket)
            self._added.notify_all()
        return ticket

    def get(self, number: int) -> Ticket:
        """Raises `UnknownTicketError` for a number that no ticket has."""
        if not 1 <= number <= len(self.tickets):
            raise UnknownTicketError(f"There is no ticket {number}.")
        return self.tickets[number - 1]

    def waiting(self) -> list[Ticket]:
        """Those that nobody has taken, the urgent ones first."""
        return sorted(
            (ticket for ticket in self.tickets if not ticket.taken),
            key=lambda ticket: not ticket.urgent,
        )

    async def take(self) -> Ticket:
        """The next ticket that nobody has taken, which is waited for."""
        async with self._added:
            await self._added.wait_for(self.waiting)
            ticket = self.waiting()[0]
            ticket.taken = True
        return ticket


async def open_store() -> AsyncIterator[Store]:
    """Runs when the application starts, and its end when it stops."""
    store = Store()
    yield store
    print(f"{len(store.waiting())} tickets are left", flush=True)


SharedStore = Annotated[Store, Depends(open_store, scope="lifespan")]
