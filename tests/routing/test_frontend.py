"""Front ends: which requests they get, what they send, and what runs before."""

import asyncio
import contextlib
import os
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Match

from ferroapi import (
    APIRouter,
    BackgroundTasks,
    Body,
    Depends,
    FastAPI,
    HTTPException,
    Request,
    Response,
    WebSocket,
    WebSocketDisconnect,
    routing,
)
from ferroapi.dependencies import utils
from ferroapi.exceptions import FastAPIError
from ferroapi.routing.frontend import Frontend
from ferroapi.routing.frontend_files import accepts_html
from ferroapi.routing.tree import low_priority_routes
from ferroapi.staticfiles import StaticFiles
from ferroapi.testclient import TestClient

PAGE = {"accept": "text/html"}

FILES = {
    "index.html": "index",
    "assets/app.js": "script",
    "about/index.html": "about",
    "odd/index.html/file": "an index that is a directory",
    "spa/index.html": "a longer path",
    "api/both": "hidden by a route",
    "slash/index.html": "hidden by a redirect",
}


def write(directory: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return directory


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("secret")
    directory = write(tmp_path / "dist", FILES)
    (directory / "empty").mkdir()
    (directory / "link").symlink_to(tmp_path / "secret.txt")
    (directory / "inner-link").symlink_to(directory / "assets" / "app.js")
    return directory


# name: (method, path, headers, status, body, some headers of the response)
ANSWERS: dict[str, tuple[str, str, dict[str, str], int, str, dict[str, str]]] = {
    "file": ("GET", "/assets/app.js", {}, 200, "script", {"content-length": "6"}),
    "head": ("HEAD", "/assets/app.js", {}, 200, "", {"content-length": "6"}),
    "part": ("GET", "/assets/app.js", {"range": "bytes=1-2"}, 206, "cr", {}),
    "root": ("GET", "/", {}, 200, "index", {"content-type": "text/html; charset=utf-8"}),
    "index": ("GET", "/about/", {}, 200, "about", {}),
    "index_by_name": ("GET", "/about/index.html", {}, 200, "about", {}),
    "redirect": ("GET", "/about?a=b", {}, 307, "", {"location": "/about/?a=b"}),
    "head_redirect": ("HEAD", "/about", {}, 307, "", {"location": "/about/"}),
    "slashes": ("GET", "/assets//app.js", {}, 200, "script", {}),
    "link_inside": ("GET", "/inner-link", {}, 200, "script", {}),
    "longest_path": ("GET", "/spa/assets/app.js", {}, 404, '{"detail":"Not Found"}', {}),
    "longest_path_itself": ("GET", "/spa", {}, 307, "", {"location": "/spa/"}),
    "no_boundary": ("GET", "/spark", PAGE, 200, "index", {}),
    "fallback": ("GET", "/users/jane.doe", PAGE, 200, "index", {}),
    "fallback_head": ("HEAD", "/users", PAGE, 200, "", {"content-length": "5"}),
    "fallback_of_empty": ("GET", "/empty/", PAGE, 200, "index", {}),
    "no_fallback": ("GET", "/missing.js", {"accept": "*/*"}, 404, '{"detail":"Not Found"}', {}),
    "index_is_directory": ("GET", "/odd/", {}, 404, '{"detail":"Not Found"}', {}),
    "file_as_directory": ("GET", "/assets/app.js/x", {}, 404, '{"detail":"Not Found"}', {}),
    "post": ("POST", "/", {}, 405, '{"detail":"Method Not Allowed"}', {"allow": "GET, HEAD"}),
    "post_index": ("PUT", "/about", {}, 405, '{"detail":"Method Not Allowed"}', {}),
    "post_empty": ("POST", "/empty/", PAGE, 404, '{"detail":"Not Found"}', {}),
    "post_fallback": ("OPTIONS", "/users", PAGE, 404, '{"detail":"Not Found"}', {}),
    "route": ("GET", "/api/both", {}, 200, '"route"', {}),
    "route_method": ("POST", "/api/both", {}, 405, '{"detail":"Method Not Allowed"}', {}),
    "route_slash": ("GET", "/slash", {}, 307, "", {"location": "/slash/"}),
    "route_404": ("GET", "/api/lost", PAGE, 404, '{"detail":"lost"}', {}),
    "parent": ("GET", "/../secret.txt", {}, 404, '{"detail":"Not Found"}', {}),
    "quoted_parent": ("GET", "/%2e%2e/secret.txt", {}, 404, '{"detail":"Not Found"}', {}),
    "quoted_slash": ("GET", "/..%2fsecret.txt", {}, 404, '{"detail":"Not Found"}', {}),
    "backslash": ("GET", "/..%5csecret.txt", {}, 404, '{"detail":"Not Found"}', {}),
    "rooted": ("GET", "/%2fetc/passwd", {}, 404, '{"detail":"Not Found"}', {}),
    "link_outside": ("GET", "/link", {}, 404, '{"detail":"Not Found"}', {}),
    "nul": ("GET", "/a%00b", PAGE, 404, '{"detail":"Not Found"}', {}),
    "long_name": ("GET", "/" + "a" * 300, PAGE, 404, '{"detail":"Not Found"}', {}),
    "long_path": ("GET", "/a" * 5000, PAGE, 404, '{"detail":"Not Found"}', {}),
}


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "body", "answered"), ANSWERS.values(), ids=ANSWERS
)
def test_answers(
    dist: Path,
    method: str,
    path: str,
    headers: dict[str, str],
    status: int,
    body: str,
    answered: dict[str, str],
) -> None:
    app = FastAPI()
    app.frontend("/", directory=dist)
    app.frontend("/spa/", directory=str(dist / "spa"), fallback=None)

    @app.get("/api/both")
    def both() -> str:
        return "route"

    @app.get("/api/lost")
    def lost() -> None:
        raise HTTPException(404, "lost")

    @app.get("/slash/")
    def slash() -> None:
        """Only there to be redirected to."""

    client = TestClient(app, headers={"accept": "*/*"}, follow_redirects=False)
    response = client.request(method, path, headers=headers)
    assert (response.status_code, response.text) == (status, body)
    assert response.headers.items() >= answered.items()


