"""RFC 6455 over real servers: frames whole and broken, and what comes back."""

import pytest
from tests.websockets.cases import BYE, CASES, CLOSED, FAULTS, PING, TEXT, Case
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
