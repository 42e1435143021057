"""Pages of other origins: what may not be declared, and errors that they can read."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.middleware.cors import CORSMiddleware as StarletteCORS

from ferroapi import FastAPI, Request
from ferroapi.middleware import Middleware
from ferroapi.middleware.cors import CORSMiddleware
from ferroapi.responses import JSONResponse
from ferroapi.testclient import TestClient

ORIGIN = "https://a.example"


class Own(CORSMiddleware):
    pass


def add(app: FastAPI, kind: Any, **options: Any) -> None:
    app.add_middleware(kind, **options)


def construct(app: FastAPI, kind: Any, **options: Any) -> None:
    FastAPI(middleware=[Middleware(kind, **options)])


def append(app: FastAPI, kind: Any, **options: Any) -> None:
    app.user_middleware.append(Middleware(kind, **options))
    TestClient(app).get("/")


def append_arguments(app: FastAPI, kind: Any, *, allow_origins: Any, **_options: Any) -> None:
    app.user_middleware.append(Middleware(kind, allow_origins, ["GET"], [], True))
    TestClient(app).get("/")


@pytest.mark.parametrize("declare", [add, construct, append, append_arguments])
@pytest.mark.parametrize("kind", [CORSMiddleware, StarletteCORS, Own])
def test_every_origin_with_credentials_is_an_error(
    declare: Callable[..., None], kind: type[CORSMiddleware]
) -> None:
    with pytest.raises(
        ValueError, match=rf"^{kind.__name__}: allow_origins=.*\. Name the origins.*COMPAT=1"
    ):
        declare(FastAPI(), kind, allow_origins=["*"], allow_credentials=True)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"allow_origins": ["*"]}, "*"),
        ({"allow_origins": [ORIGIN], "allow_credentials": True}, ORIGIN),
        ({"allow_origin_regex": ".*", "allow_credentials": True}, ORIGIN),
        ({"allow_origins": ["https://b.example"]}, None),
    ],
)
@pytest.mark.parametrize("path", ["/ok", "/fails", "/handled"])
@pytest.mark.parametrize("origin", [ORIGIN, None])
def test_an_error_has_the_headers_of_an_answer(
    options: dict[str, Any], expected: str | None, path: str, origin: str | None
) -> None:
    class NoLuckError(Exception):
        pass

    def fail() -> None:
        raise NoLuckError

    async def answer(_request: Request, _error: Exception) -> JSONResponse:
        return JSONResponse({"sorry": True}, 500)

    app = FastAPI(exception_handlers={Exception: answer} if path == "/handled" else None)
    add(app, CORSMiddleware, **options)
    app.get("/ok")(lambda: "ok")
    app.get("/fails")(fail)
    app.get("/handled")(fail)
    headers = {} if origin is None else {"origin": origin}
    response = TestClient(app, raise_server_exceptions=False).get(path, headers=headers)

    assert response.status_code == (200 if path == "/ok" else 500)
    allowed = response.headers.get("access-control-allow-origin")
    assert allowed == (None if origin is None else expected)


def test_an_error_has_the_headers_of_every_layer_once() -> None:
    app = FastAPI()
    add(app, CORSMiddleware, allow_origins=[ORIGIN], expose_headers=["x-inner"])
    app.middleware("http")(lambda request, call_next: call_next(request))
    add(app, CORSMiddleware, allow_origins=[ORIGIN], expose_headers=["x-outer"])
    app.get("/")(lambda: 1 / 0)
    client = TestClient(app, raise_server_exceptions=False)
    response = client.get("/", headers={"origin": ORIGIN})

    assert response.status_code == 500
    assert response.headers.get_list("access-control-allow-origin") == [ORIGIN]
    assert response.headers["access-control-expose-headers"] == "x-outer"