def test_what_has_not_changed_is_not_sent(dist: Path) -> None:
    app = FastAPI()
    app.frontend("/", directory=dist)
    client = TestClient(app)
    etag = client.get("/").headers["etag"]
    for path in ("/", "/users"):
        response = client.get(path, headers={**PAGE, "if-none-match": etag})
        assert (response.status_code, response.text) == (304, "")


# name: (files, fallback, accept, status, body)
FALLBACKS: dict[str, tuple[list[str], Any, str, int, str]] = {
    "auto_404_first": (["404.html", "index.html"], "auto", "text/html", 404, "404.html"),
    "auto_404_for_all": (["404.html"], "auto", "image/png", 404, "404.html"),
    "auto_index": (["index.html"], "auto", "text/html", 200, "index.html"),
    "auto_index_for_pages": (["index.html"], "auto", "*/*", 404, '{"detail":"Not Found"}'),
    "auto_nothing": ([], "auto", "text/html", 404, '{"detail":"Not Found"}'),
    "index": (["404.html", "index.html"], "index.html", "text/html", 200, "index.html"),
    "index_for_pages": (["404.html", "index.html"], "index.html", "*/*", 404, '{"detail":"Not'),
    "404": (["404.html", "index.html"], "404.html", "text/html", 404, "404.html"),
    "none": (["404.html", "index.html"], None, "text/html", 404, '{"detail":"Not Found"}'),
}


@pytest.mark.parametrize(
    ("files", "fallback", "accept", "status", "body"), FALLBACKS.values(), ids=FALLBACKS
)
def test_fallbacks(
    tmp_path: Path, files: list[str], fallback: Any, accept: str, status: int, body: str
) -> None:
    write(tmp_path, {name: name for name in files})
    app = FastAPI()
    app.frontend("/", directory=tmp_path, fallback=fallback)
    response = TestClient(app).get("/some/page", headers={"accept": accept})
    assert response.status_code == status
    assert response.text.startswith(body)


# Declarations

