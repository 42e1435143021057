"""Path, query, header and cookie parameters: their values, and the errors in their order."""

from decimal import Decimal
from enum import Enum
from types import SimpleNamespace
from typing import Annotated, Any, NewType

import pytest
from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Json,
    model_validator,
)

from ferroapi import Cookie, Depends, FastAPI, Header, Path, Query
from ferroapi.params import Param
from ferroapi.testclient import TestClient


class Color(Enum):
    RED = "red"


class Page(BaseModel):
    number: int


PageOfObject = Annotated[
    NewType("PageOfObject", Page),
    BeforeValidator(lambda text: SimpleNamespace(number=int(text))),
]


def serving(annotation: Any, default: Any = ..., path: str = "/") -> TestClient:
    """A client of an endpoint with one parameter `p`, which it gives back."""

    async def required(p):  # type: ignore[no-untyped-def]  # annotated below
        return {"p": repr(p)}

    async def optional(p=default):  # type: ignore[no-untyped-def]  # annotated below
        return {"p": repr(p)}

    chosen: Any = required if default is ... else optional
    chosen.__annotations__["p"] = annotation
    app = FastAPI()
    app.get(path)(chosen)
    return TestClient(app)


Q, H, C = Query(), Header(), Cookie()

# name: (annotation, default, query, what the endpoint gets or the type and place of the error)
QUERIES: dict[str, tuple[Any, Any, str, Any]] = {
    "int": (int, ..., "p=3", 3),
    "last_of_several": (int, ..., "p=3&p=4", 4),
    "float": (float, ..., "p=1e3", 1000.0),
    "bool": (bool, ..., "p=off", False),
    "text": (str, ..., "p=a%20b+c", "a b c"),
    "empty_text": (str, ..., "p=", ""),
    "no_equals_sign": (str, ..., "p", ""),
    "enum": (Color, ..., "p=red", Color.RED),
    "decimal": (Decimal, ..., "p=1.50", Decimal("1.50")),
    "object_of_a_model": (PageOfObject, ..., "p=3", Page(number=3)),
    "default": (int, 5, "", 5),
    "default_is_not_validated": (int, "five", "", "five"),
    "none_by_default": (int | None, None, "", None),
    "explicit_value_for_default": (int, 5, "p=5", 5),
    "nullable_is_required": (int | None, ..., "", ("missing", ["query", "p"])),
    "missing": (int, ..., "q=1", ("missing", ["query", "p"])),
    "wrong": (int, ..., "p=x", ("int_parsing", ["query", "p"])),
    "empty_number": (int, 5, "p=", ("int_parsing", ["query", "p"])),
    "no_place": (int, Param(ge=1), "p=3", 3),
    "no_place_and_wrong": (int, Param(ge=1), "p=0", ("greater_than_equal", ["query", "p"])),
    "no_place_and_missing": (int, Param(), "", ("missing", ["query", "p"])),
    "wrong_enum": (Color, ..., "p=blue", ("enum", ["query", "p"])),
    "list": (list[int], Q, "p=1&p=2", [1, 2]),
    "list_of_one": (list[int], Q, "p=1", [1]),
    "set": (set[int], Q, "p=1&p=1", {1}),
    "tuple": (tuple[int, str], Q, "p=1&p=a", (1, "a")),
    "missing_list": (list[int], Q, "", ("missing", ["query", "p"])),
    "default_list": (list[int], Query(default=[7]), "", [7]),
    "default_factory": (list[int], Query(default_factory=list), "", []),
    "optional_list": (list[int] | None, Query(default=None), "", None),
    "wrong_item": (list[int], Q, "p=1&p=x", ("int_parsing", ["query", "p", 1])),
    "alias": (int, Query(alias="other"), "other=3", 3),
    "alias_only": (int, Query(alias="other"), "p=3", ("missing", ["query", "other"])),
    "validation_alias": (int, Query(alias="a", validation_alias="b"), "b=3", 3),
    "choices": (int, Query(validation_alias=AliasChoices("a", "b")), "b=3", 3),
    "first_choice": (int, Query(validation_alias=AliasChoices("a", "b")), "b=3&a=4", 4),
    "wrong_choice": (
        *(int, Query(validation_alias=AliasChoices("a", "b")), "b=x"),
        ("int_parsing", ["query", "b"]),
    ),
    "missing_choice": (
        *(int, Query(validation_alias=AliasChoices("a", "b")), ""),
        ("missing", ["query", "a"]),
    ),
    "constraint": (int, Query(ge=3), "p=2", ("greater_than_equal", ["query", "p"])),
    "field_constraint": (Annotated[int, Field(gt=2)], ..., "p=2", ("greater_than", ["query", "p"])),
    "validated_default": (
        *(int, Query(default="x", validate_default=True), ""),
        ("int_parsing", ["query", "p"]),
    ),
    "json": (Annotated[Json[list[int]], Q], ..., "p=[1,2]", [1, 2]),
    "field_as_default": (int, Field(default=5), "", 5),
    "factory_of_data": (int, Query(default_factory=lambda _: 5), "", 5),
    "wrong_json": (Annotated[Json[list[int]], Q], ..., "p=[1", ("json_invalid", ["query", "p"])),
    "escapes": (str, ..., "p=%e2%82%ac", "\u20ac"),
    "escapes_that_are_no_text": (str, ..., "p=%ff", "\ufffd"),
    "broken_escapes": (str, ..., "p=%zz%2", "%zz%2"),
}


