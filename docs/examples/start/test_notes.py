from collections.abc import Iterator

import pytest

from ferroapi.testclient import TestClient
from notes import app, notes


@pytest.fixture
def client() -> Iterator[TestClient]:
    notes.clear()
    with TestClient(app) as client:
        yield client


def test_a_note_is_kept(client: TestClient) -> None:
    created = client.post("/notes", json={"text": "Water the plants"})
    assert (created.status_code, created.json()) == (201, {"number": 1})
    assert client.get("/notes/1").json() == {"text": "Water the plants", "done": False}


def test_an_empty_note_is_refused(client: TestClient) -> None:
    assert client.post("/notes", json={"text": ""}).status_code == 422


def test_the_export_is_one_note_a_line(client: TestClient) -> None:
    for text in ("one", "two"):
        client.post("/notes", json={"text": text})
    assert len(client.get("/notes").text.splitlines()) == 2
