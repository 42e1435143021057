"""Limits of forms: what they may be, which of them count, and what is answered beyond them."""

from typing import Annotated, Any

import pytest

from ferroapi import APIRouter, FastAPI, File, Form, Request, UploadFile
from ferroapi._form_limits import checked_form_limits
from ferroapi.routing import APIRoute
from ferroapi.testclient import TestClient


async def text(text: Annotated[str, Form()]) -> str:
    return text


async def file(text: Annotated[UploadFile, File()]) -> str | None:
    return text.filename


@pytest.mark.parametrize(
    "limits",
    [{"max_parts": 1}, {"max_files": -1}, {"max_fields": True}, {"max_part_size": 1.5}],
)
def test_wrong_limits_are_refused_where_they_are_declared(limits: Any) -> None:
    name = next(iter(limits))
    for declare in (
        lambda: FastAPI(form_limits=limits),
        lambda: APIRouter(form_limits=limits),
        lambda: FastAPI().include_router(APIRouter(), form_limits=limits),
        lambda: FastAPI().post("/", form_limits=limits)(text),
        lambda: APIRoute("/", text, form_limits=limits),
    ):
        with pytest.raises(ValueError, match=name):
            declare()


@pytest.mark.parametrize("limits", [[], (("max_fields", 1),), "max_fields", 3])
def test_limits_are_a_dictionary(limits: Any) -> None:
    with pytest.raises(ValueError, match="form_limits must be a dictionary or None"):
        FastAPI(form_limits=limits)


def test_limits_are_copied() -> None:
    limits: Any = {"max_fields": 1}
    checked = checked_form_limits(limits)
    limits["max_fields"] = 0
    assert checked == {"max_fields": 1}


LEVELS = ["mounting", "app", "including", "child", "operation"]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("others", [0, 9])
def test_the_innermost_limit_counts(level: str, others: int) -> None:
    """Those further out do not, be they larger or smaller."""
    index = LEVELS.index(level)
    limits: Any = {name: {"max_fields": others} for name in LEVELS[:index]}
    limits[level] = {"max_fields": 2}
    child = APIRouter(form_limits=limits.get("child"))
    child.post("/", form_limits=limits.get("operation"))(text)
    app = FastAPI(form_limits=limits.get("app"))
    app.include_router(child, prefix="/in", form_limits=limits.get("including"))
    outer = FastAPI(form_limits=limits.get("mounting"))
    outer.mount("/mounted", app)
    client = TestClient(outer)
    fields = {"text": "a", "b": "b"}
    assert client.post("/mounted/in/", data=fields).json() == "a"
    assert client.post("/mounted/in/", data={**fields, "c": "c"}).status_code == 400


def test_limits_are_inherited_key_by_key() -> None:
    app = FastAPI(form_limits={"max_part_size": 2})
    app.post("/", form_limits={"max_fields": 1})(text)
    # A route that was not declared on a router inherits all the same.
    app.routes.append(APIRoute("/direct", text, methods=["POST"]))
    client = TestClient(app)
    long, two = {"text": (None, "abc")}, {"text": (None, "ab"), "b": (None, "b")}
    assert client.post("/", files=long).status_code == 400
    assert client.post("/", files=two).status_code == 400
    assert client.post("/direct", files=long).status_code == 400
    assert client.post("/direct", files=two).json() == "ab"


def test_a_mount_in_an_included_router_inherits() -> None:
    mounted = FastAPI()
    mounted.post("/")(text)
    router = APIRouter()
    router.mount("/mounted", mounted)
    app = FastAPI()
    app.include_router(router, form_limits={"max_fields": 0})
    app.include_router(router, prefix="/free")
    client = TestClient(app)
    assert client.post("/mounted/", data={"text": "a"}).status_code == 400
    assert client.post("/free/mounted/", data={"text": "a"}).json() == "a"


def test_what_the_limits_count() -> None:
    app = FastAPI()
    app.post("/files", form_limits={"max_files": 0})(file)
    app.post("/text", form_limits={"max_files": 0, "max_part_size": 3})(text)
    client = TestClient(app)
    answer = client.post("/files", files={"text": ("a", b"a")})
    assert (answer.status_code, answer.json()) == (
        400,
        {"detail": "Too many files. Maximum number of files is 0."},
    )
    assert client.post("/text", files={"text": (None, "abc")}).json() == "abc"
    assert client.post("/text", files={"text": (None, "abcd")}).status_code == 400


def test_a_form_an_endpoint_reads_by_itself_has_the_limits_it_says() -> None:
    app = FastAPI(form_limits={"max_fields": 0})

    @app.post("/")
    async def post(request: Request) -> Any:
        async with request.form(max_fields=1) as form:
            return form["text"]

    client = TestClient(app)
    assert client.post("/", data={"text": "a"}).json() == "a"
    assert client.post("/", data={"text": "a", "b": "b"}).status_code == 400
