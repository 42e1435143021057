"""The client of the benchmarks over a socket."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from harness.case import Request
from harness.load import BrokenAnswerError, load, wire

REQUEST = Request("/", method="POST", body=b"some")
RIGHT = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
LENGTH, TAIL = len(RIGHT), b"\r\n\r\nok"


@contextmanager
def answering(*answers: bytes) -> Iterator[int]:
    """The port of a server that gives these answers on each connection, and then closes it."""

    def serve(connection: socket.socket) -> None:
        with connection:
            for answer in answers:
                received = b""
                while received != wire(REQUEST):
                    data = connection.recv(len(wire(REQUEST)) - len(received))
                    if not data:
                        return
                    received += data
                for at in range(0, len(answer), 30):
                    connection.sendall(answer[at : at + 30])

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=serve, args=(connection,)))
            threads[-1].start()

    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        accepting = threading.Thread(target=accept)
        accepting.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    for thread in (accepting, *threads):
        thread.join()


@pytest.mark.parametrize(("requests", "connections"), [(1, 16), (7, 3), (40, 4)])
def test_every_request_is_answered(requests: int, connections: int) -> None:
    with answering(*[RIGHT] * requests) as port:
        done = load(port, REQUEST, requests, LENGTH, TAIL, connections)
    assert done.requests == requests
    assert done.seconds > 0


@pytest.mark.parametrize("answer", [RIGHT, RIGHT[:-2] + b"-ok", RIGHT[:-4] + b"ok"])
def test_a_stream_may_be_a_little_longer_or_shorter(answer: bytes) -> None:
    with answering(answer) as port:
        assert load(port, REQUEST, 1, LENGTH, b"ok", slack=4).requests == 1


@pytest.mark.parametrize("answer", [RIGHT[:-10] + b"ok", RIGHT[:-2] + b"-----ok", RIGHT + b"----"])
def test_a_stream_that_is_another_ends_the_load(answer: bytes) -> None:
    with answering(answer) as port, pytest.raises(BrokenAnswerError):
        load(port, REQUEST, 1, LENGTH, b"ok", connections=1, slack=4)


@pytest.mark.parametrize(
    "answers",
    [(), (RIGHT,), (RIGHT, RIGHT[:-1]), (RIGHT, RIGHT[:-2] + b"no"), (RIGHT, RIGHT + b"!")],
    ids=["none", "closed after one", "too short", "another", "too long"],
)
def test_any_other_answer_ends_the_load(answers: tuple[bytes, ...]) -> None:
    with answering(*answers) as port, pytest.raises(BrokenAnswerError):
        load(port, REQUEST, 3, LENGTH, TAIL, connections=1)
