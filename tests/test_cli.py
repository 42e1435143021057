"""The command `ferroapi`: what it finds, what it says when it finds nothing, and that it serves."""

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from tests.processes import process_group

from ferroapi.cli.discovery import DEFAULT_PATHS, DiscoveryError, discover

APP = "from ferroapi import FastAPI\napp = FastAPI()\n"
NO_APP = "app = 1\n"
ROUTES = """from ferroapi import Depends, FastAPI
app = FastAPI()
def check() -> None: ...

@app.get("/items/{item_id}", dependencies=[Depends(check)])
def read_item(item_id: int) -> None: ...
"""

Files = dict[str, str]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Files], None]]:
    """Writes files into an empty current directory, and forgets their modules afterwards."""

    def write(files: Files) -> None:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield write
    for name in set(sys.modules) - before:
        if str(tmp_path) in (getattr(sys.modules[name], "__file__", None) or ""):
            del sys.modules[name]


PACKAGE = {"outer/__init__.py": "", "outer/inner/__init__.py": APP, "outer/inner/service.py": APP}
ENTRYPOINTS = '[tool.fastapi]\nentrypoint = "other:app"\n[tool.ferroapi]\nentrypoint = "mine:app"\n'


@pytest.mark.parametrize(
    ("files", "arguments", "found"),
    [
        *(({path: APP}, {}, re.sub("[/]", ".", path[:-3]) + ":app") for path in DEFAULT_PATHS[:3]),
        *(({path: APP}, {}, Path(path).stem + ":app") for path in DEFAULT_PATHS[3:]),
        (dict.fromkeys(reversed(DEFAULT_PATHS), APP), {}, "main:app"),
        ({"app/__init__.py": "", "app/main.py": APP}, {}, "app.main:app"),
        ({"it.py": APP}, {"target": "it.py"}, "it:app"),
        ({"it.py": APP}, {"target": "./it.py"}, "it:app"),
        ({"a/b/it.py": APP}, {"target": "a/b/it.py"}, "it:app"),
        (PACKAGE, {"target": "outer/inner/service.py"}, "outer.inner.service:app"),
        (PACKAGE, {"target": "outer/inner"}, "outer.inner:app"),
        (PACKAGE, {"target": "outer/inner/__init__.py"}, "outer.inner:app"),
        (PACKAGE, {"target": "outer.inner.service:app"}, "outer.inner.service:app"),
        ({"main.py": APP.replace("app", "api")}, {}, "main:api"),
        ({"main.py": APP.replace("app", "zeta") + "api = zeta\n"}, {}, "main:api"),
        ({"main.py": "app = 1\n" + APP.replace("app", "zeta")}, {}, "main:zeta"),
        ({"main.py": APP + "other = FastAPI()\n"}, {"name": "other"}, "main:other"),
        ({"main.py": APP + "async def asgi(*_): ...\n"}, {"name": "asgi"}, "main:asgi"),
        (
            {"it.py": APP + "class Apps:\n    first = app\n"},
            {"target": "it:Apps.first"},
            "it:Apps.first",
        ),
        ({"mine.py": APP, "pyproject.toml": ENTRYPOINTS, "main.py": APP}, {}, "mine:app"),
        ({"other.py": APP, "pyproject.toml": ENTRYPOINTS.split("[tool.ferro")[0]}, {}, "other:app"),
        ({"pyproject.toml": ENTRYPOINTS, "main.py": APP}, {"target": "main.py"}, "main:app"),
        ({"pyproject.toml": ENTRYPOINTS, "main.py": APP}, {"name": "app"}, "main:app"),
        ({"pyproject.toml": ENTRYPOINTS, "it.py": APP}, {"entrypoint": "it:app"}, "it:app"),
        ({"pyproject.toml": "[project]\n", "main.py": APP}, {}, "main:app"),
    ],
    ids=lambda value: None if isinstance(value, str) else " ".join(map(str, value)) or "nothing",
)
def test_an_application_is_found(
    files: Files, arguments: dict[str, str], found: str, project: Callable[[Files], None]
) -> None:
    project(files)
    assert discover(**arguments) == found


