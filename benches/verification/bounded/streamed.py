"""What a server grows by while a file comes that is larger than memory may be."""

from __future__ import annotations

import socket
from collections.abc import Callable
from http.client import HTTPResponse
from time import sleep

from harness.case import LOOPBACK
from harness.findings import OURS, UVICORN, Subject
from harness.serving import SETTLED, Served
from verification.bounded.requests import FILE
from verification.bounded.uploads import PATIENCE, TARGET, forget_peak, peak
from verification.part import Effort
from verification.row import Row
from verification.serving import left, serving

FULL, QUICK = 2**30, 2**26
"""Bytes of a file."""

MOST = 4.0
"""MiB that a server may grow by."""

WAITING = 2**24
"""Bytes of a file that may be on their way when nobody reads: those of a server and of kernels."""

BLOCK = b"x" * 2**20
END = b"\r\n--b--\r\n"


class Upload:
    """A form with one file that is sent on a connection of its own."""

    def __init__(self, served: Served, path: str, size: int) -> None:
        self._socket = socket.create_connection((LOOPBACK, served.port), timeout=PATIENCE)
        begin = FILE + b"\r\n"
        length = len(begin) + size + len(END)
        head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n"
        content_type = "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        self._socket.sendall(f"{head}{content_type}".encode() + begin)
        self._size = size
        self.sent = 0

    def send(self) -> None:
        """Sends the file, as far as somebody reads it."""
        while self.sent < self._size:
            self.sent += self._socket.send(BLOCK[: self._size - self.sent])

    def send_until_nobody_reads(self) -> None:
        """Sends what is taken without waiting for anybody to read."""
        self._socket.settimeout(SETTLED)
        try:
            self.send()
        except TimeoutError:
            self._socket.settimeout(PATIENCE)

    def answer(self) -> tuple[int, bytes]:
        """Sends the end; the status and the body of the answer."""
        self._socket.sendall(END)
        with self._socket:
            response = HTTPResponse(self._socket, method="POST")
            response.begin()
            return response.status, response.read()


def grown(served: Served, act: Callable[[], None]) -> float:
    """MiB that a server has had more than before, while somebody does something."""
    forget_peak(served)
    before = served.resident()
    act()
    return round(max(peak(served) - before, 0) / 2**20, 1)


def rows(subject: Subject, size: int) -> list[Row]:
    """What was found of one server."""
    wrong = 0

    def upload(path: str, wanted: tuple[int, bytes]) -> None:
        nonlocal wrong
        sending = Upload(served, path, size)
        sending.send()
        status, body = sending.answer()
        wrong += status != wanted[0] or not body.startswith(wanted[1])

    with serving(TARGET, subject) as served:
        # What is imported and kept is there.
        upload_small = Upload(served, "/streamed/file", 2**20)
        upload_small.send()
        upload_small.answer()
        streamed = grown(served, lambda: upload("/streamed/file", (200, b"%d" % size)))
        part = grown(served, lambda: upload("/streamed/part", (422, b'{"detail"')))
        stalled = Upload(served, "/streamed/stalled", size)
        waiting = grown(served, stalled.send_until_nobody_reads)
        sent = stalled.sent
        served.ask("/streamed/go")
        stalled.send()
        wrong += stalled.answer() != (200, b"%d" % size)
        sleep(SETTLED)
        remaining = left(served, 5.0)
    trials = f"files of {size // 2**20:,} MiB"
    return [
        Row("F29", f"growth by a FileStream, {subject.name}", streamed, MOST, 1, 1, trials, "MiB"),
        Row("F29", f"growth by a Part, refused, {subject.name}", part, MOST, 1, 1, trials, "MiB"),
        Row("F29", f"growth, nobody reads, {subject.name}", waiting, MOST, 1, 1, trials, "MiB"),
        Row(
            "F29",
            f"sent, nobody reads, {subject.name}",
            round(sent / 2**20, 1),
            WAITING / 2**20,
            1,
            1,
            trials,
            "MiB",
        ),
        Row(
            "F29", f"wrong answers, things left, {subject.name}", wrong + remaining, 0, 3, 3, trials
        ),
    ]


def run(effort: Effort) -> list[Row]:
    """Each server, one after the other."""
    size = effort.sized(FULL, QUICK)
    return [row for subject in (OURS, UVICORN) for row in rows(subject, size)]
