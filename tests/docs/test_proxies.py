"""The proxy that docs/deploy/proxies.md configures hands on what it says."""

import re
import shutil
import socket
import sys
import time
from collections.abc import Iterator

import pytest
from httpx2 import Client, ConnectError
from tests.docs.transcripts import ENVIRONMENT, EXAMPLES
from tests.processes import process_group
from websockets.sync.client import connect

PROXY = shutil.which("nginx", path=f"{ENVIRONMENT['PATH']}:/usr/sbin")
SERVICE = EXAMPLES / "deploy"
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


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where nginx listens, in front of the service of the example."""
    folder = tmp_path_factory.mktemp("nginx")
    ours, its = _free_port(), _free_port()
    example = SERVICE.joinpath("nginx.conf").read_text()
    example = example.replace("127.0.0.1:8000", f"127.0.0.1:{ours}")
    example = example.replace("listen 8080", f"listen 127.0.0.1:{its}")
    configuration = folder / "nginx.conf"
    configuration.write_text(AROUND.format(folder=folder, example=example))
    service = [sys.executable, "-m", "ferroapi", "run", "service.py", "--host", "127.0.0.1"]
    with (
        process_group(
            [*service, "--port", str(ours), "--root-path", "/shop"], cwd=SERVICE, env=ENVIRONMENT
        ),
        process_group([str(PROXY), "-p", folder, "-c", configuration]),
        Client() as client,
    ):
        deadline = time.monotonic() + 30
        while True:
            try:
                if client.get(f"http://127.0.0.1:{its}/shop/health").status_code == 200:
                    break
            except ConnectError:
                pass
            assert time.monotonic() < deadline, folder.joinpath("error.log").read_text()
            time.sleep(0.05)
        yield f"127.0.0.1:{its}"


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
