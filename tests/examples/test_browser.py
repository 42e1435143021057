"""Streams in a real browser, driven through the Chrome DevTools Protocol: the shop's page, and a
page of nothing but scripts.

With `SHOP_SCREENSHOT=docs/images/shop.png` the shop is photographed while it streams.
"""

import base64
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from tests.processes import process_group
from websockets.sync.client import ClientConnection, connect

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


SHOP = ["-m", "ferroapi", "run", "shop/main.py", "--host", "127.0.0.1"]


class Page:
    """One browser tab."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._last_id = 0
        self.faults: list[str] = []
        self.call("Page.enable")
        self.call("Runtime.enable")
        self.call("Log.enable")

    def call(self, method: str, **params: Any) -> Any:
        """The result of a command; notes the errors that the page logged meanwhile."""
        self._last_id += 1
        self._connection.send(json.dumps({"id": self._last_id, "method": method, "params": params}))
        while True:
            message = json.loads(self._connection.recv(timeout=10))
            if message.get("id") == self._last_id:
                assert "error" not in message, message
                return message["result"]
            if message.get("method") == "Runtime.exceptionThrown":
                self.faults.append(message["params"]["exceptionDetails"]["text"])
            if message.get("method") == "Log.entryAdded":
                entry = message["params"]["entry"]
                if entry["level"] == "error":
                    self.faults.append(f"{entry['text']} {entry.get('url', '')}")

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression, awaited when it is a promise."""
        answer = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait_for(self, condition: str, seconds: float = 10) -> None:
        """Waits until a JavaScript expression is true."""
        deadline = time.monotonic() + seconds
        while not self.run(f"Boolean({condition})"):
            if time.monotonic() > deadline:
                raise AssertionError(f"{condition}\n{self.run('document.body.innerText')}")
            time.sleep(0.02)

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)
        self.wait_for("document.readyState === 'complete' && location.protocol === 'http:'")

    def fill(self, field: str, text: str) -> None:
        self.run(f"document.querySelector({json.dumps(field)}).value = {json.dumps(text)}")

    def click(self, button: str) -> None:
        self.run(f"document.querySelector({json.dumps(button)}).click()")

    def wait_for_state(self, section: str, state: str) -> None:
        selector = json.dumps(f"{section} .state")
        self.wait_for(f"document.querySelector({selector}).textContent === {json.dumps(state)}")

    def wait_for_line(self, section: str, text: str) -> None:
        lines = f"[...document.querySelectorAll({json.dumps(section + ' .lines li')})]"
        self.wait_for(f"{lines}.some((line) => line.textContent.includes({json.dumps(text)}))")

    def resize(self, width: int, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    def screenshot(self, file: Path) -> None:
        image = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(image["data"]))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A tab of a headless Chromium with a profile of its own."""
    profile = tmp_path_factory.mktemp("chromium")
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    arguments += ["--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
    assert CHROMIUM is not None
    with process_group(
        [CHROMIUM, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        address = debugger_of(profile, process)
        with connect(address, max_size=None, proxy=None) as connection:
            page = Page(connection)
            yield page
            page.call("Browser.close")
        process.wait(timeout=5)


def debugger_of(profile: Path, process: subprocess.Popen[bytes]) -> str:
    """The address of the first tab's debugger, once Chromium has written its port down."""
    port_file = profile / "DevToolsActivePort"
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and process.poll() is None:
        lines = port_file.read_text().splitlines() if port_file.exists() else []
        if len(lines) == 2:
            with urlopen(f"http://127.0.0.1:{lines[0]}/json/list") as response:
                targets = json.load(response)
            tabs = [target for target in targets if target["type"] == "page"]
            if tabs:
                return str(tabs[0]["webSocketDebuggerUrl"])
        time.sleep(0.02)
    raise AssertionError("Chromium did not open its debugger")


