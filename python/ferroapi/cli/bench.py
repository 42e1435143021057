"""`ferroapi bench`: how much processor time a request takes, under a load on this machine."""

import ipaddress
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from ferroapi.cli.failure import CommandError
from ferroapi.cli.load import Load, Request, put_under_load
from ferroapi.cli.output import show_table, working
from ferroapi.cli.target import AsFastAPI, Factory, Name

__all__ = ["bench"]

START = 30.0
"""Seconds that a service has to begin to listen."""


def bench(
    target: Annotated[
        str,
        typer.Argument(
            metavar="URL | PATH | MODULE | MODULE:APP",
            help="The URL of a service on this machine, or an application, which is served while "
            "it is measured.",
        ),
    ],
    path: Annotated[
        str,
        typer.Argument(help="Path and query to ask an application for, such as '/items/3?q=x'."),
    ] = "/",
    *,
    method: Annotated[str, typer.Option("--method", "-X", help="The method.")] = "GET",
    data: Annotated[
        str | None,
        typer.Option("--data", "-d", help="The body, sent as JSON.", show_default=False),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=0.1, max=60, help="How long requests are sent.")
    ] = 3.0,
    connections: Annotated[
        int, typer.Option(min=1, max=256, help="How many connections are open at a time.")
    ] = 16,
    pid: Annotated[
        int | None,
        typer.Option(
            help="The process behind the URL, whose processor time is measured.",
            show_default=False,
        ),
    ] = None,
    app: Name = None,
    factory: Factory = False,
    as_fastapi: AsFastAPI = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Send requests to a service on this machine, and print what one of them takes.

    Client and server share the machine: requests a second are those of both. The processor time of
    the server is its own, and is what to compare.
    """
    body = (data or "").encode()
    if "://" in target:
        if path != "/":
            raise typer.BadParameter(f"A URL has its path: leave out {path}")
        if app is not None or factory or as_fastapi:
            raise typer.BadParameter(
                "A URL has its application: leave out --app, --factory and --as-fastapi"
            )
        host, port, asked = _parts(target)
        _check_loopback(host)
        if pid is not None and Path("/proc/self").exists() and not Path(f"/proc/{pid}").exists():
            raise CommandError(f"There is no process {pid}: --pid is that of the server")
        request = Request(host, port, method.upper(), asked, body)
        figures = _measured(request, pid, seconds, connections)
    else:
        if not path.startswith("/"):
            raise typer.BadParameter(f"{path} is no path: it begins with a slash")
        if pid is not None:
            raise typer.BadParameter("--pid is for a URL: the process of an application is known")
        options = ["--app", app] if app is not None else []
        options += ["--factory"] if factory else []
        options += ["--as-fastapi"] if as_fastapi else []
        with _served(target, options) as (process, port):
            request = Request("127.0.0.1", port, method.upper(), path, body)
            figures = _measured(request, process, seconds, connections)
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        show_table(("Figure", "Value"), [(name, _text(value)) for name, value in figures.items()])


def _parts(target: str) -> tuple[str, int, str]:
    """Host, port, and path with query of a URL.

    Raises `CommandError`: it is none of plain HTTP.
    """
    wrong = CommandError(f"{target} is no URL of plain HTTP, such as http://127.0.0.1:8000/")
    try:
        url = urlsplit(target)
        host, port = url.hostname, url.port or 80
    except ValueError:
        raise wrong from None
    if url.scheme != "http" or not host:
        raise wrong
    path = url.path or "/"
    return host, port, f"{path}?{url.query}" if url.query else path


def _check_loopback(host: str) -> None:
    """Raises `CommandError` for a host that is not this machine: a load is an attack elsewhere."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except OSError as error:
        raise CommandError(f"Cannot find {host}: {error.strerror}") from None
    if not all(ipaddress.ip_address(address).is_loopback for address in found):
        raise CommandError(
            f"{host} is another machine: only a service on this one is put under load"
        )


@contextmanager
def _served(target: str, options: list[str]) -> Iterator[tuple[int, int]]:
    """Serves an application without an access log; gives its process and its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    arguments = ["run", target, "--host", "127.0.0.1", "--port", str(port)]
    arguments += ["--access-log", "off", "--log-level", "warning"]
    # -P: the current directory may have modules named like Python's own.
    command = [sys.executable, "-P", "-m", "ferroapi", *arguments, *options]
    environment = {name: value for name, value in os.environ.items() if name != "WEB_CONCURRENCY"}
    with subprocess.Popen(command, env=environment) as process:
        try:
            _wait_until_open(process, port)
            yield process.pid, port
        finally:
            process.terminate()


def _wait_until_open(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise CommandError("The service did not start: `ferroapi run` says why")


def _measured(
    request: Request, pid: int | None, seconds: float, connections: int
) -> dict[str, Any]:
    try:
        # What is made by the first requests, plans above all, is not what a request takes.
        with working(f"Sending requests for {seconds:g} s"):
            put_under_load(request, seconds=min(0.5, seconds), connections=connections)
            before = _processor_seconds(pid)
            load = put_under_load(request, seconds=seconds, connections=connections)
            after = _processor_seconds(pid)
    except OSError as error:
        raise CommandError(
            f"{request.host}:{request.port} does not answer as it should: {error}"
        ) from None
    processor = None if before is None or after is None else after - before
    return _figures(load, processor)


def _figures(load: Load, processor: float | None) -> dict[str, Any]:
    """The figures by their names."""
    return {
        "requests": load.answered,
        "requests a second": round(load.answered / load.seconds),
        "processor time a request (us)": processor and round(processor / load.answered * 1e6, 1),
        "half answered within (ms)": round(load.latency(0.5) * 1000, 2),
        "99 % answered within (ms)": round(load.latency(0.99) * 1000, 2),
        "statuses": {str(status): number for status, number in sorted(load.statuses.items())},
    }


def _processor_seconds(pid: int | None) -> float | None:
    """User and system time of a process; `None` where the system does not tell in this way."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.is_file():
        return None
    times = stat.read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


def _text(value: Any) -> str:
    if value is None:
        return "not known: give --pid, on Linux"
    if isinstance(value, dict):
        return ", ".join(f"{number:,} x {status}" for status, number in value.items())
    return f"{value:,}"
