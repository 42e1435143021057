"""The verification finds what it looks for, and docs/reliability.md shows its results."""

import asyncio
import json
import subprocess
import sys
from contextlib import suppress
from random import Random
from time import monotonic
from typing import Any

import pytest
from harness.contenders import BENCHES
from verification import PARTS, hostile
from verification.bounded import growth, requests
from verification.hostile import trial
from verification.malformed.applications import to_shop
from verification.malformed.mutations import cut_everywhere, mutated, with_each_token
from verification.malformed.wire import reading, wire
from verification.memory import calls
from verification.record import PAGE, latest, part_document, table, with_table, write
from verification.row import Row
from verification.toxic.proxy import Toxic, proxy

from ferroapi import _core

ROW = Row("F5", "answers 5xx", 0, 0, 1000, 1000, "requests")
SIZE = Row("F23", "growth", 1.25, 2, 10, 10, "requests", "MiB")


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        (ROW, True),
        (Row("F5", "answers 5xx", 1, 0, 1000, 1000, "requests"), False),
        (Row("F5", "too few", 0, 0, 999, 1000, "requests"), False),
        (Row("F5", "told", 7, None, 1000, 1000, "requests"), True),
        (SIZE, True),
        (Row("F23", "growth", 2.01, 2, 10, 10, "requests", "MiB"), False),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_row_holds_within_its_bound_and_tried_often_enough(row: Row, holds: bool) -> None:
    assert row.holds is holds
    assert table([row]).startswith(" " if holds else "*")


def test_a_row_says_what_was_asked_and_measured() -> None:
    assert (ROW.asked, ROW.measured) == ("none in 1,000 requests", "0 in 1,000")
    assert (SIZE.asked, SIZE.measured) == ("at most 2 MiB in 10 requests", "1.25 MiB in 10")


def test_the_page_shows_the_last_results() -> None:
    page = PAGE.read_text()
    assert with_table(page, json.loads(latest().read_text())) == page


def test_the_page_names_every_part() -> None:
    assert all(f"| `{name}` |" in PAGE.read_text() for name in PARTS)


def test_a_whole_run_takes_at_most_90_minutes() -> None:
    assert sum(part.seconds[0] for part in PARTS.values()) <= 90 * 60


def test_results_of_other_parts_stay_in_the_file(tmp_path: Any) -> None:
    path = tmp_path / "results.json"
    for name, seed in (("a", 1), ("b", 2), ("a", 3)):
        write(path, {"date": "now"}, {name: part_document("", seed, 1, [ROW], quick=True)})
    parts = json.loads(path.read_text())["parts"]
    assert {name: part["seed"] for name, part in parts.items()} == {"a": 3, "b": 2}
    assert parts["a"]["rows"][0]["holds"]


def test_the_same_seed_is_the_same_input() -> None:
    def data(seed: int) -> list[tuple[bytes, bytes]]:
        random = Random(seed)
        return [wire(random, mutated(random, sent)) for sent in to_shop()]

    assert data(1) == data(1)
    assert data(1) != data(2)


def test_a_mutation_leaves_the_request_as_it_was() -> None:
    before = json.dumps(to_shop())
    good = to_shop()
    for seed in range(200):
        for sent in good:
            mutated(Random(seed), sent)
    assert json.dumps(good) == before


def test_curated_requests_are_cut_everywhere_and_have_every_token() -> None:
    sent = {**to_shop()[0], "body": ['{"a":1}']}
    cut = ["".join(each["body"]) for each in cut_everywhere(sent)]  # type: ignore[arg-type]  # a copy
    assert cut == ['{"a":1}'[:length] for length in range(7)]
    bodies = ["".join(each["body"]) for each in with_each_token(sent)]  # type: ignore[arg-type]  # bodies are lists here
    assert '{"a":NaN}' in bodies
    assert '{"\\ud800":1}' in bodies
    assert '{"a":"\\ud800"}' in bodies


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "complete"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n", "incomplete"),
        (b"GET / HTTP/1.1\r\n\r\n", "wrong"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx", "incomplete"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", "complete"),
        (b"GET\x00/", "incomplete"),
    ],
)
def test_a_reading_says_whether_an_answer_is_owed(data: bytes, read: str) -> None:
    assert reading(data) == read


