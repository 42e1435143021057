"""Options of `run` and `dev` about where they listen, and about what is around the application."""

import json
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.cli.serving import SERVICE, serving
from tests.processes import process_group

Project = Callable[[dict[str, str]], None]


@contextmanager
def listening(
    *arguments: str, directory: Path, fd: int | None = None, stop: int = signal.SIGTERM
) -> Iterator["subprocess.Popen[bytes]"]:
    """Runs a command that does not listen on a port, and ends it by a signal."""
    with process_group(
        [sys.executable, "-m", "ferroapi", *arguments],
        cwd=directory,
        pass_fds=() if fd is None else (fd,),
    ) as process:
        yield process
        process.send_signal(stop)
        assert process.wait(15) in (0, -signal.SIGTERM)


def status_line(path: str) -> bytes:
    """The first line of an answer on a Unix socket, as soon as there is one."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(path)
                client.sendall(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
                return client.recv(65536).partition(b"\r\n")[0]
        except OSError:
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)


@pytest.mark.skipif(sys.platform == "win32", reason="it has no Unix sockets")
@pytest.mark.parametrize(
    ("arguments", "stop", "status"),
    [
        (["run"], signal.SIGTERM, -signal.SIGTERM),
        (["run"], signal.SIGINT, 0),
        (["run", "--workers", "2"], signal.SIGTERM, 0),
        (["dev"], signal.SIGTERM, 0),
        (["dev"], signal.SIGINT, 0),
    ],
    ids=str,
)
def test_a_unix_socket_is_there_while_it_is_served(
    arguments: list[str],
    stop: int,
    status: int,
    project: Project,
    command: Callable[..., "subprocess.CompletedProcess[str]"],
    tmp_path: Path,
) -> None:
    """One that a server has left behind is replaced, one of a living server is not."""
    project({"main.py": SERVICE.format(name="ferroapi")})
    with socket.socket(socket.AF_UNIX) as left:
        left.bind("here.sock")  # in the current directory: the path of a socket has to be short
    with listening(*arguments, "--uds", "here.sock", directory=tmp_path, stop=stop) as process:
        assert status_line("here.sock") == b"HTTP/1.1 200 OK"
        second = command(*arguments, "--uds", "here.sock")
        assert (second.returncode, second.stderr) == (
            1,
            "ferroapi: Cannot listen on unix:here.sock, Address already in use: choose another "
            "path with --uds\n",
        )
        assert status_line("here.sock") == b"HTTP/1.1 200 OK"
    assert process.returncode == status
    assert not Path("here.sock").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="it has no Unix sockets")
def test_a_file_descriptor(project: Project, tmp_path: Path) -> None:
    project({"main.py": SERVICE.format(name="ferroapi")})
    with socket.socket(socket.AF_UNIX) as given:
        given.bind(str(tmp_path / "given.sock"))
        given.listen()
        number = given.fileno()
        with listening("run", "--fd", str(number), directory=tmp_path, fd=number):
            assert status_line(str(tmp_path / "given.sock")) == b"HTTP/1.1 200 OK"


def test_tls(project: Project, tmp_path: Path) -> None:
    project({"main.py": SERVICE.format(name="ferroapi")})
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    make += ["-keyout", "key.pem", "-out", "certificate.pem"]
    try:
        subprocess.run(make, cwd=tmp_path, check=True, capture_output=True, timeout=30)
    except FileNotFoundError:
        pytest.skip("there is no openssl to make a certificate")
    trusting = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
    trusting.check_hostname = False
    files = ("--ssl-certfile", "certificate.pem", "--ssl-keyfile", "key.pem")
    with serving("run", *files, directory=tmp_path, context=trusting) as server:
        assert server.url.startswith("https:")
        assert server.facts()["version"] == 1


FACTORY = """
import logging, os
from ferroapi import FastAPI

def create_app():
    app = FastAPI()
    app.get("/")(lambda: {"setting": os.environ.get("SETTING"), "kept": os.environ["KEPT"],
                          "level": logging.getLogger("uvicorn.error").getEffectiveLevel()})
    return app
"""


@pytest.mark.parametrize(
    "arguments", [["run"], ["run", "--workers", "2"], ["dev"], ["run", "--as-fastapi"]], ids=str
)
def test_a_factory_with_an_environment_file(
    arguments: list[str], project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = FACTORY.replace("ferroapi", "fastapi") if "--as-fastapi" in arguments else FACTORY
    project({"main.py": source, "own.env": "SETTING=from the file\nKEPT=from the file\n"})
    monkeypatch.setenv("KEPT", "as it was")
    options = ("--factory", "--env-file", "own.env", "--log-level", "warning")
    with serving(*arguments, *options, directory=tmp_path) as server:
        facts = server.facts()
    assert facts == {"setting": "from the file", "kept": "as it was", "level": 30}


def test_a_logging_configuration(project: Project, tmp_path: Path) -> None:
    handler = {"class": "logging.FileHandler", "filename": "own.log", "formatter": "own"}
    configuration = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"own": {"format": "own %(name)s"}},
        "handlers": {"own": handler},
        "loggers": {"uvicorn": {"handlers": ["own"], "level": "INFO"}},
    }
    project({"main.py": SERVICE.format(name="ferroapi"), "logging.json": json.dumps(configuration)})
    with serving("run", "--log-config", "logging.json", directory=tmp_path) as server:
        server.facts()
    assert "own uvicorn.error\n" in (tmp_path / "own.log").read_text()


@pytest.mark.parametrize("proxied", [False, True], ids=["alone", "behind a proxy"])
def test_it_says_where_it_serves(
    proxied: bool,
    project: Project,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if proxied:
        monkeypatch.setenv("FASTAPI_PUBLIC_URL", "https://example.com/api/")
    project({"main.py": SERVICE.format(name="ferroapi")})
    with serving("dev", "main", directory=tmp_path) as server:
        server.facts()
    url = "https://example.com/api" if proxied else server.url
    said = capfd.readouterr().err
    assert f"Serving main:app at {url}, documentation at {url}/docs\n" in said


def test_the_documentation_is_behind_the_proxy(
    project: Project, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The page asks for the document below the prefix, which only a proxy takes off."""
    project({"main.py": SERVICE.format(name="ferroapi")})
    with serving("run", "main", "--root-path", "shop", directory=tmp_path) as server:
        server.facts()
    said = capfd.readouterr().err
    assert f"at {server.url}, documentation at /shop/docs of the proxy\n" in said
