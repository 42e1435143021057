"""A file of 1 KB."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

import os
from email.utils import formatdate
from hashlib import md5
from pathlib import Path
from types import ModuleType
from typing import Any

import anyio.to_thread

from cases.sending import send_answer
from harness.case import ASGIApp, Case, Expected, Request, Row

FILE = Path(__file__).parents[3] / "LICENSE"
TYPE = "text/plain; charset=utf-8"


def validators(stat: os.stat_result) -> tuple[str, str]:
    """What the headers `etag` and `last-modified` say of a file."""
    tag = md5(f"{stat.st_mtime}-{stat.st_size}".encode(), usedforsecurity=False).hexdigest()
    return f'"{tag}"', formatdate(stat.st_mtime, usegmt=True)


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/licence")
    async def read_licence():
        return framework.responses.FileResponse(FILE, media_type="text/plain")

    return api


def read() -> tuple[bytes, os.stat_result]:
    with FILE.open("rb", buffering=0) as file:
        return file.read(), os.fstat(file.fileno())


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/licence"
        body, stat = await anyio.to_thread.run_sync(read)
        tag, modified = validators(stat)
        await send_answer(
            send,
            body,
            (b"content-type", TYPE.encode()),
            (b"accept-ranges", b"bytes"),
            (b"last-modified", modified.encode()),
            (b"etag", tag.encode()),
        )

    return application


TAG, MODIFIED = validators(FILE.stat())
CASE = Case(
    rows=(
        Row(
            name="file_response",
            title="FileResponse of 1 KB",
            request=Request("/licence"),
            expected=Expected(
                FILE.read_bytes(),
                form="bytes",
                headers={
                    "content-type": TYPE,
                    "accept-ranges": "bytes",
                    "etag": TAG,
                    "last-modified": MODIFIED,
                },
            ),
        ),
    ),
    app=app,
    floor=floor,
)
