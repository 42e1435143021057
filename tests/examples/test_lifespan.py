"""`examples/lifespan.py` behind a real server, and with a database of a test's."""

import json
import re
import signal
import sqlite3
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from ferroapi.testclient import TestClient

EXAMPLE = Path(__file__).parents[2] / "examples" / "lifespan.py"
UVICORN = ["-m", "uvicorn", "lifespan:app", "--port", "0"]
SERVERS = {
    "ferroapi": [*UVICORN, "--http", "ferroapi.server:HTTPProtocol"],
    "httptools": [*UVICORN, "--http", "httptools"],
}


@pytest.mark.parametrize("arguments", SERVERS.values(), ids=SERVERS)
def test_the_database_is_open_while_the_server_runs(
    arguments: list[str], start_server: Callable[..., Any]
) -> None:
    server = start_server(arguments)
    port = int(server.wait_for(r"running on http://127\.0\.0\.1:(\d+)")[1])
    assert server.output.read_text().count("database open") == 2
    for text in ("one", "two"):
        url = f"http://127.0.0.1:{port}/notes?text={text}"
        with urllib.request.urlopen(urllib.request.Request(url, method="POST")) as response:
            notes = json.load(response)
    assert notes == ["one", "two"]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/admin/tables") as response:
        assert json.load(response) == ["notes"]
    server.process.send_signal(signal.SIGTERM)
    server.wait_for(r"database closed\n(?s:.)*database closed")
    assert not re.search("ERROR|Traceback", server.output.read_text())


def test_a_test_has_a_database_of_its_own() -> None:
    names = run_path(str(EXAMPLE))
    closed: list[bool] = []

    def fake() -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(":memory:", check_same_thread=False)
        database.execute("create table notes (text)")
        yield database
        database.close()
        closed.append(True)

    app = names["app"]
    app.dependency_overrides[names["open_database"]] = fake
    with TestClient(app) as client:
        assert client.post("/notes", params={"text": "one"}).json() == ["one"]
        assert client.get("/admin/tables").json() == ["notes"]
    assert closed == [True, True]
