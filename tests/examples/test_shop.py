"""The shop: its routers through the test client, its page in test_browser.py."""

import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ferroapi import FastAPI
from ferroapi.testclient import TestClient
from ferroapi.websockets import WebSocketDisconnect

STAFF = {"X-API-Key": "demo"}
SPOON = {"name": "Spoon", "price_cents": 310, "stock": 2}


@pytest.fixture(scope="module")
def app() -> Iterator[FastAPI]:
    sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
    yield import_module("shop.main").app
    sys.path.pop(0)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "shop.db"
    monkeypatch.setenv("SHOP_DATABASE", str(file))
    monkeypatch.delenv("SHOP_API_KEY", raising=False)
    return file


@pytest.fixture
def client(app: FastAPI, database: Path) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


def test_products_are_created_read_replaced_and_deleted(client: TestClient) -> None:
    created = client.post("/products", json=SPOON, headers=STAFF)
    assert created.status_code == 201
    spoon = created.json()
    assert spoon == SPOON | {"id": spoon["id"]}
    path = f"/products/{spoon['id']}"
    assert client.get(path).json() == spoon
    fork = client.put(path, json=SPOON | {"name": " Fork "}, headers=STAFF).json()
    assert fork == spoon | {"name": "Fork"}
    assert client.get(path).json() == fork
    deleted = client.delete(path, headers=STAFF)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("?limit=2", [1, 2]),
        ("?limit=2&after=2", [3, 4]),
        ("?search=ME", [3, 4, 7]),
        ("?search=%25", []),
        ("?after=8", []),
    ],
)
def test_products_are_listed(client: TestClient, query: str, ids: list[int]) -> None:
    assert [product["id"] for product in client.get(f"/products{query}").json()] == ids


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/products/99", None, 404),
        ("PUT", "/products/99", SPOON, 404),
        ("DELETE", "/products/99", None, 404),
        ("GET", "/products/plumbus", None, 422),
        ("GET", "/products/0", None, 422),
        ("GET", f"/products/{2**63}", None, 422),
        ("GET", f"/products?after={2**63}", None, 422),
        ("GET", "/products?limit=0", None, 422),
        ("GET", "/products?limit=101", None, 422),
        ("POST", "/products", SPOON | {"name": "  "}, 422),
        ("POST", "/products", SPOON | {"price_cents": -1}, 422),
        ("POST", "/products", SPOON | {"stock": 10**30}, 422),
        ("POST", "/products", {}, 422),
        ("PATCH", "/products/1", SPOON, 405),
        ("POST", "/orders", {"product_id": 99}, 404),
        ("POST", "/orders", {"product_id": 6, "quantity": 2}, 409),
        ("POST", "/orders", {"product_id": 6, "quantity": 0}, 422),
        ("POST", "/orders", {"product_id": 2**63}, 422),
        ("GET", "/orders/1", None, 404),
        ("GET", "/feed?", None, 422),
        ("GET", "/export/products?pause=2", None, 422),
        ("GET", "/export/products?pause=nan", None, 422),
        ("GET", "/nothing", None, 404),
        ("GET", "/static/nothing.js", None, 404),
        ("GET", "/static/%2e%2e/main.py", None, 404),
    ],
)
def test_bad_requests_are_refused(
    client: TestClient, method: str, path: str, body: object, status: int
) -> None:
    headers = STAFF | {"Last-Event-ID": "no number"}
    response = client.request(method, path, json=body, headers=headers)
    assert response.status_code == status
    assert "detail" in response.json()


@pytest.mark.parametrize("key", [None, "", "guess", "d\u00e9mo"])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/products"), ("PUT", "/products/1"), ("DELETE", "/products/1")]
)
def test_products_are_written_by_the_staff_only(
    client: TestClient, method: str, path: str, key: str | None
) -> None:
    before = client.get("/export/products").text
    headers = [] if key is None else [(b"x-api-key", key.encode("latin-1"))]
    response = client.request(method, path, json=SPOON, headers=headers)
    assert response.status_code == 401
    assert client.get("/export/products").text == before