def test_page(page: Page, start_server: Callable[..., Any]) -> None:
    """The page shows the feed live, the export line by line and the room, and whether they last."""
    server = start_server([*SHOP, "--port", "0"])
    url = server.wait_for(r"running on (http://127\.0\.0\.1:\d+)")[1]
    page.open(url)
    page.wait_for_state("#feed", "live")
    page.wait_for_state("#export", "idle")
    page.wait_for_state("#room", "outside")

    page.fill("#product [name=name]", "Spoon <b>")
    page.fill("#product [name=price]", "3.10")
    page.click("#product button")
    page.wait_for_state("#product", "added")
    page.wait_for_line("#feed", "Spoon <b> for €3.10")

    page.fill("#product [name=name]", "Fork")
    page.fill("#product [name=key]", "guess")
    page.click("#product button")
    page.wait_for_state("#product", "X-API-Key is missing or wrong")
    refused = page.faults.pop()
    assert "401" in refused

    page.click("#export form button")
    page.wait_for("/^[1-8] so far$/.test(document.querySelector('#export .state').textContent)")
    page.wait_for_state("#export", "9 products")
    page.wait_for_line("#export", "Spoon <b>")
    page.click("#export .lines button")
    page.wait_for_line("#feed", "1 \u00d7 Plumbus")
    page.wait_for_line("#export", "39 in stock")

    page.fill("#room [name=nickname]", "Rick")
    page.click("#room .enter button")
    page.wait_for_state("#room", "inside as Rick")
    with connect(f"{url}/room?nickname=Morty".replace("http", "ws"), proxy=None) as morty:
        page.wait_for_line("#room", "Mortyjoined")
        page.fill("#room [name=text]", "Hello, Morty")
        page.click("#room .say button")
        page.wait_for_line("#room", "RickHello, Morty")
        heard = [json.loads(morty.recv(timeout=5)) for _ in range(2)]
        assert [message["text"] for message in heard] == ["", "Hello, Morty"]
        morty.send("Aw jeez")
        page.wait_for_line("#room", "MortyAw jeez")
        page.fill("#product [name=key]", "demo")
        page.click("#product button")
        page.wait_for_line("#feed", "Fork for €3.10")
        page.click("#export form button")
        page.wait_for("/^[5-9] so far$/.test(document.querySelector('#export .state').textContent)")
        if "SHOP_SCREENSHOT" in os.environ:
            page.resize(1280, 800)
            page.screenshot(Path(os.environ["SHOP_SCREENSHOT"]))
        page.wait_for_state("#export", "10 products")
    page.wait_for_line("#room", "Mortyleft")

    origins = page.run(
        "performance.getEntriesByType('resource').map((r) => new URL(r.name).origin)"
    )
    assert set(origins) == {url}
    for width in (1280, 360):
        page.resize(width, 800)
        assert page.run("document.documentElement.scrollWidth") <= width
    assert page.faults == []


def test_page_outlives_its_server(
    page: Page, start_server: Callable[..., Any], tmp_path: Path
) -> None:
    """A server that is told to stop does not wait for the page, and the page finds the next one."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def serve() -> Any:
        server = start_server([*SHOP, "--port", str(port)], SHOP_DATABASE=str(tmp_path / "shop.db"))
        server.wait_for("running on")
        return server

    def add(product: str) -> None:
        page.fill("#product [name=name]", product)
        page.click("#product button")
        page.wait_for_line("#feed", f"{product} for")

    server = serve()
    page.open(f"http://127.0.0.1:{port}")
    page.wait_for_state("#feed", "live")
    page.fill("#room [name=nickname]", "Rick")
    page.click("#room .enter button")
    page.wait_for_state("#room", "inside as Rick")
    add("Spoon")
    server.process.terminate()
    server.process.wait(10)
    page.wait_for_state("#feed", "reconnecting")
    page.wait_for_state("#room", "reconnecting")

    serve()
    page.wait_for_state("#feed", "live")
    page.wait_for_state("#room", "inside as Rick")
    add("Fork")
    events = page.run("[...document.querySelectorAll('#feed .lines b')].length")
    assert events == 2
    page.faults.clear()  # the connections that were refused


@pytest.fixture(scope="module")
def streams(start_server: Callable[..., Any]) -> str:
    """The address of streams_server.py."""
    server = start_server([str(Path(__file__).with_name("streams_server.py"))])
    url: str = server.wait_for(r"running on (http://127\.0\.0\.1:\d+)")[1]
    return url


FOLLOW = """new Promise((resolve) => {
  const numbers = [], problems = [];
  const source = new EventSource("/numbers?fail=%s");
  source.addEventListener("problem", (event) => problems.push(JSON.parse(event.data)));
  source.onmessage = (event) => {
    numbers.push(Number(event.data));
    if (numbers.length < 10) return;
    source.close();
    resolve({ numbers, problems });
  };
})"""


@pytest.mark.parametrize("fail", [False, True])
def test_event_source_goes_on_where_it_was(page: Page, streams: str, fail: bool) -> None:
    """Whether a stream ends or fails: the browser comes back with the id of the last event."""
    page.open(streams)
    followed = page.run(FOLLOW % str(fail).lower())
    assert followed == {
        "numbers": list(range(10)),
        "problems": ["out of numbers"] * 3 if fail else [],
    }
    assert page.run("fetch('/last-event-ids').then((response) => response.json())") == [
        *(None, 2, 5, 8)
    ]
    page.faults.clear()  # the transfers that were left incomplete


READ = """(async () => {
  const ask = () => fetch("/next", { method: "POST" });
  await ask();
  const response = await fetch("/lines");
  const lines = [];
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    lines.push(chunk);
    await ask();
  }
  return lines;
})()"""


def test_fetch_reads_lines_as_they_arrive(page: Page, streams: str) -> None:
    """The next line is sent when the script has read the one before and asked for more."""
    page.open(streams)
    assert page.run(READ) == [f"{number}\n" for number in range(5)]
    assert page.faults == []
