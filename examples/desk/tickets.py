"""The operations on tickets."""

from typing import Annotated

from ferroapi import File, FileStream, Part, UploadFile
from ferroapi.controllers import Controller, get, post

from .errors import unknown_ticket
from .store import NewTicket, SharedStore, Ticket, UnknownTicketError

LARGEST_FILE = 100 * 1024**2
"""Bytes of an attached file."""


class Tickets(Controller):
    """What clients and agents do with tickets."""

    prefix = "/tickets"
    tags = ("tickets",)
    exception_handlers = {UnknownTicketError: unknown_ticket}  # noqa: RUF012  a setting

    def __init__(self, store: SharedStore) -> None:
        self._store = store

    @get("")
    async def read_waiting(self) -> list[Ticket]:
        """The tickets that nobody has taken."""
        return self._store.waiting()

    @post("", status_code=201)
    async def create(
        self, ticket: Annotated[NewTicket, Part()], photo: UploadFile | None = None
    ) -> Ticket:
        """A part of JSON, and a photo if there is one."""
        created = await self._store.add(ticket)
        if photo is not None:
            created.files[photo.filename or "photo"] = photo.size or 0
        return created

    @get("/next", cancel_on_disconnect=True)
    async def take(self) -> Ticket:
        """Waits for a ticket that nobody has taken. An agent who leaves does not take one."""
        return await self._store.take()

    @get("/{number}")
    async def read(self, number: int) -> Ticket:
        """One ticket."""
        return self._store.get(number)

    @post("/{number}/files", max_body_size=2 * LARGEST_FILE)
    async def attach(
        self, number: int, file: Annotated[FileStream, File(max_size=LARGEST_FILE)]
    ) -> Ticket:
        """A file, of which nothing is kept but its size."""
        ticket = self._store.get(number)
        async for _ in file:
            pass
        ticket.files[file.filename] = file.size
        return ticket
