from collections.abc import Iterator

import pytest

from ferroapi.testclient import TestClient
from service import app, fetch_rate


@pytest.fixture
def client() -> Iterator[TestClient]:
    app.dependency_overrides[fetch_rate] = lambda: 11.5
    with TestClient(app) as client:
        yield client
    app.dependency_overrides.clear()


def test_the_price_is_in_kroner(client: TestClient) -> None:
    assert client.get("/price?euros=2").json() == {"kroner": 23.0}


@pytest.mark.parametrize("query", ["", "?euros=two"])
def test_a_wrong_price_is_refused(query: str, client: TestClient) -> None:
    assert client.get(f"/price{query}").status_code == 422


def test_a_failure_is_an_exception_here() -> None:
    with pytest.raises(ConnectionError):
        TestClient(app).get("/price?euros=2")