@pytest.mark.parametrize(
    ("files", "arguments", "message"),
    [
        ({}, {}, "Could not find a default file to run, please provide an explicit path"),
        ({}, {"target": "absent.py"}, "Path does not exist absent.py"),
        ({}, {"target": "absent:app"}, "No module named absent"),
        (PACKAGE, {"target": "outer.absent.it:app"}, "No module named outer.absent"),
        (
            {},
            {"target": "absent:"},
            "Import string must be in the format module.submodule:app_name",
        ),
        ({}, {"target": ":app"}, "Import string must be in the format module.submodule:app_name"),
        ({}, {"entrypoint": "it"}, "Import string must be in the format module.submodule:app_name"),
        (
            {"main.py": APP},
            {"target": "main.py", "entrypoint": "main:app"},
            "Cannot use --entrypoint together with path or --app arguments",
        ),
        (
            {"main.py": APP},
            {"target": "main:app", "name": "app"},
            "Cannot use --app together with the import string main:app",
        ),
        ({"main.py": NO_APP}, {}, "Could not find FastAPI app in module, try using --app"),
        ({"main.py": APP}, {"name": "other"}, "Could not find app name other in main"),
        ({"main.py": APP}, {"target": "main:other"}, "Could not find app name other in main"),
        (
            {"main.py": NO_APP},
            {"target": "main:app"},
            "The app name app in main doesn't seem to be a FastAPI app",
        ),
        (
            {"pyproject.toml": "[tool.fastapi]\nentrypoint = 1\n"},
            {},
            "Invalid configuration in pyproject.toml: tool.fastapi.entrypoint is not a string",
        ),
        (
            {"pyproject.toml": "["},
            {},
            "Invalid configuration in pyproject.toml: Invalid initial character for a key part "
            "(at end of document)",
        ),
        (
            {"main.py": "class App: ...\nApp.__module__ = 'fastapi.applications'\nit = App()\n"},
            {},
            "main:it belongs to the installed fastapi: import ferroapi there, or add --as-fastapi",
        ),
    ],
    ids=lambda value: None if isinstance(value, str) else " ".join(map(str, value)) or "nothing",
)
def test_what_cannot_be_found_is_said_in_a_line(
    files: Files, arguments: dict[str, str], message: str, project: Callable[[Files], None]
) -> None:
    project(files)
    with pytest.raises(DiscoveryError, match=f"^{re.escape(message)}$"):
        discover(**arguments)