def check(response: Any, expected: Any) -> None:
    if isinstance(expected, tuple) and isinstance(expected[1], list):
        (error,) = response.json()["detail"]
        assert (response.status_code, error["type"], error["loc"]) == (422, *expected)
    else:
        assert (response.status_code, response.json()) == (200, {"p": repr(expected)})


@pytest.mark.parametrize(
    ("annotation", "default", "query", "expected"), QUERIES.values(), ids=QUERIES
)
def test_query(annotation: Any, default: Any, query: str, expected: Any) -> None:
    check(serving(annotation, default).get(f"/?{query}"), expected)


# name: (annotation, default, headers, what the endpoint gets or the type and place of the error)
HEADERS: dict[str, tuple[Any, Any, list[tuple[str, str]], Any]] = {
    "header": (int, H, [("p", "3")], 3),
    "case_does_not_matter": (int, H, [("P", "3")], 3),
    "first_of_several": (int, H, [("p", "3"), ("p", "4")], 3),
    "list": (list[int], H, [("p", "3"), ("p", "4")], [3, 4]),
    "optional_json": (Json[Page] | None, H, [("p", '{"number": 2}')], Page(number=2)),
    "commas_are_not_split": (list[str], H, [("p", "a, b")], ["a, b"]),
    "missing": (int, H, [], ("missing", ["header", "p"])),
    "default": (int, Header(default=1), [], 1),
    "alias": (str, Header(alias="X-Own"), [("x-own", "a")], "a"),
    "wrong_alias": (
        int,
        Header(alias="X-Own"),
        [("x-own", "a")],
        ("int_parsing", ["header", "X-Own"]),
    ),
    "cookie": (int, C, [("cookie", "p=3")], 3),
    "last_cookie": (int, C, [("cookie", "p=3; p=4")], 4),
    "several_cookie_headers": (int, C, [("cookie", "p=3"), ("cookie", "q=4")], 3),
    "quoted_cookie": (str, C, [("cookie", 'p="a b"')], "a b"),
    "missing_cookie": (int, C, [("cookie", "q=1")], ("missing", ["cookie", "p"])),
    "wrong_cookie": (int, C, [("cookie", "p=x")], ("int_parsing", ["cookie", "p"])),
    "default_cookie": (str, Cookie(default="d"), [], "d"),
    "cookie_list_of_one": (list[str], C, [("cookie", "p=3")], ("list_type", ["cookie", "p"])),
}


@pytest.mark.parametrize(
    ("annotation", "default", "headers", "expected"), HEADERS.values(), ids=HEADERS
)
def test_header_and_cookie(annotation: Any, default: Any, headers: Any, expected: Any) -> None:
    check(serving(annotation, default).get("/", headers=headers), expected)


# name: (the parameter's name on the wire, whether it is found)
UNDERSCORES: dict[str, tuple[Any, str, bool]] = {
    "hyphens": (Header(), "x-a-b", True),
    "underscores_of_a_client": (Header(), "x_a_b", False),
    "underscores_declared": (Header(convert_underscores=False), "x_a_b", True),
    "hyphens_for_underscores": (Header(convert_underscores=False), "x-a-b", False),
}


@pytest.mark.parametrize(("info", "name", "found"), UNDERSCORES.values(), ids=UNDERSCORES)
def test_underscores_in_header_names(info: Any, name: str, found: bool) -> None:
    app = FastAPI()

    @app.get("/")
    async def read(x_a_b: str = info) -> str:
        return x_a_b

    assert TestClient(app).get("/", headers={name: "v"}).status_code == (200 if found else 422)


