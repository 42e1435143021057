"""Files are sent as Starlette's `FileResponse` does it, and small ones in one visit of a thread."""

import inspect
import os
from pathlib import Path
from typing import Any
from unittest.mock import patch

import anyio
import anyio.to_thread
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.background import BackgroundTask
from starlette.responses import FileResponse
from tests.properties import examples

from ferroapi import FastAPI
from ferroapi.plan.reply.file import send_file
from ferroapi.testclient import TestClient

Sent = list[dict[str, Any]]
SIZES = (0, 1, 1024, FileResponse.chunk_size - 1, FileResponse.chunk_size, 200_000)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of each size, and what is none."""
    directory = tmp_path_factory.mktemp("files")
    for size in SIZES:
        (directory / f"{size}.txt").write_bytes(bytes(range(256)) * (size // 256 + 1))
        os.truncate(directory / f"{size}.txt", size)
    (directory / "directory").mkdir()
    os.mkfifo(directory / "pipe")
    (directory / "link").symlink_to(directory / "1024.txt")
    return directory


def scope(method: str, headers: list[tuple[bytes, bytes]], **more: Any) -> dict[str, Any]:
    asgi = {"version": "3.0", "spec_version": "2.4"}
    return {"type": "http", "asgi": asgi, "method": method, "headers": headers, **more}


async def sent_by(send_response: Any, response: Any, about: dict[str, Any]) -> tuple[Sent, str]:
    """The messages, and what was raised."""
    messages: Sent = []

    async def receive() -> Any:
        await anyio.sleep_forever()

    async def send(message: Any) -> None:
        messages.append(dict(message))

    with patch("starlette.responses.token_hex", lambda _: "boundary"):
        try:
            await send_response(response, about, receive, send)
        except Exception as error:
            return messages, repr(error)
    return messages, ""


async def by_itself(response: Any, *arguments: Any) -> None:
    """The twin."""
    await response(*arguments)


NAMES = [*(f"{size}.txt" for size in SIZES), "directory", "pipe", "link", "missing", "nul\0"]
RANGES = [None, b"bytes=0-9", b"bytes=0-0,5-9", b"bytes=99999999-", b"bytes=x", b"lines=1-2", b""]


@given(
    name=st.sampled_from(NAMES),
    method=st.sampled_from(["GET", "HEAD", "POST", "get"]),
    wanted=st.sampled_from(RANGES),
    status=st.sampled_from([200, 206, 404]),
    spec_version=st.sampled_from(["2.0", "2.4"]),
    pathsend=st.booleans(),
    chunk_size=st.sampled_from([None, 1000]),
    known=st.booleans(),
)
@settings(deadline=None, max_examples=examples(150))
def test_as_starlette(
    files: Path,
    name: str,
    method: str,
    wanted: bytes | None,
    status: int,
    spec_version: str,
    pathsend: bool,
    chunk_size: int | None,
    known: bool,
) -> None:
    path = files / name
    if name == "pipe" and known:
        return  # Starlette waits for somebody to write
    headers = [(b"host", b"a")] + ([] if wanted is None else [(b"range", wanted)])
    about = scope(method, headers, extensions={"http.response.pathsend": {}} if pathsend else {})
    about["asgi"] = {"spec_version": spec_version}

    def response() -> FileResponse:
        done = BackgroundTask(lambda: None)
        of_stat = os.stat(path) if known and name in NAMES[:-2] else None
        made = FileResponse(path, status, filename="ä.txt", stat_result=of_stat, background=done)
        if chunk_size is not None:
            made.chunk_size = chunk_size
        return made

    assert anyio.run(sent_by, send_file, response(), about) == anyio.run(
        sent_by, by_itself, response(), about
    )


class Louder(FileResponse):
    """A response that sends by itself."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.headers["x-louder"] = "1"
        await super().__call__(scope, receive, send)


# name: (class, file, headers, visits)
VISITS: dict[str, tuple[type[FileResponse], str, dict[str, str], int]] = {
    "small": (FileResponse, "1024.txt", {}, 1),
    "empty": (FileResponse, "0.txt", {}, 1),
    "a_range": (FileResponse, "1024.txt", {"range": "bytes=0-1"}, 5),
    "another_class": (Louder, "1024.txt", {}, 4),
}


@pytest.mark.parametrize("in_thread", [False, True], ids=["coroutine", "function"])
@pytest.mark.parametrize("name", VISITS)
def test_visits(name: str, in_thread: bool, files: Path, loop: dict[str, Any]) -> None:
    # As documentation does; who looks at a class changes nothing.
    assert inspect.getmembers(FileResponse)
    kind, file, headers, expected = VISITS[name]
    app = FastAPI()

    async def coroutine() -> Any:
        return kind(files / file)

    def function() -> Any:
        return kind(files / file)

    app.get("/")(function if in_thread else coroutine)
    visited: list[None] = []
    run_sync = anyio.to_thread.run_sync

    async def counted(*args: Any, **options: Any) -> Any:
        visited.append(None)
        return await run_sync(*args, **options)

    with patch("anyio.to_thread.run_sync", counted):
        answer = TestClient(app, **loop).get("/", headers=headers)
    size = 2 if headers else int(file.removesuffix(".txt"))
    assert (answer.status_code, len(answer.content)) == (206 if headers else 200, size)
    assert ("x-louder" in answer.headers) is (kind is Louder)
    assert len(visited) == expected + in_thread


@pytest.mark.anyio
async def test_a_method_that_was_replaced_is_called(files: Path) -> None:
    called: list[Any] = []

    async def instead(response: Any, *arguments: Any) -> None:
        called.append(response)

    with patch.object(FileResponse, "_handle_simple", instead):
        await sent_by(send_file, FileResponse(files / "1024.txt"), scope("GET", []))
    assert len(called) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("length", [10, 100_000], ids=["less", "more_than_a_chunk"])
async def test_a_file_that_changes_meanwhile(length: int, tmp_path: Path) -> None:
    """What is sent is what there is, with the length that it had."""
    path = tmp_path / "file"
    path.write_bytes(b"x" * 1000)
    stat = os.stat

    def then_changed(*arguments: Any, **options: Any) -> os.stat_result:
        found = stat(*arguments, **options)
        if arguments[0] == path:
            path.write_bytes(b"y" * length)
        return found

    async def run(send_response: Any) -> Any:
        path.write_bytes(b"x" * 1000)
        os.utime(path, (1, 1))
        with patch("os.stat", then_changed):
            return await sent_by(send_response, FileResponse(path), scope("GET", []))

    (start, *parts), raised = await run(send_file)
    assert raised == ""
    assert b"".join(part["body"] for part in parts) == b"y" * length
    if length < FileResponse.chunk_size:
        assert ((start, *parts), raised) == (tuple((await run(by_itself))[0]), "")