# name: (path, keywords, error, text)
WRONG: dict[str, tuple[str, dict[str, Any], type[Exception], str]] = {
    "no_path": ("", {}, AssertionError, "A frontend path cannot be empty"),
    "no_path_but_slashes": ("//", {}, AssertionError, "A frontend path cannot be empty"),
    "relative_path": ("app", {}, AssertionError, "A frontend path must start with '/'"),
    "fallback": (
        "/",
        {"fallback": "500.html"},
        AssertionError,
        "fallback must be 'auto', 'index.html', '404.html', or None",
    ),
    "directory": (
        "/",
        {"directory": "missing"},
        RuntimeError,
        "Frontend directory 'missing' does not exist. Resolved absolute path: '{cwd}/missing'",
    ),
    "checked_directory": (
        "/",
        {"directory": "missing", "check_dir": True},
        RuntimeError,
        "Frontend directory 'missing' does not exist. Resolved absolute path: '{cwd}/missing'",
    ),
    "file_as_directory": (
        "/",
        {"directory": "dist/index.html"},
        RuntimeError,
        "Frontend directory 'dist/index.html' does not exist. "
        "Resolved absolute path: '{cwd}/dist/index.html'",
    ),
    "fallback_file": (
        "/",
        {"directory": "dist", "fallback": "404.html"},
        RuntimeError,
        "Frontend fallback file '404.html' does not exist in directory 'dist'. "
        "Resolved absolute directory: '{cwd}/dist'",
    ),
}


@pytest.mark.parametrize(("path", "options", "error", "text"), WRONG.values(), ids=WRONG)
def test_wrong_declarations(
    dist: Path,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    options: dict[str, Any],
    error: type[Exception],
    text: str,
) -> None:
    monkeypatch.chdir(dist.parent)
    monkeypatch.setenv("FASTAPI_ENV", "production")
    for declare in (FastAPI().frontend, APIRouter().frontend):
        with pytest.raises(error) as raised:
            declare(path, **{"directory": dist, **options})
        assert str(raised.value) == text.format(cwd=dist.parent)


@pytest.mark.parametrize("owner", [FastAPI, APIRouter])
def test_development_warns_at_the_line_of_the_declaration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: type[FastAPI | APIRouter]
) -> None:
    monkeypatch.setenv("FASTAPI_ENV", "development")
    with pytest.warns(UserWarning, match=r"Frontend directory '.*' does not exist") as caught:
        owner().frontend("/", directory=tmp_path / "missing")
    assert caught[0].filename == __file__
    with pytest.raises(RuntimeError):
        owner().frontend("/", directory=tmp_path / "missing", check_dir=True)


# name: (directory, fallback, what is raised)
UNCHECKED = {
    "directory": ("missing", "auto", "does not exist"),
    "fallback": ("dist", "404.html", "Frontend fallback file '404.html' does not exist"),
}


@pytest.mark.parametrize(("directory", "fallback", "text"), UNCHECKED.values(), ids=UNCHECKED)
def test_unchecked_directories_fail_at_the_request(
    dist: Path, directory: str, fallback: Any, text: str
) -> None:
    app = FastAPI()
    app.frontend("/", directory=dist.parent / directory, fallback=fallback, check_dir=False)
    with pytest.raises(RuntimeError, match=text):
        TestClient(app).get("/nothing")
    response = TestClient(app, raise_server_exceptions=False).get("/nothing")
    assert (response.status_code, response.text) == (500, "Internal Server Error")


def test_a_directory_that_is_made_later_is_served(tmp_path: Path) -> None:
    app = FastAPI()
    app.frontend("/", directory=tmp_path / "dist", check_dir=False)
    write(tmp_path / "dist", FILES)
    assert TestClient(app).get("/").text == "index"


