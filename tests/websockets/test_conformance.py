"""RFC 6455 over real servers: frames whole and broken, and what comes back."""

from contextlib import suppress

import pytest
from tests.websockets.cases import BYE, CASES, CLOSED, CONT, FAULTS, PING, TEXT, Case, fragments
from tests.websockets.client import Client, Event
from websockets.frames import Frame

ENDS = ("close", "end")


@pytest.mark.parametrize("name", CASES)
def test_case(name: str, server: str, port: int) -> None:
    case = CASES[name]
    with Client(port, f"{case.path}/case") as client:
        answer = answers(client, case)
        assert answer[:-1] == list(case.answer[:-1])
        last = case.answer[-1] if case.answer else CLOSED
        if not case.answer or last[0] not in ENDS:
            # The connection works on, and nothing else was said.
            assert answer[-1:] == list(case.answer[-1:])
            client.send(BYE)
            assert client.next() == CLOSED
        else:
            assert answer[-1] in [last, *faults(server, name, last)]
        assert client.next() == ("end", None)


def answers(client: Client, case: Case) -> list[Event]:
    """What comes back for what is sent."""
    if case.before:
        client.send(*case.before)
        assert client.next()[0] not in ENDS
    client.send(*case.sent, octets=case.octets)
    return [client.next() for _ in case.answer]


def faults(server: str, name: str, last: Event) -> list[Event]:
    """What that server is known to say instead."""
    return [
        fault.instead
        for fault in FAULTS
        if (fault.server, fault.expected) == (server, last) and fault.of in ("", name)
    ]


def test_a_ping_is_answered_while_the_endpoint_works(server: str, port: int) -> None:
    with Client(port, "/slow/ping") as client:
        client.send(Frame(TEXT, b"a"), Frame(PING, b"p"))
        answer = [client.next(), client.next()]
    # Granian reads frames only while the application receives.
    assert answer == sorted(answer, reverse=server == "granian")
    assert sorted(answer) == [("pong", b"p"), ("text", "a")]


MIB = 1024 * 1024

# name: the frames of a message of 17 MiB
TOO_LARGE: dict[str, tuple[Frame, ...]] = {
    "one_frame": (Frame(TEXT, b"a" * 17 * MIB),),
    "fragments": fragments(b"a" * 17 * MIB, MIB),
}


@pytest.mark.parametrize("frames", TOO_LARGE.values(), ids=TOO_LARGE)
def test_a_message_has_a_largest_size(server: str, port: int, frames: tuple[Frame, ...]) -> None:
    """16 MiB, which uvicorn's `ws_max_size` sets; Granian bounds frames and says no code."""
    if server == "granian" and len(frames) > 1:
        pytest.skip("Granian has a larger size for a message of fragments")
    with Client(port, "/text/large") as client:
        with suppress(ConnectionError):
            client.send(*frames)
        assert client.next() == ("close", 1005 if server == "granian" else 1009)


def test_100_000_empty_fragments_are_one_message(port: int) -> None:
    with Client(port, "/text/fragments") as client:
        empty = [Frame(CONT, b"", fin=False)] * 100_000
        client.send(Frame(TEXT, b"", fin=False), *empty, Frame(CONT, b"a"))
        assert client.next() == ("text", "a")


def test_a_client_that_never_reads_is_not_read(port: int) -> None:
    """What it sends comes back until the network is full in both directions, and no further."""
    client = Client(port, "/text/flood", seconds=1)
    frames = [Frame(TEXT, b"a" * MIB)] * 64
    with pytest.raises(TimeoutError):
        client.send(*frames)
    client.abort()
