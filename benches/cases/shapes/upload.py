"""A file of 10 KB with a field, in multipart/form-data."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Annotated, Any

from pydantic_core import to_json
from python_multipart import MultipartParser
from python_multipart.multipart import parse_options_header

from cases.receiving import receive_body
from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row

FILE = bytes(range(256)) * 40
BOUNDARY = b"1f0c8a6e5d7b4932"
TYPE = b"multipart/form-data; boundary=" + BOUNDARY
BODY = b"\r\n".join(
    (
        b"--" + BOUNDARY,
        b'Content-Disposition: form-data; name="note"',
        b"",
        b"a scan",
        b"--" + BOUNDARY,
        b'Content-Disposition: form-data; name="file"; filename="scan.bin"',
        b"Content-Type: application/octet-stream",
        b"",
        FILE,
        b"--" + BOUNDARY + b"--",
        b"",
    )
)


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.post("/files")
    async def create_file(
        file: framework.UploadFile,  # type: ignore[name-defined]  # of the module
        note: Annotated[str, framework.Form()],
    ):
        content = await file.read()
        return {"name": file.filename, "bytes": len(content), "note": note}

    return api


class Parts:
    """The parts of a body: their options of Content-Disposition, and their contents."""

    def __init__(self, boundary: bytes, body: bytes) -> None:
        self.found: dict[bytes, tuple[dict[bytes, bytes], bytes]] = {}
        self._options: dict[bytes, bytes] = {}
        self._name = self._value = self._data = b""
        self._complete = False
        parser = MultipartParser(
            boundary,
            {
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_part_data": self._on_part_data,
                "on_part_end": self._on_part_end,
                "on_end": self._on_end,
            },
        )
        parser.write(body)
        parser.finalize()
        assert self._complete

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._name.lower() == b"content-disposition":
            _, self._options = parse_options_header(self._value)
        self._name = self._value = b""

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._data += data[start:end]

    def _on_part_end(self) -> None:
        self.found[self._options[b"name"]] = self._options, self._data
        self._data = b""

    def _on_end(self) -> None:
        self._complete = True


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "POST"
        assert scope["path"] == "/files"
        kind, options = parse_options_header(dict(scope["headers"])[b"content-type"])
        assert kind == b"multipart/form-data"
        parts = Parts(options[b"boundary"], await receive_body(receive)).found
        file, content = parts[b"file"]
        _, note = parts[b"note"]
        answer = {
            "name": file[b"filename"].decode(),
            "bytes": len(content),
            "note": note.decode(),
        }
        await send_json(send, to_json(answer))

    return application


CASE = Case(
    rows=(
        Row(
            name="upload",
            title="upload of 10 KB with a field",
            request=Request("/files", method="POST", headers=((b"content-type", TYPE),), body=BODY),
            expected=Expected({"name": "scan.bin", "bytes": len(FILE), "note": "a scan"}),
        ),
    ),
    app=app,
    floor=floor,
)
