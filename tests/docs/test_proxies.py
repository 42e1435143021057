"""The configurations of nginx in the pages do what the pages say."""

import itertools
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from httpx2 import Client
from tests.docs.transcripts import ENVIRONMENT, EXAMPLES
from tests.processes import process_group
from websockets.sync.client import connect

PROXY = shutil.which("nginx", path=f"{ENVIRONMENT['PATH']}:/usr/sbin")
# What is around the example in a configuration of nginx that needs no rights.
AROUND = """
pid {folder}/pid; error_log {folder}/error.log; daemon off; events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {example}
}}
"""

pytestmark = pytest.mark.skipif(PROXY is None, reason="nginx is not installed")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def _proxied(
    folder: Path, example: Path, *services: list[str], listen: str = "    listen 8080;\n"
) -> Iterator[list[str]]:
    """Runs nginx with an example, whose port is 8080, in front of the services at 8000 and above.

    `listen` is what stands in place of the port. Gives the addresses that stand for these: that of
    nginx, then those of the services.
    """
    shown = ["8080", *(str(8000 + number) for number in range(len(services)))]
    ports = dict(zip(shown, map(str, _free_ports(len(shown))), strict=True))
    text = example.read_text().replace("    listen 8080;\n", listen)
    text = re.sub("|".join(shown), lambda found: ports[found[0]], text)
    text = text.replace("listen ", "listen 127.0.0.1:")
    configuration = folder / "nginx.conf"
    configuration.write_text(AROUND.format(folder=folder, example=text))
    with ExitStack() as stack:
        for port, arguments in zip(shown[1:], services, strict=True):
            command = [sys.executable, "-m", "ferroapi", "run", "service.py", *arguments]
            command += ["--host", "127.0.0.1", "--port", ports[port]]
            stack.enter_context(process_group(command, cwd=example.parent, env=ENVIRONMENT))
        stack.enter_context(process_group([str(PROXY), "-p", folder, "-c", configuration]))
        for port in ports.values():
            _wait_for(int(port))
        yield [f"127.0.0.1:{port}" for port in ports.values()]


def _free_ports(number: int) -> list[int]:
    with ExitStack() as stack:
        listeners = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(number)
        ]
        return [listener.getsockname()[1] for listener in listeners]


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, f"nobody listens at {port}"
            time.sleep(0.05)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where nginx listens, in front of the service of the example."""
    folder = tmp_path_factory.mktemp("nginx")
    example = EXAMPLES / "deploy" / "nginx.conf"
    with _proxied(folder, example, ["--root-path", "/shop"]) as (address, _):
        yield address


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/shop/items/", r'\{"url":"http://ADDRESS/shop/items/","client":"127.0.0.1"\}'),
        ("/shop/events", "data: 1\n\n"),
        ("/shop/openapi.json", r'.*"servers":\[\{"url":"/shop"\}\].*'),
        ("/shop/docs", ".*'/shop/openapi.json'.*"),
    ],
)
def test_the_prefix_is_known(path: str, answer: str, address: str) -> None:
    with Client() as client:
        text = client.get(f"http://{address}{path}").text
    assert re.fullmatch(answer.replace("ADDRESS", address), text, re.DOTALL)


def test_a_redirect_has_the_prefix(address: str) -> None:
    with Client() as client:
        assert client.get(f"http://{address}/shop/items").headers["location"] == "/shop/items/"


def test_a_websocket_passes(address: str) -> None:
    with connect(f"ws://{address}/shop/echo") as connection:
        connection.send("hello")
        assert connection.recv() == "hello"


def test_what_a_client_claims_does_not_count(tmp_path: Path) -> None:
    example = EXAMPLES / "deploy" / "nginx.conf"
    claim = {"x-forwarded-for": "203.0.113.1", "x-forwarded-proto": "https"}
    service = ["--root-path", "/shop", "--forwarded-allow-ips", "*"]
    with _proxied(tmp_path, example, service) as (address, _), Client(headers=claim) as client:
        answer = client.get(f"http://{address}/shop/items/").json()
    assert answer == {"url": f"http://{address}/shop/items/", "client": "127.0.0.1"}


def test_with_tls_the_service_knows_it(tmp_path: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x"]
    command += ["-keyout", "key.pem", "-out", "fullchain.pem"]
    try:
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=30)
    except FileNotFoundError:
        pytest.skip("there is no openssl to make a certificate")
    examples = EXAMPLES / "deploy"
    listen = (examples / "tls.conf").read_text().replace("443", "8080")
    listen = listen.replace("/etc/ssl/shop", str(tmp_path))
    trusted = ssl.create_default_context(cafile=str(tmp_path / "fullchain.pem"))
    trusted.check_hostname = False
    service = ["--root-path", "/shop"]
    with _proxied(tmp_path, examples / "nginx.conf", service, listen=listen) as (address, _):
        with Client(verify=trusted) as client:
            answer = client.get(f"https://{address}/shop/items/").json()
        assert answer["url"] == f"https://{address}/shop/items/"
        with connect(f"wss://{address}/shop/echo", ssl=trusted) as connection:
            connection.send("hello")
            assert connection.recv() == "hello"


def test_the_other_service_hears_what_changes_nothing(tmp_path: Path) -> None:
    example = EXAMPLES / "move" / "mirror.conf"
    with _proxied(tmp_path, example, [], []) as (proxy, _, other), Client() as client:
        assert [client.get(f"http://{proxy}/calls").json() for _ in range(3)] == [1, 2, 3]
        assert client.post(f"http://{proxy}/calls").json() == 4
        deadline = time.monotonic() + 30
        for asked in itertools.count(1):
            if client.get(f"http://{other}/calls").json() - asked == 3:
                break
            assert time.monotonic() < deadline
