"""Static files and front ends: no path leads out, no range is more than its file."""

import ntpath
import os
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import anyio
import pytest
from starlette import staticfiles
from starlette.types import Message

from ferroapi import FastAPI
from ferroapi.routing.frontend_files import FrontendFiles
from ferroapi.staticfiles import StaticFiles
from ferroapi.testclient import TestClient

CONTENT = bytes(range(100))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is served, beside what is not."""
    folder = tmp_path_factory.mktemp("static")
    directory = folder / "files"
    (directory / "sub").mkdir(parents=True)
    (directory / "a.bin").write_bytes(CONTENT)
    os.mkfifo(directory / "pipe")
    sibling = folder / "files-of-others"
    sibling.mkdir()
    (sibling / "secret").write_text("secret")
    (directory / "link").symlink_to(sibling / "secret")
    return directory


@pytest.fixture(scope="module")
def app(files: Path) -> FastAPI:
    app = FastAPI()
    app.mount("/mounted", StaticFiles(directory=files))
    app.frontend("/front", directory=files)
    return app


PREFIXES = ["/mounted", "/front"]

# name: the path as a server hands it over, decoded once
PATHS = {
    "parent": "/../files-of-others/secret",
    "parent_of_a_directory": "/sub/../../files-of-others/secret",
    "parent_of_none": "/none/../../files-of-others/secret",
    "sibling_with_the_same_beginning": "/../files-of-others",
    "sibling_by_its_end": "-of-others/secret",
    "slash_encoded_twice": "/..%2ffiles-of-others%2fsecret",
    "dots_encoded_twice": "/%2e%2e/files-of-others/secret",
    "backslashes": "/..\\files-of-others\\secret",
    "mixed_slashes": "/..\\../files-of-others/secret",
    "many_parents": "/.." * 50 + "/etc/passwd",
    "rooted": "//etc/passwd",
    "rooted_thrice": "///etc/passwd",
    "drive": "/C:/Windows/win.ini",
    "share": "/\\\\host\\share\\file",
    "link": "/link",
    "pipe": "/pipe",
    "directory": "/sub",
    "nul": "/a.bin\0",
    "nul_before_an_extension": "/a.bin\0.html",
    "surrogate": "/\udcff",
    "long_name": "/" + "a" * 300,
    "long_path": "/a" * 5_000,
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_no_path_leads_out(app: FastAPI, ask: Any, prefix: str, path: str) -> None:
    async def once() -> Any:
        return await ask(app, path=prefix + path, headers=[(b"host", b"a")])

    answer = anyio.run(once)
    assert (answer.status, answer.body) == (404, b'{"detail":"Not Found"}')


def refuse(*arguments: Any) -> NoReturn:
    raise AssertionError("the file system is asked")


@pytest.mark.parametrize(
    "path",
    ["\\\\host\\share\\file", "//host/share/file", "\\\\?\\C:\\file", "\\\\.\\CON", "\\file"],
)
@pytest.mark.parametrize("kind", [StaticFiles, FrontendFiles])
def test_a_share_is_not_asked_on_windows(
    files: Path, monkeypatch: pytest.MonkeyPatch, kind: type[StaticFiles], path: str
) -> None:
    """A look-up of `\\\\host\\share` would hand the credentials of the server to that host."""
    served = kind(directory=files)
    windows = SimpleNamespace(**vars(ntpath) | {"realpath": refuse, "abspath": refuse})
    monkeypatch.setattr(staticfiles, "os", SimpleNamespace(path=windows, stat=refuse))
    assert served.lookup_path(ntpath.normpath(path)) == ("", None)


def multiple(*ranges: str) -> str:
    return "bytes=" + ",".join(ranges)


# name: (the field `Range`, status, how many bytes of the file or `None`)
RANGES: dict[str, tuple[str, int, int | None]] = {
    "one_byte": ("bytes=0-0", 206, 1),
    "beyond_the_end": ("bytes=90-200", 206, 10),
    "last": ("bytes=-5", 206, 5),
    "more_than_all": ("bytes=-500", 206, 100),
    "adjacent": (multiple("0-1", "2-3"), 206, 4),
    "overlapping": (multiple("0-50", "25-75", "0-9"), 206, 76),
    "all_again_and_again": (multiple(*["0-"] * 100), 206, 100),
    "more_than_a_hundred": (multiple(*["0-"] * 101), 200, 100),
    "9_kb": (multiple(*["0-"] * 3_000), 200, 100),
    "behind_the_end": ("bytes=100-", 416, None),
    "none_of_the_end": ("bytes=-0", 416, None),
    "two_signs": ("bytes=--1", 416, None),
    "backwards": ("bytes=5-2", 400, None),
    "nothing": ("bytes=", 400, None),
    "signs": ("bytes=" + "-" * 9_000, 400, None),
    "digits": ("bytes=" + "9" * 9_000 + "-", 400, None),
    "other_digits": ("bytes=\xb2-", 400, None),
    "other_unit": ("lines=1-2", 400, None),
}


@pytest.mark.parametrize(("field", "status", "length"), RANGES.values(), ids=RANGES)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_ranges(app: FastAPI, prefix: str, field: str, status: int, length: int | None) -> None:
    """Overlapping ranges are sent once, and more than a hundred are not looked at."""
    headers = [(b"range", field.encode("latin-1"))]
    answer = TestClient(app).get(f"{prefix}/a.bin", headers=headers)
    assert answer.status_code == status
    if length is None:
        assert len(answer.content) < 200
    else:
        assert len(answer.content) == length
        assert answer.content in CONTENT


def test_separate_ranges_are_bounded_by_their_number(app: FastAPI) -> None:
    """Each has a head of its own, whose size is bounded."""
    field = multiple(*(f"{start}-{start}" for start in range(0, 100, 2)))
    answer = TestClient(app).get("/mounted/a.bin", headers={"range": field})
    assert answer.status_code == 206
    assert len(answer.content) < 50 * 200


@pytest.mark.parametrize("field", [None, b"bytes=0-", b"bytes=0-9,100000-199999"])
def test_a_file_that_becomes_shorter_ends(tmp_path: Path, field: bytes | None) -> None:
    """What is missing is not waited for: the response is cut off there."""
    path = tmp_path / "large.bin"
    path.write_bytes(b"x" * 200_000)
    served = StaticFiles(directory=tmp_path)
    sent: list[bytes] = []

    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: Message) -> None:
        os.truncate(path, 20)
        sent.append(message.get("body", b""))

    async def once() -> None:
        headers = [] if field is None else [(b"range", field)]
        scope = {"type": "http", "method": "GET", "path": "/large.bin", "headers": headers}
        with anyio.fail_after(10), suppress(RuntimeError):
            await served(scope, receive, send)

    anyio.run(once)
    assert len(b"".join(sent)) < 200_000
