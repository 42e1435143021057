"""The commands `run` and `dev`: what they refuse, what they say, and that they serve."""

import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from tests.cli.serving import SERVICE, Server, serving

NO_APP = "app = 1\n"
FAILING = """
from contextlib import asynccontextmanager
from ferroapi import FastAPI

@asynccontextmanager
async def lifespan(app):
    raise RuntimeError("startup failed")
    yield

app = FastAPI(lifespan=lifespan)
"""

FILES = {
    "main.py": "from ferroapi import FastAPI\napp = FastAPI()\n",
    "none.py": NO_APP,
    "broken.py": "1 / 0\n",
    "unread.py": "def (\n",
    "broken_factory.py": "def make():\n    1 / 0\n",
    "failing.py": FAILING,
    "untold.py": "class Untold(Exception):\n    def __str__(self): 1 / 0\nraise Untold\n",
}
TRACEBACK = r'Traceback \(most recent call last\):\n  File ".*{}\.py", line \d+, .*\n'
"""Of an application: there is no frame of the command before."""


@pytest.mark.parametrize(
    ("arguments", "status", "stdout", "stderr"),
    [
        (["run", "absent.py"], 1, "", r"ferroapi: There is no file and no module absent\.py .*\n"),
        (["dev", "none.py"], 1, "", r"ferroapi: Could not find an application in none: .*\n"),
        (["run", "broken.py"], 1, "", TRACEBACK.format("broken") + r"(.*\n)+ZeroDivisionError.*\n"),
        (["run", "unread.py"], 1, "", r'  File ".*unread\.py", line 1\n(.*\n)+SyntaxError: .*\n'),
        (
            ["routes", "--factory", "broken_factory:make"],
            *(1, "", TRACEBACK.format("broken_factory") + r"(.*\n)+ZeroDivisionError.*\n"),
        ),
        (
            ["routes", "untold.py"],
            *(1, "", TRACEBACK.format("untold") + r"(.*\n)+untold.Untold: <exception .*\n"),
        ),
        (["check", "untold.py"], 1, r"untold.py:3: declaration: Untold: <its text .*>\n", ""),
        (["--version"], 0, r"ferroapi \d+\.\d+\.\d+\n", ""),
        (["run", "--help"], 0, r"(.*\n)*.*--as-fastapi(.*\n)*", ""),
        (["run", "--help"], 0, r"(.*\n)*.*--access-log-fields(.*\n)*.*--head-size(.*\n)*", ""),
        (["run", "--port", "x"], 2, "", r"(.*\n)*.*--port(.*\n)*"),
        (["run", "--http", "x"], 2, "", r"(.*\n)*.*--http(.*\n)*"),
        (["run", "--head-timeout", "0"], 2, "", r"(.*\n)*.*--head-timeout(.*\n)*"),
        (
            ["run", "--access-log-fields", "client,size"],
            2,
            "",
            r"(.*\n)*.*access_log_fields has 'size': there are client,(.*\n)*",
        ),
        (["run", "--port", "99999"], 2, "", r"(.*\n)*.*--port.*65535(.*\n)*"),
        (["run", "--port", "80000000"], 2, "", r"(.*\n)*.*--port(.*\n)*"),
        (["dev", "--workers", "2"], 2, "", r"(.*\n)*.*--workers needs --no-reload(.*\n)*"),
        (["run", "--reload", "--workers", "2"], 2, "", r"(.*\n)*.*--workers needs --no-(.*\n)*"),
        (["run", "--uds", "s", "--fd", "3"], 2, "", r"(.*\n)*.*--uds and --fd(.*\n)*"),
        (
            ["run", "--uds", "s", "--port", "80"],
            2,
            "",
            r"(.*\n)*.*instead of --host and --port(.*\n)*",
        ),
        (
            ["run", "--fd", "3", "--host", "::1"],
            2,
            "",
            r"(.*\n)*.*instead of --host and --port(.*\n)*",
        ),
        (["run", "--ssl-keyfile", "none.py"], 2, "", r"(.*\n)*.*TLS needs --ssl-cert(.*\n)*"),
        (["run", "--ssl-certfile", "absent.pem"], 2, "", r"(.*\n)*.*'absent.pem'(.*\n)*"),
        (
            ["run", "main.py", "--port", "0", "--ssl-certfile", "none.py"],
            *(1, "", r"(.*\n)*ferroapi: Cannot use the certificate or its key: .+\n"),
        ),
        (
            ["run", "main.py", "--port", "0", "--log-config", "none.py"],
            *(1, "", r"(.*\n)*ferroapi: Cannot use the logging configuration none.py: .+\n"),
        ),
        (["run", "--env-file", "absent.env"], 2, "", r"(.*\n)*.*'absent.env'(.*\n)*"),
        (["run", "--log-level", "loud"], 2, "", r"(.*\n)*.*--log-level(.*\n)*"),
        (["dev", "--reload-dir", "absent"], 2, "", r"(.*\n)*.*'absent'(.*\n)*"),
        (["run", "failing.py", "--port", "0"], 3, "", r"(.*\n)*.*startup failed(.*\n)*"),
        (["run", "failing.py", "--port", "0", "--workers", "2"], 3, "", r"(.*\n)*"),
        (["run", "--http", "h11", "--head-size", "9"], 2, "", r"(.*\n)*.*h11 has no limits(.*\n)*"),
        (["run", "--http", "h11", "--access-log", "json"], 2, "", r"(.*\n)*.*h11 has no .*JSON\n"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_the_command_ends_with(
    arguments: list[str],
    status: int,
    stdout: str,
    stderr: str,
    project: Callable[[dict[str, str]], None],
    command: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    project(FILES)
    result = command(*arguments)
    assert re.fullmatch(stdout, result.stdout)
    assert re.fullmatch(stderr, result.stderr)
    assert result.returncode == status


def test_a_taken_port_is_said_in_a_line(
    project: Callable[[dict[str, str]], None],
    command: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    project({"main.py": "from ferroapi import FastAPI\napp = FastAPI()\n"})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for arguments in (["run", "--host", "127.0.0.1"], ["dev"]):
            result = command(*arguments, "--port", str(port))
            assert result.returncode == 1
            assert result.stderr == (
                f"ferroapi: Cannot listen on 127.0.0.1:{port}, Address already in use: choose "
                "another address with --host and --port, or stop what listens there\n"
            )


ENDING = FAILING.replace("    raise", "    yield\n    raise").replace("startup", "shutdown")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["run"], -signal.SIGTERM), (["run", "--workers", "2"], 0), (["dev"], 0)],
    ids=str,
)
def test_a_lifespan_that_fails_at_the_end_is_logged(
    arguments: list[str], status: int, tmp_path: Path
) -> None:
    """The exit status stays that of the signal."""
    tmp_path.joinpath("main.py").write_text(ENDING + 'app.get("/")(lambda: {})\n')
    with (
        tmp_path.joinpath("log").open("w+") as log,
        serving(*arguments, directory=tmp_path, stderr=log) as server,
    ):
        server.facts()
    assert server.process.returncode == status
    assert "RuntimeError: shutdown failed" in tmp_path.joinpath("log").read_text()


def test_a_worker_has_time_to_start(
    project: Callable[[dict[str, str]], None], tmp_path: Path
) -> None:
    """uvicorn kills one that does not answer, and gives it 5 seconds if nobody says more."""
    project(FILES)
    program = (
        "import ferroapi.cli as command, ferroapi.cli.serve as serve\n"
        "serve.serve_with_workers = lambda config: print(config.timeout_worker_healthcheck)\n"
        "command.main()"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, "run", "main", "--workers", "2", "--port", "0"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.stdout == "30\n", result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("arguments", [["routes"], ["openapi"], ["--help"]], ids=str)
def test_an_answer_that_cannot_be_written_is_a_line(
    arguments: list[str],
    unbuffered: str,
    project: Callable[[dict[str, str]], None],
    tmp_path: Path,
) -> None:
    project(FILES)
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "ferroapi", *arguments],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        )
    assert (result.returncode, result.stderr) == (
        1,
        "ferroapi: Cannot write the answer: No space left on device\n",
    )


@pytest.mark.parametrize("library", ["typer", "uvicorn"])
def test_without_the_extra_it_says_what_to_install(library: str) -> None:
    program = f"import sys; sys.modules[{library!r}] = None; import ferroapi.cli as c; c.main()"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 1
    assert result.stderr == (
        f"ferroapi: the command needs {library}, which is not installed: "
        "install it, or ferroapi with its extra `standard`\n"
    )


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
    # Of another size: Python takes what it compiled for a file of the same size and second.
    service.write_text(service.read_text().replace("version = 1", "version = 10"))


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


def test_dev_says_that_a_server_has_ended(service: Path, tmp_path: Path) -> None:
    text = service.read_text()
    with (
        tmp_path.joinpath("log").open("w+") as log,
        serving("dev", "service.py", "--as-fastapi", directory=tmp_path, stderr=log) as server,
    ):
        server.facts()
        service.write_text("raise SystemExit(7)\n")
        wait_for_line(log, "ended: SystemExit(7). It is started again when a file changes.")
        service.write_text(text.replace("version = 1", "version = 2"))
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
