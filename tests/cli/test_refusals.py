"""What `run` and `dev` refuse in one line: variables, values that are out of range, and files."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.serving import SERVICE, serving

Command = Callable[..., subprocess.CompletedProcess[str]]

FILES = {
    "main.py": SERVICE.format(name="ferroapi"),
    "workers.env": "WEB_CONCURRENCY=x\n",
    "port.env": "PORT=x\n",
    "null.env": 'A="\0"\n',
}
NUMBER = r"Invalid value for '--{}' \(env var: '{}'\): .*integer.*"
RANGE = r"Invalid value for '--{}'.*: .*less than or equal to \d+"
TLS = ("--ssl-certfile", "certificate.pem", "--ssl-keyfile")
UNUSABLE = "ferroapi: Cannot use the certificate or its key: "

# name: (the environment, arguments, the exit status, how the last line begins)
REFUSED: dict[str, tuple[dict[str, str], list[str], int, str]] = {
    "processes that are no number": (
        *({"WEB_CONCURRENCY": "x"}, [], 2),
        NUMBER.format("workers", "WEB_CONCURRENCY"),
    ),
    "no process": (
        *({"WEB_CONCURRENCY": "0"}, [], 2),
        "Invalid value for '--workers' .*'WEB_CONCURRENCY'.* greater than or equal to 1",
    ),
    "less than no process": (
        *({"WEB_CONCURRENCY": "-2"}, ["--reload"], 2),
        "Invalid value for '--workers' .*'WEB_CONCURRENCY'.* greater than or equal to 1",
    ),
    "too many processes": ({"WEB_CONCURRENCY": "9" * 9}, [], 2, RANGE.format("workers")),
    "processes of a file": (
        *({}, ["--env-file", "workers.env"], 2),
        NUMBER.format("workers", "WEB_CONCURRENCY"),
    ),
    "a port of a file": ({}, ["--env-file", "port.env"], 2, NUMBER.format("port", "PORT")),
    "a file of bytes": (
        *({}, ["--env-file", "bytes.env"], 2),
        "Invalid value for '--env-file': bytes.env has no variables that can be read: .*utf-8",
    ),
    "a variable that cannot be": (
        *({}, ["--env-file", "null.env"], 2),
        "Invalid value for '--env-file': null.env has no variables that can be read: .*null byte",
    ),
    "a descriptor": ({}, ["--fd", "9" * 15], 2, RANGE.format("fd")),
    "keep-alive": ({}, ["--keep-alive", "9" * 400], 2, RANGE.format("keep-alive")),
    "time to end": (
        *({}, ["--timeout-graceful-shutdown", "9" * 400], 2),
        RANGE.format("timeout-graceful-shutdown"),
    ),
    "time of a head": (
        *({}, ["--head-timeout", "inf"], 2),
        "Invalid value: head_seconds is inf: it has to be more than 0 and at most 2147483647",
    ),
    "a URL for a root path": (
        *({}, ["--root-path", "https://example.com/shop"], 2),
        "Invalid value for '--root-path': https://.*/shop is no path: give it alone, such as /shop",
    ),
    "a root path with a query": (
        *({}, ["--root-path", "/shop?a"], 2),
        "Invalid value for '--root-path': /shop.a is no path: give it alone, such as /shop",
    ),
    "a long password": (
        *({"SSL_KEYFILE_PASSWORD": "x" * 2000}, [*TLS, "encrypted.pem"], 1),
        f"{UNUSABLE}password cannot be longer than",
    ),
    "a wrong password": (
        *({"SSL_KEYFILE_PASSWORD": "x"}, [*TLS, "encrypted.pem"], 1),
        f"{UNUSABLE}.+",
    ),
    "no password": (
        *({}, [*TLS, "encrypted.pem"], 1),
        "ferroapi: The private key is encrypted: give its password with --ssl-keyfile-password, or "
        "in SSL_KEYFILE_PASSWORD",
    ),
    **{
        f"another key, {' '.join(how)}": ({}, [*TLS, "other.pem", *how], 1, f"{UNUSABLE}.+mismatch")
        for how in ([], ["--workers", "2"], ["--reload"])
    },
    "authorities that are none": (
        *({}, [*TLS, "key.pem", "--ssl-ca-certs", "main.py"], 1),
        f"{UNUSABLE}.+",
    ),
}


def make_keys(folder: Path) -> None:
    """A certificate, its key, the same key encrypted, and one that is another's."""
    request = "req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost"
    for command in (
        f"{request} -keyout key.pem -out certificate.pem",
        f"{request} -keyout other.pem -out other-certificate.pem",
        "rsa -aes128 -passout pass:right -in key.pem -out encrypted.pem",
    ):
        try:
            subprocess.run(
                ["openssl", *command.split()],
                cwd=folder,
                check=True,
                capture_output=True,
                timeout=30,
            )
        except FileNotFoundError:
            pytest.skip("there is no openssl to make a certificate")


@pytest.mark.parametrize(
    ("environment", "arguments", "status", "line"), REFUSED.values(), ids=REFUSED
)
def test_a_line_says_what_is_refused(
    environment: dict[str, str],
    arguments: list[str],
    status: int,
    line: str,
    project: Callable[[dict[str, str]], None],
    command: Command,
    tmp_path: Path,
) -> None:
    project(FILES)
    tmp_path.joinpath("bytes.env").write_bytes(b"\xff")
    if "--ssl-certfile" in arguments:
        make_keys(tmp_path)
    port = [] if "PORT" in line else ["--port", "0"]
    result = command("run", "main.py", *port, *arguments, **environment)
    *before, last = result.stderr.splitlines()
    assert re.match(line.replace("Invalid", "Error: Invalid"), last), result.stderr
    assert result.returncode == status
    assert not [told for told in before if told and not re.match("Usage: |Try ", told)]


@pytest.mark.parametrize(
    ("arguments", "workers"),
    [
        (["run"], ""),
        (["run"], "2"),
        (["run", "--workers", "1"], "x"),
        (["dev"], "2"),
        (["run", "--env-file", "workers.env"], "1"),
    ],
    ids=str,
)
def test_the_environment_may_say_how_many_serve(
    arguments: list[str],
    workers: str,
    project: Callable[[dict[str, str]], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project(FILES)
    monkeypatch.setenv("WEB_CONCURRENCY", workers)
    with serving(*arguments, directory=tmp_path) as server:
        own_process = server.facts()["pid"] == server.process.pid
    assert own_process is (workers != "2")
