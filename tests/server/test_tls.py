"""Requests over TLS."""

import asyncio
import socket
import ssl
import subprocess
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send
from tests.server.applications import read, respond
from tests.server.serving import LIMIT
from uvicorn import Config
from uvicorn.server import ServerState

from ferroapi.server import HTTPProtocol

pytestmark = pytest.mark.anyio

SIZE = 3_000_000


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for nobody in particular, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x"]
    command += ["-keyout", "key.pem", "-out", "certificate.pem"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=30)
    except FileNotFoundError:
        pytest.skip("there is no openssl to make a certificate")
    return folder


async def test_large_bodies_arrive_both_ways(certificate: Path) -> None:
    schemes: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        schemes.append(scope["scheme"])
        await respond(send, await read(receive))

    of_server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    of_server.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")
    of_client = ssl.create_default_context(cafile=str(certificate / "certificate.pem"))
    of_client.check_hostname = False
    config = Config(app, log_config=None, lifespan="off")
    config.load()
    server_state = ServerState()
    loop = asyncio.get_running_loop()
    listening = socket.create_server(("127.0.0.1", 0))
    server = await loop.create_server(
        lambda: HTTPProtocol(config, server_state, {}), sock=listening, ssl=of_server
    )
    data = bytes(range(256)) * (SIZE // 256)
    async with asyncio.timeout(2 * LIMIT):
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", listening.getsockname()[1], ssl=of_client
        )
        head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        writer.write(head % len(data) + data)
        answer = await reader.read()
        writer.close()
        server.close()
    assert answer.partition(b"\r\n\r\n")[2] == data
    assert schemes == ["https"]
