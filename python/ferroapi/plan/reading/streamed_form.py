"""A multipart form whose file is read by the endpoint, while it is received."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.requests import ClientDisconnect, Request

from ferroapi._core import MultipartForm, content_type
from ferroapi._form_limits import effective_form_limits
from ferroapi.file_stream import FileStream
from ferroapi.plan.reading.closing_boundary import is_multipart, options_of, read_boundary
from ferroapi.plan.reading.form_charset import unsupported_charset
from ferroapi.plan.reading.incoming_form import fault_error, form_bounds, hold_text_to_limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from starlette.types import Message, Receive

    from ferroapi._core import Header
    from ferroapi._form_limits import FormLimits
    from ferroapi.connection.exchange import Exchange
    from ferroapi.fields import ModelField


async def read_until_file(
    exchange: Exchange, field: ModelField, parts: Mapping[str, int], limits: FormLimits
) -> FormData:
    """The fields in front of a file, and the file, of which nothing was read.

    Args:
        exchange: the request.
        field: the parameter that is the file.
        parts: the files in front of it that are read as a whole, by name, with the bytes that each
            may have; of more, one byte more is there.
        limits: those of the form.

    Raises:
        HTTPException: 400 for a form that is broken, cut off, larger than `limits` or not in UTF-8,
            413 for text that is larger than what may be read as a whole.
        ClientDisconnect: the client left before the file came.
        RuntimeError: somebody has read the request, and has not kept its body.
    """
    declared = content_type(exchange.scope["headers"])
    boundary = None if declared is None else read_boundary(declared)
    request = exchange.connection
    if not isinstance(request, Request):
        return FormData()
    if boundary is None:
        if is_multipart(request) and b"charset" in options_of(request):
            raise unsupported_charset()
        return FormData()
    # The endpoint may read on while it sends.
    exchange.is_shared = True
    form = _StreamedForm(boundary, request, parts, effective_form_limits(exchange.scope, limits))
    return await form.read_until(field)


class _StreamedForm:
    """The form while it is received: of its files nothing is kept, but of the parts."""

    def __init__(
        self, boundary: bytes, request: Request, parts: Mapping[str, int], limits: FormLimits
    ) -> None:
        self._request = request
        self._receive_message = _messages(request)
        self._limits = limits
        self._form = MultipartForm(boundary, _new_file, **form_bounds(limits), max_kept=0)
        self._file: FileStream | None = None
        self._parts = parts
        self._contents: dict[str, tuple[FileStream, bytearray]] = {}
        self._come: dict[int, bytes] = {}
        self._has_ended = False
        self._size = 0

    async def read_until(self, field: ModelField) -> FormData:
        begun = 0
        while True:
            await self._receive()
            # Nobody looks at all fields again because there is more of one.
            files = len(self._form.files())
            if files == begun and not self._has_ended:
                self._keep_parts()
                continue
            begun = files
            pairs: list[Any] = self._form.pairs()
            self._begin_parts(pairs)
            self._keep_parts()
            for number, (name, item) in enumerate(pairs):
                # Browsers send a file without a name where nobody has selected one.
                if isinstance(item, FileStream) and name in field.input_names and item.filename:
                    self._file = item
                    item.connect(self._next_chunk, getattr(field.field_info, "max_size", None))
                    return FormData([*self._read(pairs[: number + 1])])
            if self._has_ended:
                return FormData([*self._read(pairs)])

    def _begin_parts(self, pairs: Iterable[Any]) -> None:
        """Takes note of the last part of each name: no other counts, and none is kept."""
        last = {name: item for name, item in pairs if name in self._parts}
        for name, item in last.items():
            known, _ = self._contents.get(name, (None, None))
            if isinstance(item, FileStream) and item is not known:
                self._contents[name] = item, bytearray()

    def _keep_parts(self) -> None:
        for name, (part, content) in self._contents.items():
            content += self._come.get(id(part), b"")[: self._parts[name] + 1 - len(content)]

    def _read(self, pairs: Iterable[Any]) -> Iterator[tuple[str, Any]]:
        for name, item in pairs:
            part, content = self._contents.get(name, (None, b""))
            if isinstance(item, str) or item is self._file:
                yield name, item
            elif part is not None and item is part:
                yield name, _upload(part, content)

    async def _next_chunk(self) -> bytes:
        """What has come of the file since the last call, and nothing at the end of the form."""
        while not (chunk := self._come.pop(id(self._file), b"")) and not self._has_ended:
            await self._receive()
        return chunk

    async def _receive(self) -> None:
        message = await self._receive_message()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = bytes(message.get("body", b""))
        fault = self._form.write(chunk)
        self._size += len(chunk)
        hold_text_to_limit(self._form, self._size, self._request.scope)
        # By identity: their objects are kept by the form.
        self._come = {id(file): data for file, data in self._form.spilled()}
        if fault is None and not message.get("more_body", False):
            fault = self._form.finish()
            self._has_ended = fault is None
        if fault is not None:
            raise fault_error(fault, self._form, self._limits, self._request.scope)


def _messages(request: Request) -> Receive:
    """What gives the messages of the body, once: a body that was kept is one message."""
    if hasattr(request, "_body"):
        kept = request._body

        async def receive() -> Message:
            return {"type": "http.request", "body": kept}

        return receive
    if request._stream_consumed:
        raise RuntimeError("A FileStream cannot be read: the body of the request was read before")
    # Who reads after this would get the rest, and leave the file without it.
    request._stream_consumed = True
    return request.receive


def _upload(part: FileStream, content: bytes | bytearray) -> UploadFile:
    return UploadFile(
        BytesIO(content), size=len(content), filename=part.filename, headers=part.headers
    )


def _new_file(_content: bytes, filename: str, headers: list[Header]) -> Any:
    return FileStream(filename, Headers(raw=headers))