def test_the_key_of_the_staff_is_set_in_the_environment(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_API_KEY", "secret")
    assert client.post("/products", json=SPOON, headers=STAFF).status_code == 401
    assert client.post("/products", json=SPOON, headers={"X-API-Key": "secret"}).is_success


def test_orders_take_from_the_stock_and_are_confirmed(client: TestClient) -> None:
    placed = client.post("/orders", json={"product_id": 2, "quantity": 2})
    assert placed.status_code == 201
    order = placed.json()
    assert (order["product_name"], order["total_cents"]) == ("Portal Gun", 199800)
    assert order["confirmation"] is None
    assert client.get("/products/2").json()["stock"] == 1
    confirmed = client.get(f"/orders/{order['id']}").json()
    assert confirmed == order | {"confirmation": "2 x Portal Gun for 1998.00. Thank you!"}


def test_orders_at_the_same_time_never_sell_more_than_there_is(client: TestClient) -> None:
    def buy(_: int) -> int:
        return client.post("/orders", json={"product_id": 3}).status_code

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(buy, range(20)))
    assert sorted(statuses) == [201] * 12 + [409] * 8
    assert client.get("/products/3").json()["stock"] == 0


def test_export_is_one_json_document_a_line(client: TestClient) -> None:
    order = client.post("/orders", json={"product_id": 1}).json()
    products = client.get("/export/products")
    assert products.headers["content-type"] == "application/jsonl"
    assert [json.loads(line) for line in products.text.splitlines()] == client.get(
        "/products"
    ).json()
    orders = client.get("/export/orders")
    assert orders.headers["content-type"] == "application/jsonl"
    assert [json.loads(line) for line in orders.text.splitlines()] == [
        client.get(f"/orders/{order['id']}").json()
    ]


def test_export_sends_each_line_when_it_is_there(client: TestClient) -> None:
    with client.stream("GET", "/export/products?pause=0.1") as response:
        times = [time.monotonic() for _ in response.iter_lines()]
    assert len(times) == 8
    assert times[-1] - times[0] > 0.5


def read_events(lines: Iterator[str], count: int) -> list[dict[str, str]]:
    """The next events of a stream, by field."""
    events: list[dict[str, str]] = [{}]
    for line in lines:
        if line:
            field, _, value = line.partition(": ")
            events[-1][field] = value
        elif len(events) == count:
            return events
        else:
            events.append({})
    raise AssertionError(f"the stream ended after {events}")


def test_feed_tells_what_changes(client: TestClient) -> None:
    with client.stream("GET", "/feed") as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        lines = response.iter_lines()
        (first,) = read_events(lines, 1)
        assert first == {"": "connected", "id": first["id"], "retry": "2000"}
        spoon = client.post("/products", json=SPOON, headers=STAFF).json()
        path = f"/products/{spoon['id']}"
        client.put(path, json=SPOON | {"stock": 5}, headers=STAFF)
        order = client.post("/orders", json={"product_id": spoon["id"]}).json()
        client.delete(path, headers=STAFF)
        events = read_events(lines, 4)
    assert [(event["event"], json.loads(event["data"])) for event in events] == [
        ("product.created", spoon),
        ("product.changed", spoon | {"stock": 5}),
        ("order.placed", order),
        ("product.deleted", spoon | {"stock": 4}),
    ]
    ids = [int(event["id"]) for event in (first, *events)]
    assert ids == list(range(ids[0], ids[0] + 5))


def test_feed_goes_on_where_a_client_was(client: TestClient) -> None:
    with client.stream("GET", "/feed") as response:
        lines = response.iter_lines()
        read_events(lines, 1)
        for product in (1, 2, 3):
            client.post("/orders", json={"product_id": product})
        seen, *missed = read_events(lines, 3)
    with client.stream("GET", "/feed", headers={"Last-Event-ID": seen["id"]}) as response:
        first, *events = read_events(response.iter_lines(), 3)
    assert first["id"] == seen["id"]
    assert events == missed