# name: (annotation, path of the route, path of the request, what is given or the error)
PATHS: dict[str, tuple[Any, str, str, Any]] = {
    "text": (str, "/{p}", "/a b", "a b"),
    "int": (int, "/{p}", "/3", 3),
    "negative": (int, "/{p}", "/-3", -3),
    "wrong": (int, "/{p}", "/x", ("int_parsing", ["path", "p"])),
    "constraint": (Annotated[int, Path(ge=5)], "/{p}", "/3", ("greater_than_equal", ["path", "p"])),
    "converted": (int, "/{p:int}", "/3", 3),
    "converted_for_text": (str, "/{p:int}", "/3", ("string_type", ["path", "p"])),
    "float": (float, "/{p:float}", "/1.5", 1.5),
    "path": (str, "/{p:path}", "/a/b", "a/b"),
    "untyped": (Any, "/{p:int}", "/3", 3),
    "enum": (Color, "/{p}", "/red", Color.RED),
    "optional": (int | None, "/{p}", "/3", 3),
}


@pytest.mark.parametrize(("annotation", "route", "path", "expected"), PATHS.values(), ids=PATHS)
def test_path(annotation: Any, route: str, path: str, expected: Any) -> None:
    check(serving(annotation, path=route).get(path), expected)


def test_path_alias_choices_follow_the_placeholder() -> None:
    app = FastAPI()

    async def read(
        p: Annotated[int, Path(validation_alias=AliasChoices("first", "second"))],
    ) -> int:
        return p

    app.get("/a/{first}")(read)
    app.get("/b/{second}")(read)
    client = TestClient(app)
    assert (client.get("/a/1").json(), client.get("/b/2").json()) == (1, 2)


def test_errors_in_order() -> None:
    """Dependencies first, in order of declaration; then path, query, header, cookie, body."""

    async def first(a: int, x_first: Annotated[int, Header()]) -> None: ...

    async def second(b: int) -> None: ...

    app = FastAPI()

    @app.post("/{number}")
    async def read(
        item: dict[str, int],
        session: Annotated[str, Cookie()],
        token: Annotated[str, Header()],
        q: int,
        number: int,
        s: Annotated[None, Depends(second)],
        f: Annotated[None, Depends(first)],
    ) -> None: ...

    response = TestClient(app).post("/x", json={"a": "b"})
    assert [error["loc"] for error in response.json()["detail"]] == [
        *(["query", "b"], ["query", "a"], ["header", "x-first"], ["path", "number"]),
        *(["query", "q"], ["header", "token"], ["cookie", "session"], ["body", "a"]),
    ]


def test_error_body() -> None:
    """Pydantic's error without its URL."""
    response = serving(Annotated[int, Query(ge=3)]).get("/?p=1")
    assert response.json() == {
        "detail": [
            {
                "type": "greater_than_equal",
                "loc": ["query", "p"],
                "msg": "Input should be greater than or equal to 3",
                "input": "1",
                "ctx": {"ge": 3},
            }
        ]
    }
    missing = {"type": "missing", "loc": ["query", "p"], "msg": "Field required", "input": None}
    assert serving(int).get("/").json() == {"detail": [missing]}


def test_defaults_are_not_shared_between_requests() -> None:
    app = FastAPI()

    @app.get("/")
    async def read(p: Annotated[list[int], Query()] = [0]) -> list[int]:  # noqa: B006  on purpose
        p.append(1)
        return p

    client = TestClient(app)
    assert [client.get("/").json() for _ in range(2)] == [[0, 1], [0, 1]]


class Filter(BaseModel):
    limit: int = 10
    tags: list[str] = []
    order_by: Annotated[str, Field(alias="orderBy")] = "name"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = 10


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    limit: int = 10


class Pair(BaseModel):
    low: int
    high: int

    @model_validator(mode="after")
    def ordered(self) -> "Pair":
        if self.low > self.high:
            raise ValueError("low is above high")
        return self


# name: (annotation, default, query, what the endpoint gets or the type and place of the error)
MODELS: dict[str, tuple[Any, Any, str, Any]] = {
    "defaults": (Filter, Q, "", Filter()),
    "values": (
        Filter,
        Q,
        "limit=3&tags=a&tags=b&orderBy=x",
        Filter(limit=3, tags=["a", "b"], orderBy="x"),
    ),
    "last_of_several": (Filter, Q, "limit=3&limit=4", Filter(limit=4)),
    "wrong": (Filter, Q, "limit=x", ("int_parsing", ["query", "limit"])),
    "wrong_alias": (Filter, Q, "order_by=x", Filter()),
    "others_are_ignored": (Filter, Q, "other=1", Filter()),
    "forbidden": (Strict, Q, "other=1", ("extra_forbidden", ["query", "other"])),
    "collected": (Open, Q, "other=1&more=2&more=3", Open(other="1", more=["2", "3"])),  # type: ignore[call-arg]  # extras
    "missing": (Pair, Q, "low=1", ("missing", ["query", "high"])),
    "of_the_whole": (Pair, Q, "low=2&high=1", ("value_error", ["query"])),
    "optional_absent": (Pair | None, Query(default=None), "other=1", None),
    "optional_present": (Pair | None, Query(default=None), "low=1&high=2", Pair(low=1, high=2)),
    "optional_partly": (Pair | None, Query(default=None), "low=1", ("missing", ["query", "high"])),
    "optional_required": (Pair | None, Q, "", ("missing", ["query"])),
    "optional_open": (Open | None, Query(default=None), "other=1", Open(other="1")),  # type: ignore[call-arg]  # extras
}


