"""A file of a form that is read while it is being received."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from pydantic_core import core_schema
from starlette.datastructures import Headers

from ferroapi.exceptions import RequestBodyTooLarge

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema


class FileStream:
    """A file of a multipart form (RFC 7578): `async for chunk in file` gives its bytes, once.

    Nothing of it is kept: a chunk is received when it is asked for.
    """

    def __init__(self, filename: str, headers: Headers) -> None:
        self.filename = filename
        """The name that the client has given it: text of the client's, and no path."""
        self.headers = headers
        """The headers of its part."""
        self.size = 0
        """The bytes of it that were read."""
        self._next: Callable[[], Awaitable[bytes]] | None = None
        self._max_size: int | None = None

    @property
    def content_type(self) -> str | None:
        """The media type that the client has given it."""
        return self.headers.get("content-type")

    def connect(self, chunks: Callable[[], Awaitable[bytes]], max_size: int | None) -> None:
        """Has `chunks` give the next chunk of at most `max_size` bytes, and nothing at the end."""
        self._next, self._max_size = chunks, max_size

    def __aiter__(self) -> FileStream:
        return self

    async def __anext__(self) -> bytes:
        """The next chunk, which has at least one byte.

        Raises:
            RequestBodyTooLarge: the file has more bytes than it is declared to have at most.
            HTTPException: 400 for a form that is broken or cut off.
            ClientDisconnect: the client left before its end.
        """
        chunk = await self._next() if self._next is not None else b""
        if not chunk:
            self._next = None
            raise StopAsyncIteration
        self.size += len(chunk)
        if self._max_size is not None and self.size > self._max_size:
            self._next = None
            raise RequestBodyTooLarge
        return chunk

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.is_instance_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "contentMediaType": "application/octet-stream"}