def test_every_exported_name_is_called() -> None:
    called = {name.partition(",")[0] for name in calls.CALLS}
    exported = {name for name in vars(_core) if not name.startswith("_")}
    # Answers of others, and what needs a connection: the mix of requests goes through these.
    exported -= {"MethodNotAllowed", "Redirect", "AccessLog", "HTTPConnection", "PanicException"}
    exported -= {"ServerSettings", "DirectTable", "DirectRequest"}
    methods = {"match", "match_websocket", "respond", "extract"}
    assert called == exported | methods


@pytest.mark.parametrize("name", requests.HOSTILE)
def test_hostile_requests_are_within_what_a_server_takes(name: str) -> None:
    for size in (100_000, 1_000_000):
        head, _, body = requests.HOSTILE[name](size).partition(b"\r\n\r\n")
        assert len(head) <= 65_536
        assert len(body) <= 1_100_000


@pytest.mark.parametrize("power", [0.5, 1, 2])
def test_an_exponent_is_that_of_the_times(power: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "seconds", lambda function: function())
    assert growth.exponent(lambda size: lambda: 3e-9 * size**power) == pytest.approx(power)


def test_what_ends_a_process_is_counted_and_the_rest_is_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = hostile.PROGRAM.replace(
        "main()",
        "from verification.hostile import trial\n"
        "import os\n"
        "class PanicException(BaseException): pass\n"
        "def panic(value, trap): raise PanicException\n"
        "trial.PLACES = {'ends': lambda value, trap: os.abort(), 'panics': panic,"
        " 'raises': lambda value, trap: 1 / 0}\n"
        "main()",
    )
    assert trial.FAULTS == ("PanicException", "SystemError")
    monkeypatch.setattr(hostile, "PROGRAM", program)
    monkeypatch.setattr(hostile, "PLACES", ("ends", "panics", "raises"))
    monkeypatch.setattr(hostile, "OBJECTS", ("nothing", "NUL"))
    assert hostile.try_all(monotonic() + 60) == (6, 4)


@pytest.mark.parametrize(
    ("toxic", "sent", "received"),
    [
        (Toxic(), 100_000, 100_000),
        (Toxic(slice=1), 100, 100),
        (Toxic(latency=0.001, slice=10), 100, 100),
        (Toxic(rate=1_000_000, slice=1000), 10_000, 10_000),
        (Toxic(resets_after=10), 100, 0),
        (Toxic(resets_answer_after=10), 100, 10),
    ],
    ids=repr,
)
def test_a_toxic_hands_on_what_it_says(toxic: Toxic, sent: int, received: int) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            writer.write(await reader.readexactly(sent))
        writer.close()

    async def run() -> int:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        async with server, proxy(server.sockets[0].getsockname()[1], toxic) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"x" * sent)
            data = b""
            with suppress(ConnectionError):
                while piece := await reader.read(65536):
                    data += piece
            writer.close()
            return len(data)

    async def bounded() -> int:
        return await asyncio.wait_for(run(), 30)

    assert asyncio.run(bounded()) <= received
    if not toxic.is_fatal:
        assert asyncio.run(bounded()) == received


def test_the_command_runs_a_part_and_writes_what_it_found(tmp_path: Any) -> None:
    command = [sys.executable, str(BENCHES / "verify.py"), "--quick", "--part", "toxic"]
    command += ["--number", "1", "--results", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything holds.\n" in done.stdout
    (results,) = tmp_path.iterdir()
    assert json.loads(results.read_text())["parts"]["toxic"]["rows"][0]["holds"]


def test_an_unknown_part_is_refused_with_their_names() -> None:
    command = [sys.executable, str(BENCHES / "verify.py"), "--part", "absent"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "malformed" in done.stderr