@pytest.mark.parametrize(
    ("annotation", "default", "query", "expected"), MODELS.values(), ids=MODELS
)
def test_model(annotation: Any, default: Any, query: str, expected: Any) -> None:
    """The fields of a model are parameters of its location."""
    check(serving(annotation, default).get(f"/?{query}"), expected)


class Tokens(BaseModel):
    x_token: str
    x_list: list[int] = []
    x_own: Annotated[str, Field(alias="X_Alias")] = "none"


def test_header_model() -> None:
    """Names have hyphens for underscores, except for aliases; errors name what was sent."""
    client = serving(Tokens, H)
    headers = [("x-token", "t"), ("x-list", "1"), ("x-list", "2"), ("x_alias", "a")]
    check(client.get("/", headers=headers), Tokens(x_token="t", x_list=[1, 2], X_Alias="a"))
    check(client.get("/"), ("missing", ["header", "x-token"]))
    check(
        client.get("/", headers=[("x-token", "t"), ("x-list", "x")]),
        ("int_parsing", ["header", "x-list", 0]),
    )


def test_cookie_model() -> None:
    client = serving(Pair, C)
    check(client.get("/", headers={"cookie": "low=1; high=2"}), Pair(low=1, high=2))
    check(client.get("/", headers={"cookie": "low=1"}), ("missing", ["cookie", "high"]))


def test_a_member_of_a_header_model_may_keep_its_underscores() -> None:
    class Headers(BaseModel):
        kept_one: str = Header("default", convert_underscores=False)
        other_one: str = "default"

    app = FastAPI()

    @app.get("/")
    async def read(headers: Annotated[Headers, Header()]) -> list[str]:
        return [headers.kept_one, headers.other_one]

    client = TestClient(app)
    sent = {"kept_one": "1", "other-one": "2"}
    assert client.get("/", headers=sent).json() == ["1", "2"]
    sent = {"kept-one": "1", "other_one": "2"}
    assert client.get("/", headers=sent).json() == ["default", "default"]


def test_an_empty_cookie_is_no_value_of_a_list_in_a_model() -> None:
    class Cookies(BaseModel):
        words: list[str] = ["default"]

    app = FastAPI()

    @app.get("/")
    async def read(cookies: Annotated[Cookies, Cookie()]) -> list[str]:
        return cookies.words

    assert TestClient(app).get("/", headers={"cookie": "words="}).json() == ["default"]


def test_models_beside_single_parameters() -> None:
    """Each reads the whole location."""
    app = FastAPI()

    @app.get("/")
    async def read(
        a: Annotated[Filter, Query()],
        b: Annotated[Open, Query()],
        limit: Annotated[int, Query()] = 1,
    ) -> Any:
        return [a.limit, b.limit, limit, b.model_extra]

    assert TestClient(app).get("/?limit=5&tags=a").json() == [5, 5, 5, {"tags": "a"}]


def test_hidden_parameters_are_validated() -> None:
    client = serving(Annotated[int, Query(include_in_schema=False)])
    assert client.get("/?p=x").status_code == 422
    assert client.get("/openapi.json").json()["paths"]["/"]["get"].get("parameters", []) == []


class OfPath(BaseModel):
    a: int


@pytest.mark.parametrize("declared", [OfPath, OfPath | None], ids=["model", "optional"])
def test_a_model_of_path_parameters(declared: Any) -> None:
    """Optional or not: a path that was matched has all of them."""
    app = FastAPI()

    @app.get("/{a}")
    def endpoint(p: Annotated[declared, Path()]) -> Any:
        return p

    client = TestClient(app)
    assert client.get("/5").json() == {"a": 5}
    assert client.get("/x").json()["detail"][0]["loc"] == ["path", "a"]
    described = app.openapi()["paths"]["/{a}"]["get"]["parameters"]
    assert [(each["name"], each["in"], each["required"]) for each in described] == [
        ("a", "path", True)
    ]


@pytest.mark.parametrize("place", [Query(), Header(), Cookie()], ids=["query", "header", "cookie"])
def test_an_optional_model_may_have_metadata_of_its_own(place: Any) -> None:
    app = FastAPI()

    @app.get("/")
    def endpoint(p: Annotated[Annotated[OfPath, "described"] | None, place] = None) -> Any:
        return p

    client = TestClient(app)
    sent = client.get("/?a=5", headers={"a": "5", "cookie": "a=5"})
    assert (sent.json(), client.get("/").json()) == ({"a": 5}, None)