def test_files_that_may_not_be_read(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = FastAPI()
    app.frontend("/", directory=dist)
    real = os.stat

    def refuse(path: Any, **options: Any) -> os.stat_result:
        if os.fspath(path).endswith("app.js"):
            raise PermissionError
        if os.fspath(path).endswith("broken"):
            raise OSError(5, "Input/output error")
        return real(path, **options)

    client = TestClient(app)
    client.get("/")
    monkeypatch.setattr(os, "stat", refuse)
    response = client.get("/assets/app.js")
    assert (response.status_code, response.json()) == (401, {"detail": "Unauthorized"})
    with pytest.raises(OSError, match="Input/output error"):
        client.get("/broken")


def test_files_are_looked_for_outside_of_the_event_loop(
    dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = FastAPI()
    app.frontend("/", directory=dist)
    looked_for = []
    real = StaticFiles.lookup_path

    def lookup_path(files: StaticFiles, path: str) -> Any:
        looked_for.append(path)
        with pytest.raises(RuntimeError, match="no running event loop"):
            asyncio.get_running_loop()
        return real(files, path)

    monkeypatch.setattr(StaticFiles, "lookup_path", lookup_path)
    assert TestClient(app).get("/page", headers=PAGE).text == "index"
    assert looked_for == ["page", "404.html", "index.html"]


# Routers, prefixes and dependencies


@pytest.fixture
def calls() -> list[str]:
    return []


@pytest.fixture(params=["plan", "functions"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whether inner functions are replaced, and what was then called."""
    called: list[str] = []
    if request.param == "functions":
        for module, name in (
            (routing, "solve_dependencies"),
            (routing, "run_in_threadpool"),
            (utils, "run_in_threadpool"),
        ):
            monkeypatch.setattr(module, name, noting(called, module, name))
    return called


def noting(called: list[str], module: ModuleType, name: str) -> Any:
    function = getattr(module, name)

    def note(*positional: Any, **named: Any) -> Any:
        called.append(f"{module.__name__}.{name}")
        return function(*positional, **named)

    return note


in_both_ways = pytest.mark.usefixtures("way")


def recorder(calls: list[str], name: str) -> Any:
    def record() -> Iterator[None]:
        calls.append(name)
        yield
        calls.append("end of " + name)

    return Depends(record)


@in_both_ways
def test_prefixes_and_dependencies_of_all_routers_around(dist: Path, calls: list[str]) -> None:
    child = APIRouter(prefix="/ui", dependencies=[recorder(calls, "child")])
    child.frontend("/", directory=dist)
    parent = APIRouter(dependencies=[recorder(calls, "parent")])
    parent.include_router(child, prefix="/b", dependencies=[recorder(calls, "parent includes")])
    app = FastAPI(dependencies=[recorder(calls, "app")])
    app.include_router(parent, prefix="/a", dependencies=[recorder(calls, "app includes")])
    app.include_router(child, prefix="/again")
    client = TestClient(app)

    names = ["app", "app includes", "parent", "parent includes", "child"]
    assert client.get("/a/b/ui/assets/app.js").text == "script"
    assert calls == [*names, *("end of " + name for name in reversed(names))]
    calls.clear()
    assert client.get("/again/ui/").text == "index"
    assert calls == ["app", "child", "end of child", "end of app"]
    calls.clear()
    for method, path, status in (
        ("GET", "/ui/", 404),
        ("GET", "/a/b/uix", 404),
        ("POST", "/a/b/ui/", 405),
        ("POST", "/a/b/ui/page", 404),
    ):
        assert client.request(method, path, headers=PAGE).status_code == status
    assert calls == []


@pytest.mark.parametrize("way", ["functions"], indirect=True)
def test_replaced_functions_are_called(dist: Path, way: list[str]) -> None:
    def check() -> None:
        """In a thread."""

    app = FastAPI(dependencies=[Depends(check)])
    app.frontend("/", directory=dist)
    assert TestClient(app).get("/").text == "index"
    assert way == [
        "ferroapi.routing.solve_dependencies",
        "ferroapi.dependencies.utils.run_in_threadpool",
        "ferroapi.routing.run_in_threadpool",
    ]


@in_both_ways
def test_dependencies_that_refuse(dist: Path) -> None:
    def session(request: Request) -> None:
        if request.cookies.get("session") != "ok":
            raise HTTPException(401)

    app = FastAPI(dependencies=[Depends(session)])
    app.frontend("/", directory=dist)
    client = TestClient(app)
    for path in ("/", "/assets/app.js", "/page", "/missing.js"):
        assert client.get(path, headers=PAGE).status_code == 401
    assert client.get("/", headers={"cookie": "session=ok"}).text == "index"
    app.dependency_overrides[session] = lambda: None
    assert client.get("/").text == "index"
    app.dependency_overrides.clear()
    assert client.get("/").status_code == 401


@in_both_ways
def test_overrides_in_a_mapping_of_the_users(dist: Path) -> None:
    def let_in() -> None: ...

    def refuse() -> None:
        raise HTTPException(401)

    app = FastAPI(dependencies=[Depends(let_in)])
    app.frontend("/", directory=dist)
    app.dependency_overrides = {}
    client = TestClient(app)
    assert client.get("/").text == "index"
    app.dependency_overrides[let_in] = refuse
    assert client.get("/").status_code == 401


@in_both_ways
def test_what_dependencies_leave_for_the_response(dist: Path, calls: list[str]) -> None:
    def leave(response: Response, background: BackgroundTasks) -> None:
        response.headers["x-left"] = "yes"
        response.set_cookie("left", "too")
        background.add_task(calls.append, "task")

    app = FastAPI(dependencies=[Depends(leave)])
    app.frontend("/", directory=dist)
    for path in ("/", "/page", "/about"):
        response = TestClient(app, follow_redirects=False).get(path, headers=PAGE)
        assert response.headers["x-left"] == "yes"
        assert response.cookies["left"] == "too"
    assert calls == ["task", "task", "task"]


@in_both_ways
def test_parameters_of_dependencies(dist: Path) -> None:
    def read(token: int, path: str = "none") -> None:
        assert (token, path) == (1, "some")

    def read_body(name: str = Body()) -> None:
        """Never called: front ends have no body to read."""

    app = FastAPI(dependencies=[Depends(read)])
    app.frontend("/", directory=dist)
    router = APIRouter(dependencies=[Depends(read_body)])
    router.frontend("/", directory=dist)
    app.include_router(router, prefix="/body")
    client = TestClient(app)
    assert client.get("/?token=1&path=some").text == "index"
    assert client.get("/").json()["detail"][0]["loc"] == ["query", "token"]
    response = client.request("GET", "/body/?token=1&path=some", json="name")
    assert response.status_code == 422
    assert [error["loc"] for error in response.json()["detail"]] == [["body"]]


@in_both_ways
def test_generators_see_that_there_is_no_file(dist: Path, calls: list[str]) -> None:
    def watch() -> Iterator[None]:
        try:
            yield
        except StarletteHTTPException as error:
            calls.append(str(error.status_code))
            raise

    app = FastAPI(dependencies=[Depends(watch)])
    app.frontend("/", directory=dist, fallback=None)
    assert TestClient(app).get("/missing").status_code == 404
    assert calls == ["404"]


@in_both_ways
@pytest.mark.parametrize("scope", ["function", "request"])
def test_scopes_end_as_those_of_operations(dist: Path, calls: list[str], scope: Any) -> None:
    def open_and_close() -> Iterator[None]:
        yield
        calls.append("closed")

    app = FastAPI(dependencies=[Depends(open_and_close, scope=scope)])
    app.frontend("/", directory=dist)

    @app.middleware("http")
    async def sending(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        calls.append("sending")
        return response

    assert TestClient(app).get("/").text == "index"
    assert calls == (["closed", "sending"] if scope == "function" else ["sending", "closed"])


@in_both_ways
def test_a_generator_that_swallows_the_error(dist: Path) -> None:
    def swallow() -> Iterator[None]:
        with contextlib.suppress(StarletteHTTPException):
            yield

    app = FastAPI(dependencies=[Depends(swallow)])
    app.frontend("/", directory=dist, fallback=None)
    with pytest.raises(FastAPIError, match="Response not awaited"):
        TestClient(app).get("/missing")


def test_routes_that_come_later_go_first(dist: Path) -> None:
    router = APIRouter()
    router.frontend("/", directory=dist)
    app = FastAPI()
    app.include_router(router, prefix="/app")
    client = TestClient(app)
    assert client.get("/app/page", headers=PAGE).text == "index"

    @router.get("/page")
    def page() -> str:
        return "route"

    assert client.get("/app/page", headers=PAGE).json() == "route"
    router.frontend("/late", directory=dist / "about")
    assert client.get("/app/late/").text == "about"


def test_mounts_and_proxies(dist: Path) -> None:
    inner = FastAPI()
    inner.frontend("/ui", directory=dist)
    app = FastAPI()
    app.mount("/inner", inner)
    client = TestClient(app, follow_redirects=False)
    assert client.get("/inner/ui/assets/app.js").text == "script"
    assert client.get("/inner/ui").headers["location"] == "/inner/ui/"
    proxied = TestClient(inner, root_path="/proxy")
    assert proxied.get("/ui/assets/app.js").text == "script"
    assert proxied.get("/proxy/ui/assets/app.js").text == "script"


def test_websockets_and_documents_pass_by(dist: Path) -> None:
    app = FastAPI()
    app.frontend("/", directory=dist)

    @app.websocket("/socket")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("hello")
        await websocket.close()

    client = TestClient(app)
    with client.websocket_connect("/socket") as connection:
        assert connection.receive_text() == "hello"
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/other"):
        pass
    assert client.get("/openapi.json").json()["paths"] == {}


SEGMENTS = st.lists(st.sampled_from(["a", "b", "ab"]), max_size=3)


@given(own=st.lists(SEGMENTS, max_size=3), included=st.lists(SEGMENTS, max_size=3), path=SEGMENTS)
@example(own=[[]], included=[["a"]], path=["ab"])
@example(own=[["b", "a"], ["b", "a"]], included=[[]], path=["b", "a"])
def test_the_longest_path_gets_the_request(
    own: list[list[str]], included: list[list[str]], path: list[str]
) -> None:
    below, app = APIRouter(), FastAPI()
    # Each has a name to be told by: the directory it would serve.
    declared = [(segments, f"own {index}") for index, segments in enumerate(own)]
    for segments, name in declared:
        app.frontend("/" + "/".join(segments), directory=name, check_dir=False)
    for index, segments in enumerate(included):
        below.frontend("/" + "/".join(segments), directory=f"below {index}", check_dir=False)
        declared.append((["b", *segments], f"below {index}"))
    app.include_router(below, prefix="/b")

    covering = [one for one in declared if path[: len(one[0])] == one[0]]
    expected = max(covering, key=lambda one: len("/".join(one[0])), default=(None, None))[1]
    scope = {"type": "http", "method": "GET", "path": "/" + "/".join(path)}
    routes = low_priority_routes(app.router)
    taking = [
        route.app.directory
        for route in routes
        if isinstance(route, Frontend) and route.matches(scope)[0] is Match.FULL
    ]
    assert (taking[0] if taking else None) == expected


# Accept


def email_accepts_html(accept: str) -> bool:
    """The oracle: each element read as the content type of a message."""
    for element in accept.split(","):
        message = Message()
        message["content-type"] = element.strip()
        quality = message.get_param("q")
        try:
            rejected = isinstance(quality, str) and float(quality) == 0
        except ValueError:
            rejected = False
        if message.get_content_type() in ("text/html", "application/xhtml+xml") and not rejected:
            return True
    return False


TYPES = ["text/html", "TEXT/HTML", "application/xhtml+xml", "*/*", "text/*", "text/plain"]
PARAMETERS = ["q", "q=", "q=0", "Q=0.0", "q=-0", 'q="0"', "q=0.8", "q=1", "q=nan", "level=1"]
ACCEPT = st.lists(st.sampled_from([*TYPES, *PARAMETERS, ",", ";", " ", "\t"]), max_size=12)


@given(accept=ACCEPT.map("".join))
@example(accept="text/html;q=0,text/html")
@example(accept="text/html;q=0;q=1")
@example(accept="text/html; charset=utf-8; q=0")
def test_accept_is_read_as_the_standard_library_does(accept: str) -> None:
    assert accepts_html(accept) is email_accepts_html(accept)
