"""What `ferroapi bench` measures, and whom it asks."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.serving import serving

Project = Callable[[dict[str, str]], None]
Command = Callable[..., "subprocess.CompletedProcess[str]"]

MAIN = """
from ferroapi import FastAPI
app = FastAPI()

@app.get("/")
async def read(q: str = "none"): return {"q": q}

@app.post("/sum")
async def add(numbers: list[int]): return sum(numbers)

other = FastAPI()
def make(): return FastAPI()
"""
SHORT = ("--seconds", "0.2", "--connections", "3", "--json")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["main.py"], "200"),
        (["main:app", "/?q=x"], "200"),
        (["main", "/absent"], "404"),
        (["main", "--app", "other"], "404"),
        (["main:make", "--factory"], "404"),
        (["main", "/sum", "-X", "HEAD"], "405"),
        (["main", "/sum", "-X", "post", "--data", "[1, 2]"], "200"),
        (["main", "/sum", "-X", "POST", "-d", '["x"]'], "422"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_application_is_served_and_asked(
    arguments: list[str], status: str, project: Project, command: Command
) -> None:
    project({"main.py": MAIN})
    result = command("bench", *arguments, *SHORT)
    assert result.returncode == 0, result.stderr
    figures = json.loads(result.stdout)
    assert figures["statuses"] == {status: figures["requests"]}
    assert figures["requests"] > 0
    assert 0 <= figures["half answered within (ms)"] <= figures["99 % answered within (ms)"]
    if sys.platform == "linux":
        assert figures["processor time a request (us)"] >= 0


def test_modules_here_are_not_taken_for_pythons(project: Project, tmp_path: Path) -> None:
    project({"main.py": MAIN, "types.py": MAIN, "token.py": "1 / 0\n"})
    result = subprocess.run(
        [sys.executable, "-P", "-m", "ferroapi", "bench", "main.py", *SHORT],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["statuses"].keys() == {"200"}


def test_a_service_that_runs_is_asked(project: Project, command: Command, tmp_path: Path) -> None:
    project({"main.py": MAIN})
    with serving("run", "--access-log", "off", directory=tmp_path) as server:
        server.facts()
        known = command("bench", f"{server.url}/?q=x", *SHORT, "--pid", str(server.process.pid))
        unknown = command("bench", server.url, "--seconds", "0.1")
    assert json.loads(known.stdout)["statuses"].keys() == {"200"}
    assert "not known: give --pid" in unknown.stdout


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://192.0.2.1/", "192.0.2.1 is another machine: only a service on this one is put"),
        ("https://127.0.0.1/", "https://127.0.0.1/ is no URL of plain HTTP, such as"),
        ("http://127.0.0.1:99999/", "http://127.0.0.1:99999/ is no URL of plain HTTP, such as"),
        ("http://[::1/", "http://[::1/ is no URL of plain HTTP, such as"),
        ("http://127.0.0.1:{free}/", "127.0.0.1:{free} does not answer as it should: "),
        pytest.param(
            *(
                "http://127.0.0.1:{free}/ --pid 4194305",
                "There is no process 4194305: --pid is that",
            ),
            marks=pytest.mark.skipif(sys.platform != "linux", reason="no other system tells"),
        ),
        ("absent.py", "The service did not start: `ferroapi run` says why"),
    ],
)
def test_who_cannot_be_asked_is_said(url: str, message: str, command: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        free = listening.getsockname()[1]
    result = command("bench", *url.format(free=free).split(), *SHORT)
    assert (result.returncode, result.stdout) == (1, "")
    assert f"ferroapi: {message.format(free=free)}" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["main.py", "sum"], "sum is no path: it begins with a slash"),
        (["http://127.0.0.1:1/", "/sum"], "A URL has its path: leave out /sum"),
        (["http://127.0.0.1:1/", "--app", "other"], "A URL has its application: leave out --app"),
        (["main.py", "--pid", "1"], "--pid is for a URL: the process of an application is known"),
    ],
    ids=" ".join,
)
def test_arguments_that_do_not_fit_together(
    arguments: list[str], message: str, command: Command
) -> None:
    result = command("bench", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr


def test_a_server_that_closes_is_no_answer(command: Command) -> None:
    program = "import socket as s\nl=s.create_server(('127.0.0.1', 0))\n"
    program += "print(l.getsockname()[1], flush=True)\nwhile True: l.accept()[0].close()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as closing:
        try:
            assert closing.stdout is not None
            port = closing.stdout.readline().strip()
            result = command("bench", f"http://127.0.0.1:{port}/", *SHORT)
        finally:
            closing.kill()
    assert result.returncode == 1
    assert "does not answer as it should" in result.stderr