def test_without_fastapi_the_alias_is_proposed(
    project: Callable[[Files], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fastapi", None)
    project({"main.py": APP.replace("ferroapi", "fastapi")})
    with pytest.raises(DiscoveryError, match="not installed: import ferroapi there, or add --as-f"):
        discover()


@pytest.mark.parametrize("text", ["import absent_package\n", "1 / 0\n", "import main.absent\n"])
def test_an_error_of_the_users_module_is_the_users(
    text: str, project: Callable[[Files], None]
) -> None:
    project({"main.py": text})
    with pytest.raises((ModuleNotFoundError, ZeroDivisionError)):
        discover()


@pytest.mark.parametrize(
    ("arguments", "status", "stdout", "stderr"),
    [
        (["run", "absent.py"], 1, "", r"ferroapi: Path does not exist absent\.py\n"),
        (["dev", "none.py"], 1, "", r"ferroapi: Could not find FastAPI app in module, .*\n"),
        (["run", "broken.py"], 1, "", r"Traceback(.*\n)+.*broken\.py(.*\n)+ZeroDivisionError.*\n"),
        (["--version"], 0, r"ferroapi \d+\.\d+\.\d+\n", ""),
        (["run", "--help"], 0, r"(.*\n)*.*--as-fastapi(.*\n)*", ""),
        (["routes", "absent.py"], 1, "", r"ferroapi: Path does not exist absent\.py\n"),
        (
            ["routes", "routes.py"],
            0,
            r"METHOD +PATH +NAME +DEPENDENCIES +DECLARED AT\n(.*\n)*"
            r"GET +/items/\{item_id\} +read_item +check +routes\.py:5\n",
            "",
        ),
        (["routes", "asgi.py", "--app", "app"], 1, "", r"ferroapi: only applications .*\n"),
        (["run", "--help"], 0, r"(.*\n)*.*--access-log-fields(.*\n)*.*--head-size(.*\n)*", ""),
        (["run", "--port", "x"], 2, "", r"(.*\n)*.*--port(.*\n)*"),
        (["run", "--http", "x"], 2, "", r"(.*\n)*.*--http(.*\n)*"),
        (["run", "--head-timeout", "0"], 2, "", r"(.*\n)*.*--head-timeout(.*\n)*"),
        (
            ["run", "--access-log-fields", "client,size"],
            2,
            "",
            r"(.*\n)*.*access_log_fields has size: there are client,(.*\n)*",
        ),
        (["run", "--http", "h11", "--head-size", "9"], 2, "", r"(.*\n)*.*h11 has no limits(.*\n)*"),
        (["run", "--http", "h11", "--access-log", "json"], 2, "", r"(.*\n)*.*h11 has no .*JSON\n"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_the_command_ends_with(
    arguments: list[str], status: int, stdout: str, stderr: str, tmp_path: Path
) -> None:
    tmp_path.joinpath("none.py").write_text(NO_APP)
    tmp_path.joinpath("routes.py").write_text(ROUTES)
    tmp_path.joinpath("asgi.py").write_text("async def app(*_): ...\n")
    tmp_path.joinpath("broken.py").write_text("1 / 0\n")
    result = subprocess.run(
        [sys.executable, "-m", "ferroapi", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert re.fullmatch(stdout, result.stdout)
    assert re.fullmatch(stderr, result.stderr)
    assert result.returncode == status


@pytest.mark.parametrize("library", ["typer", "uvicorn"])
def test_without_the_extra_it_says_what_to_install(library: str) -> None:
    program = f"import sys; sys.modules[{library!r}] = None; import ferroapi.cli as c; c.main()"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 1
    assert result.stderr == (
        f"ferroapi: the command needs {library}, which is not installed: "
        'pip install "ferroapi[standard]"\n'
    )


SERVICE = """
import asyncio, os
from {name} import FastAPI
from {name}.responses import EventSourceResponse, StreamingResponse

app = FastAPI()
version = 1

@app.get("/")
def facts():
    return {{"version": version, "pid": os.getpid(), "from": FastAPI.__module__,
            "FASTAPI_ENV": os.environ.get("FASTAPI_ENV")}}

@app.get("/open")
async def open_stream():
    async def chunks():
        while True:
            yield b"chunk"
            await asyncio.sleep(0.01)
    return StreamingResponse(chunks())

@app.get("/items")
@app.get("/events", response_class=EventSourceResponse)
async def items():
    while True:
        yield "chunk"
        await asyncio.sleep(0.01)
"""


class Server:
    """A running command and its address."""

    def __init__(self, process: subprocess.Popen[bytes], url: str) -> None:
        self.process = process
        self.url = url

    def facts(self) -> dict[str, object]:
        """The answer of `/`, waiting until there is one."""
        deadline = time.monotonic() + 30
        while True:
            try:
                with urlopen(self.url, timeout=5) as response:
                    facts: dict[str, object] = json.load(response)
                    return facts
            except (URLError, ConnectionError):
                assert self.process.poll() is None, "the server has ended"
                assert time.monotonic() < deadline, "the server does not answer"
                time.sleep(0.05)


@contextmanager
def serving(
    *arguments: str,
    directory: Path,
    stdout: IO[str] | None = None,
    stderr: IO[str] | None = None,
) -> Iterator[Server]:
    """Starts the command, and sees to it that SIGTERM ends it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with process_group(
        [sys.executable, "-m", "ferroapi", *arguments, "--port", str(port)],
        cwd=directory,
        stdout=stdout,
        stderr=stderr,
        env={name: value for name, value in os.environ.items() if name != "FASTAPI_ENV"},
    ) as process:
        yield Server(process, f"http://127.0.0.1:{port}")
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) in (0, -signal.SIGTERM)


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """A service written for FastAPI."""
    path = tmp_path / "service.py"
    path.write_text(SERVICE.format(name="fastapi"))
    return path


def test_run_serves(tmp_path: Path) -> None:
    tmp_path.joinpath("main.py").write_text(SERVICE.format(name="ferroapi"))
    with serving("run", "--host", "127.0.0.1", directory=tmp_path) as server:
        facts = server.facts()
        assert facts["from"] == "ferroapi.applications"
        assert facts["FASTAPI_ENV"] is None
        assert facts["pid"] == server.process.pid


def status_of(url: str, **headers: str) -> int:
    """The status of a response."""
    try:
        with urlopen(Request(url, headers=headers), timeout=5) as response:
            status: int = response.status
            return status
    except HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["run"], 431),
        (["run", "--workers", "2"], 431),
        (["dev"], 431),
        (["run", "--as-fastapi"], 431),
        (["run", "--http", "httptools"], 200),
        (["run", "--http", "h11"], 200),
    ],
    ids=str,
)
def test_every_process_has_the_options_of_the_protocol(
    arguments: list[str], status: int, tmp_path: Path
) -> None:
    name = "fastapi" if "--as-fastapi" in arguments else "ferroapi"
    tmp_path.joinpath("main.py").write_text(SERVICE.format(name=name))
    limit = [] if "--http" in arguments else ["--head-size", "1000"]
    with serving(*arguments, *limit, directory=tmp_path) as server:
        server.facts()
        assert status_of(server.url, big="x" * 1000) == status


TEXT = r'INFO:     127\.0\.0\.1:\d+ - "GET / HTTP/1\.1" 200 OK'


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], TEXT),
        (["--http", "h11"], TEXT),
        (["--workers", "2"], TEXT),
        (["--access-log", "off"], None),
        (["--access-log", "off", "--http", "h11"], None),
        (["--access-log-fields", "client,bytes"], TEXT + r" bytes=\d+"),
        (
            ["--access-log", "json", "--access-log-fields", "time"],
            r'{"method":"GET","target":"/","version":"1\.1","status":200,"time":"[0-9:.TZ-]+"}',
        ),
    ],
    ids=str,
)
def test_the_access_log_has_a_line_for_each_request(
    arguments: list[str], line: str | None, tmp_path: Path
) -> None:
    tmp_path.joinpath("main.py").write_text(SERVICE.format(name="ferroapi"))
    log = tmp_path / "log"
    with (
        log.open("w") as stdout,
        serving("run", *arguments, directory=tmp_path, stdout=stdout) as server,
    ):
        server.facts()
        for _ in range(199):
            assert status_of(server.url) == 200
    lines = log.read_text().splitlines()
    assert len(lines) == (200 if line else 0)
    assert all(re.fullmatch(line or "", text) for text in lines)


LOG_LEVEL = """
import logging
from ferroapi import FastAPI

app = FastAPI()
app.get("/")(lambda: {"level": logging.getLogger("uvicorn.error").getEffectiveLevel()})
"""


def test_verbose_says_more(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    tmp_path.joinpath("main.py").write_text(LOG_LEVEL)
    with serving("run", "-v", directory=tmp_path) as server:
        assert server.facts() == {"level": logging.DEBUG}
    assert f"Imported from {tmp_path}\n" in capfd.readouterr().err


@pytest.mark.parametrize("target", ["service.py", "service:app"])
def test_run_serves_a_service_of_fastapi(target: str, service: Path) -> None:
    with serving("run", target, "--as-fastapi", directory=service.parent) as server:
        assert server.facts()["from"] == "ferroapi.applications"


def test_worker_processes_have_the_alias(service: Path) -> None:
    arguments = ("run", "service.py", "--as-fastapi", "--workers", "2")
    with serving(*arguments, directory=service.parent) as server:
        facts = server.facts()
        assert facts["from"] == "ferroapi.applications"
        assert facts["pid"] != server.process.pid


def edit(service: Path) -> None:
    service.write_text(service.read_text().replace("version = 1", "version = 2"))


def wait_for_edited(server: Server) -> None:
    deadline = time.monotonic() + 30
    while server.facts()["version"] == 1:
        assert time.monotonic() < deadline, "the change is not served"
        time.sleep(0.1)


def wait_for_line(log: IO[str], text: str) -> None:
    deadline = time.monotonic() + 30
    while text not in Path(log.name).read_text():
        assert time.monotonic() < deadline, f"{text!r} is not said"
        time.sleep(0.01)


def test_dev_loads_a_changed_file_again(service: Path) -> None:
    with serving("dev", "service.py", "--as-fastapi", directory=service.parent) as server:
        first = server.facts()
        assert (first["version"], first["FASTAPI_ENV"]) == (1, "development")
        edit(service)
        wait_for_edited(server)
        assert server.facts()["from"] == "ferroapi.applications"


@pytest.mark.parametrize("watchfiles", [True, False], ids=["watchfiles", "modification times"])
def test_dev_watches_before_it_says_that_it_serves(
    watchfiles: bool, service: Path, tmp_path: Path
) -> None:
    if not watchfiles:
        tmp_path.joinpath("watchfiles.py").write_text("raise ImportError\n")
    with (
        tmp_path.joinpath("log").open("w+") as log,
        serving("dev", "service.py", "--as-fastapi", directory=tmp_path, stderr=log) as server,
    ):
        wait_for_line(log, "Serving service:app at ")
        edit(service)
        wait_for_line(log, "detected changes in 'service.py'. Reloading")
        wait_for_edited(server)


@pytest.mark.parametrize(
    ("path", "options"),
    [
        pytest.param("events", (), id="ended by the server"),
        pytest.param("items", ("--timeout-graceful-shutdown", "2"), id="ended by its time"),
        pytest.param("open", ("--timeout-graceful-shutdown", "1"), id="ended by time"),
        pytest.param(
            "items", ("--workers", "2", "--timeout-graceful-shutdown", "1"), id="in a worker"
        ),
    ],
)
def test_an_open_stream_does_not_keep_the_server(
    path: str, options: tuple[str, ...], service: Path
) -> None:
    with serving("run", "service.py", "--as-fastapi", *options, directory=service.parent) as server:
        server.facts()
        response = urlopen(f"{server.url}/{path}", timeout=5)
        assert b"chunk" in response.read(13)
    response.close()