def test_feed_fills_the_silence(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.routers.feed.HEARTBEAT_SECONDS", 0.05)
    with client.stream("GET", "/feed") as response:
        _, *heartbeats = read_events(response.iter_lines(), 3)
    for heartbeat in heartbeats:
        assert heartbeat["event"] == "heartbeat"
        assert "id" not in heartbeat
        assert set(json.loads(heartbeat["data"])) == {"at"}


@pytest.mark.parametrize(
    ("query", "cookie", "nickname"),
    [
        ("?nickname=Rick", None, "Rick"),
        ("", "nickname=Morty", "Morty"),
        ("?nickname=Rick", "nickname=Morty", "Rick"),
        ("?nickname=J%C3%BCrgen%20B.", None, "J\u00fcrgen B."),
    ],
)
def test_room_knows_who_enters(
    client: TestClient, query: str, cookie: str | None, nickname: str
) -> None:
    headers = {"Cookie": cookie} if cookie else {}
    with client.websocket_connect(f"/room{query}", headers=headers) as websocket:
        message = websocket.receive_json()
    assert (message["kind"], message["nickname"]) == ("joined", nickname)


@pytest.mark.parametrize("query", ["", "?nickname=", f"?nickname={'x' * 25}"])
def test_room_lets_nobody_in_without_a_name(client: TestClient, query: str) -> None:
    with pytest.raises(WebSocketDisconnect) as raised, client.websocket_connect(f"/room{query}"):
        pass
    assert raised.value.code == 1008


def test_room_passes_on_what_is_said(client: TestClient) -> None:
    def heard(websocket: Any) -> tuple[str, str, str]:
        message = websocket.receive_json()
        return message["kind"], message["nickname"], message["text"]

    with client.websocket_connect("/room?nickname=Rick") as rick:
        assert heard(rick) == ("joined", "Rick", "")
        with client.websocket_connect("/room?nickname=Morty") as morty:
            for websocket in (rick, morty):
                assert heard(websocket) == ("joined", "Morty", "")
            morty.send_bytes(b"\xff")
            morty.send_text("")
            morty.send_text("Aw jeez")
            rick.send_text("x" * 600)
            for websocket in (rick, morty):
                said = {heard(websocket), heard(websocket)}
                assert said == {("said", "Morty", "Aw jeez"), ("said", "Rick", "x" * 500)}
        assert heard(rick) == ("left", "Morty", "")


def test_page_and_its_files(client: TestClient) -> None:
    page = client.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for file in ("style.css", "shop.js", "icon.svg"):
        assert f"static/{file}" in page.text
        assert client.get(f"/static/{file}").status_code == 200


def test_openapi_describes_the_shop(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) == {
        "/products",
        "/products/{product_id}",
        "/orders",
        "/orders/{order_id}",
        "/feed",
        "/export/products",
        "/export/orders",
    }


def test_database_outlives_the_server(app: FastAPI, database: Path) -> None:
    with TestClient(app) as client:
        for product in range(1, 9):
            client.delete(f"/products/{product}", headers=STAFF)
        client.post("/products", json=SPOON, headers=STAFF)
    with TestClient(app) as client:
        assert [product["name"] for product in client.get("/products").json()] == ["Spoon"]
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_database_is_temporary_by_default(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_DATABASE", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with TestClient(app) as client:
        client.get("/products").raise_for_status()
        assert len(os.listdir(tmp_path)) == 1
    assert os.listdir(tmp_path) == []


def test_streams_end_when_the_shop_closes(app: FastAPI, database: Path) -> None:
    channel = import_module("shop.channel")
    with TestClient(app) as client:
        assert client.portal is not None
        events = client.portal.call(channel.Channel)
        waiting = client.portal.start_task_soon(events.after, events.position)
        client.portal.call(events.close)
        assert waiting.result(timeout=5) == []


def test_a_listener_from_before_the_channel_waits(app: FastAPI, database: Path) -> None:
    """As one that comes back to a server that was started again."""
    channel = import_module("shop.channel")
    with TestClient(app) as client:
        assert client.portal is not None
        events = client.portal.call(channel.Channel)
        waiting = client.portal.start_task_soon(events.after, 1)
        client.portal.call(events.publish, "a")
        assert waiting.result(timeout=5) == [(events.position, "a")]


def test_a_slow_listener_misses_the_oldest(app: FastAPI, database: Path) -> None:
    make_channel: Callable[[int], Any] = import_module("shop.channel").Channel
    with TestClient(app) as client:
        assert client.portal is not None
        channel = client.portal.call(make_channel, 2)
        start = channel.position
        for content in "abc":
            client.portal.call(channel.publish, content)
        messages = client.portal.call(channel.after, start)
    assert messages == [(start + 2, "b"), (start + 3, "c")]
