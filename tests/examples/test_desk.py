"""The help desk, over a socket."""

import http.client
import json
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

COMMAND = ["-m", "ferroapi", "run", "desk/main.py", "--host", "127.0.0.1", "--port", "0"]
SERVERS = {"ferroapi": [*COMMAND, "--http", "ferroapi"], "h11": [*COMMAND, "--http", "h11"]}


def form(*parts: tuple[str, str]) -> tuple[bytes, dict[str, str]]:
    """A multipart form of parts, each with what follows its name in `Content-Disposition`."""
    body = "".join(
        f"--b\r\nContent-Disposition: form-data; name={name}\r\n\r\n{content}\r\n"
        for name, content in parts
    )
    return f"{body}--b--\r\n".encode(), {"Content-Type": "multipart/form-data; boundary=b"}


class Client:
    """Sends requests, each over a connection of its own."""

    def __init__(self, port: int) -> None:
        self.port = port

    def send(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, Any]:
        """The response, and what its JSON says."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response, json.loads(content)

    def leave(self, path: str) -> None:
        """Sends a request, and leaves before there is an answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: desk\r\n\r\n".encode())
            time.sleep(0.2)


@pytest.mark.parametrize("arguments", SERVERS.values(), ids=SERVERS)
def test_a_day_at_the_desk(arguments: list[str], start_server: Callable[..., Any]) -> None:
    server = start_server(arguments, DESK_REMINDER_SECONDS="0.1")
    client = Client(int(server.wait_for(r"running on http://127\.0\.0\.1:(\d+)")[1]))

    response, health = client.send("GET", "/health")
    assert (health, response.headers["server-timing"]) == ("well", None)

    response, wrong = client.send("POST", "/tickets", *form(('"ticket"', '{"urgent": true}')))
    assert (response.status, response.headers["content-type"]) == (422, "application/problem+json")
    assert [error["pointer"] for error in wrong["errors"]] == ["#/ticket/title"]

    response, missing = client.send("GET", "/tickets/1")
    assert (response.status, missing["detail"]) == (404, "There is no ticket 1.")
    assert response.headers["server-timing"].startswith("desk;dur=")

    client.leave("/tickets/next")
    photo = ('"photo"; filename="lamp.jpg"', "pixels")
    response, first = client.send(
        "POST", "/tickets", *form(('"ticket"', '{"title": "No light"}'), photo)
    )
    assert (response.status, first["files"]) == (201, {"lamp.jpg": 6})
    assert first["taken"] is False, "who has left got it"
    server.wait_for("ticket 1 waits: No light")
    client.send("POST", "/tickets", *form(('"ticket"', '{"title": "Fire", "urgent": true}')))

    video = ('"file"; filename="video.mp4"', "x" * 1_000_000)
    assert client.send("POST", "/tickets/1/files", *form(video))[1]["files"] == {
        "lamp.jpg": 6,
        "video.mp4": 1_000_000,
    }
    assert client.send("POST", "/tickets/9/files", *form(video))[0].status == 404

    taken = [client.send("GET", "/tickets/next")[1]["title"] for _ in range(2)]
    assert taken == ["Fire", "No light"]
    assert client.send("GET", "/tickets")[1] == []

    server.process.send_signal(signal.SIGTERM)
    server.wait_for("0 tickets are left")
