"""Models and unions of models in forms: under which names, and what is no value at all."""

import asyncio
from collections.abc import Iterator
from io import BytesIO
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Json,
    Tag,
    ValidationError,
    model_validator,
)
from starlette.datastructures import FormData

from ferroapi import Depends, FastAPI, File, Form, UploadFile
from ferroapi.dependencies.declaration import get_dependant
from ferroapi.fields import model_fields
from ferroapi.plan.reading.form_fields import read_file
from ferroapi.plan.reading.forms import FormReader
from ferroapi.testclient import TestClient

Items = list[tuple[str, Any]]


class Person(BaseModel):
    kind: Literal["person"]
    name: str
    tags: list[str] = []


class Company(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["company"]
    name: Annotated[str, Field(alias="company-name")] = "Acme"


class Open(BaseModel):
    model_config = ConfigDict(extra="allow", populate_by_name=True)
    size: Annotated[int, Field(validation_alias=AliasChoices("width", "height"))] = 1


class Files(BaseModel):
    file: UploadFile | None = None
    content: bytes = File(b"")
    contents: list[bytes] = File([])


def kind_of(value: Any) -> Any:
    return value.get("kind") if isinstance(value, dict) else value.kind


Tagged = Annotated[
    Annotated[Person, Tag("person")] | Annotated[Company, Tag("company")], Discriminator(kind_of)
]


def upload(content: bytes, name: str = "a.txt") -> UploadFile:
    return UploadFile(BytesIO(content), size=len(content), filename=name)


def plain(value: Any) -> Any:
    """A value with its models as what was set in them, and its uploads as their content."""
    if isinstance(value, BaseModel):
        own = {name: plain(getattr(value, name)) for name in value.model_fields_set}
        return {type(value).__name__: own}
    return value.file.read() if isinstance(value, UploadFile) else value


def reader(annotation: Any) -> FormReader:
    def endpoint(value: Any) -> None: ...

    endpoint.__annotations__["value"] = annotation
    return FormReader(get_dependant(path="/", call=endpoint).body_params)


def read(annotation: Any, items: Items) -> Any:
    """The value of one parameter, or its errors as pairs of location and type."""
    values, errors = asyncio.run(reader(annotation).read(FormData(items)))
    if errors:
        return [(error["loc"], error["type"]) for error in errors]
    return plain(values["value"])


Choice = Annotated[int, Form(validation_alias=AliasChoices("first", "second"))]
Union = Annotated[Person | Company, Form(discriminator="kind")]
RICK: Items = [("kind", "person"), ("name", "Rick")]

# name: (annotation, what was sent, the value or the errors)
CASES: dict[str, tuple[Any, Items, Any]] = {
    "first_alias": (Choice, [("first", "1"), ("second", "2")], 1),
    "empty_first_alias": (Choice, [("first", ""), ("second", "2")], 2),
    "wrong_first_alias": (
        *(Choice, [("first", "x"), ("second", "2")]),
        [(("body", "first"), "int_parsing")],
    ),
    "wrong_second_alias": (Choice, [("second", "x")], [(("body", "second"), "int_parsing")]),
    "json": (Annotated[Json[list[int]], Form()], [("value", "[1, 2]")], [1, 2]),
    "json_of_a_model": (
        *(Annotated[Json[Open], Form()], [("value", '{"width": 2}')]),
        {"Open": {"size": 2}},
    ),
    "optional_json_of_a_model": (
        *(Annotated[Json[Open] | None, Form()], [("value", '{"width": 2}')]),
        {"Open": {"size": 2}},
    ),
    "unselected_among_files": (
        Annotated[list[bytes], File()],
        [("value", upload(b"a")), ("value", upload(b"", "")), ("value", upload(b""))],
        [b"a", b""],
    ),
    "others_of_a_strict_model": (
        *(Annotated[Company, Form()], [("kind", "company"), ("name", "x")]),
        [(("body", "name"), "extra_forbidden")],
    ),
    "others_of_an_open_model": (
        *(Annotated[Open, Form()], [("a", "1"), ("b", ""), ("a", "2")]),
        {"Open": {"a": ["1", "2"], "b": ""}},
    ),
    "second_alias_in_a_model": (
        *(Annotated[Open, Form()], [("width", ""), ("height", "2")]),
        {"Open": {"size": 2}},
    ),
    "name_in_a_model": (Annotated[Open, Form()], [("size", "3")], {"Open": {"size": 3}}),
    "alias_that_was_not_needed": (
        *(Annotated[Open, Form()], [("width", "1"), ("height", "2")]),
        {"Open": {"size": 1, "height": "2"}},
    ),
    "files_in_a_model": (
        Annotated[Files, Form()],
        [("file", upload(b"a")), ("content", upload(b"b")), ("contents", upload(b"c"))],
        {"Files": {"file": b"a", "content": b"b", "contents": [b"c"]}},
    ),
    "member": (Union, RICK, {"Person": {"kind": "person", "name": "Rick"}}),
    "list_in_a_member": (
        *(Union, [*RICK, ("tags", "a"), ("tags", "")]),
        {"Person": {"kind": "person", "name": "Rick", "tags": ["a", ""]}},
    ),
    "list_of_one_in_a_member": (
        *(Union, [*RICK, ("tags", "")]),
        {"Person": {"kind": "person", "name": "Rick", "tags": [""]}},
    ),
    "last_of_several_in_a_member": (
        *(Union, [*RICK, ("name", "Morty")]),
        {"Person": {"kind": "person", "name": "Morty"}},
    ),
    "empty_in_a_strict_member": (
        *(Union, [("kind", "company"), ("company-name", "")]),
        {"Company": {"kind": "company"}},
    ),
    "others_in_a_strict_member": (
        *(Union, [("kind", "company"), ("name", "")]),
        [(("body", "company", "name"), "extra_forbidden")],
    ),
    "empty_in_a_member": (
        *(Union, [("kind", "person"), ("name", "")]),
        [(("body", "person", "name"), "missing")],
    ),
    "unknown_tag": (Union, [("kind", "x")], [(("body",), "union_tag_invalid")]),
    "no_tag": (Union, [("name", "x")], [(("body",), "union_tag_not_found")]),
    "tag_by_a_function": (
        *(Annotated[Tagged, Form()], [("kind", "company")]),
        {"Company": {"kind": "company"}},
    ),
    "no_discriminator": (
        Annotated[Person | Open, Form(union_mode="left_to_right")],
        [("kind", "person"), ("height", "2")],
        {"Open": {"kind": "person", "size": 2}},
    ),
    "no_member_fits": (
        Annotated[Person | Company, Form()],
        [],
        [
            (("body", "Person", "kind"), "missing"),
            (("body", "Person", "name"), "missing"),
            (("body", "Company", "kind"), "missing"),
        ],
    ),
    "nothing_of_a_nullable_model": (
        *(Annotated[Person | None, Form()], [("other", "x")]),
        [(("body",), "missing")],
    ),
    "anything_of_a_nullable_strict_union": (
        *(Annotated[Person | Company | None, Form(discriminator="kind")], [("other", "x")]),
        [(("body",), "union_tag_not_found")],
    ),
    "nullable_discriminated_union": (
        Annotated[
            Annotated[Person | Company, Field(discriminator="kind")] | None,
            Form(),
        ],
        [("kind", "company")],
        {"Company": {"kind": "company"}},
    ),
    "empty_of_a_nullable_model": (
        *(Annotated[Person | None, Form()], [("name", "")]),
        [(("body", "kind"), "missing"), (("body", "name"), "missing")],
    ),
}


@pytest.mark.parametrize(("annotation", "items", "expected"), CASES.values(), ids=CASES)
def test_reading(annotation: Any, items: Items, expected: Any) -> None:
    assert read(annotation, items) == expected


def naive(model: type[BaseModel], items: Items) -> dict[str, Any]:
    """What a model is made of, searched for name by name."""
    found: dict[str, Any] = {}
    used: set[str] = set()
    for field in model_fields(model):
        for name in field.input_names:
            used.add(name)
            sent = [value for key, value in items if key == name]
            if sent and (field.name == "tags" or sent[-1] != ""):
                found[name] = sent if field.name == "tags" else sent[-1]
                break
    for name, _ in items:
        if name not in used:
            sent = [value for key, value in items if key == name]
            found[name] = sent[0] if len(sent) == 1 else sent
    return found


ITEMS = st.lists(
    st.tuples(
        st.sampled_from(["kind", "name", "tags", "company-name", "size", "width", "height", "x"]),
        st.sampled_from(["", "1", "person", "company"]),
    ),
    max_size=6,
)


@given(ITEMS)
def test_each_member_of_a_union_reads_its_own_fields(items: Items) -> None:
    expected: Any = None
    for model in (Person, Company, Open):
        try:
            expected = plain(model.model_validate(naive(model, items)))
            break
        except ValidationError:
            continue
    value = read(Annotated[Person | Company | Open, Form(union_mode="left_to_right")], items)
    assert value == expected if expected is not None else isinstance(value, list)


def test_a_member_that_changes_its_input_leaves_that_of_the_others() -> None:
    class Greedy(BaseModel):
        name: str

        @model_validator(mode="before")
        @classmethod
        def take(cls, value: dict[str, Any]) -> dict[str, Any]:
            value.clear()
            return value

    expected = {"Person": {"kind": "person", "name": "Rick"}}
    assert read(Annotated[Greedy | Person, Form()], RICK) == expected


class Counted(list[Any]):
    """Counts the visits of its items."""

    visits = 0

    def __iter__(self) -> Iterator[Any]:
        for item in super().__iter__():
            self.visits += 1
            yield item


@pytest.mark.parametrize("annotation", [Union, Annotated[Open, Form()], Choice])
def test_a_form_is_walked_through_once(annotation: Any) -> None:
    form = FormData([(str(number), "x") for number in range(100)])
    form._list = counted = Counted(form._list)
    asyncio.run(reader(annotation).read(form))
    assert counted.visits <= 100


@pytest.mark.parametrize("fails", [False, True])
def test_a_file_is_left_where_it_was(fails: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    file = upload(b"hello")
    file.file.seek(2)

    async def fail(_size: int = -1) -> bytes:
        file.file.read(1)
        raise OSError("the disk is gone")

    if fails:
        monkeypatch.setattr(file, "read", fail)
        with pytest.raises(OSError, match="gone"):
            asyncio.run(read_file(file))
    else:
        assert asyncio.run(read_file(file)) == b"llo"
    assert file.file.tell() == 2


def test_models_of_one_name_in_several_dependencies_are_one_form() -> None:
    def person(data: Annotated[Person, Form()]) -> Any:
        return data

    def size(data: Annotated[Open, Form()]) -> Any:
        return data

    app = FastAPI()

    @app.post("/")
    def post(one: Annotated[Any, Depends(person)], two: Annotated[Any, Depends(size)]) -> Any:
        return [one.name, two.size]

    response = TestClient(app).post("/", data={"kind": "person", "name": "Rick", "width": "7"})
    assert response.json() == ["Rick", 7]
    composed = app.openapi()["components"]["schemas"]["Body_post__post"]["allOf"]
    assert composed[0] == {"$ref": "#/components/schemas/Person"}
    assert len(composed) == 2
