from ferroapi.testclient import TestClient
from service import Settings, app, read_settings


def test_a_page_has_as_many_items_as_the_settings_say() -> None:
    settings = Settings(items_per_page=5, admin_key="secret")
    with app.override({read_settings: lambda: settings}):
        answer = TestClient(app).get("/about").json()
    assert answer == {"name": "Shop", "items_per_page": 5, "admin_key": "**********"}
