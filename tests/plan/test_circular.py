"""What becomes of types that lead back to themselves without a step into a value."""

from typing import Annotated, Any, Optional, Union

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, RootModel
from tests.properties import examples
from typing_extensions import TypeAliasType

from ferroapi import Body, FastAPI
from ferroapi.plan.circular import is_circular
from ferroapi.testclient import TestClient

Nullable = TypeAliasType("Nullable", Optional["Nullable"])  # type: ignore[misc]  # meant
First = TypeAliasType("First", Optional["Second"])
Second = TypeAliasType("Second", Optional["First"])  # type: ignore[misc]  # meant
Checked = TypeAliasType(  # type: ignore[misc]  # meant
    "Checked", Annotated[Optional["Checked"], AfterValidator(lambda value: value)]
)
Number = TypeAliasType("Number", Union["Number", int])  # type: ignore[misc]  # meant
# One that steps into lists, beside one that does not.
Lists = TypeAliasType("Lists", Nullable | list["Lists"] | set["Lists"])  # type: ignore[misc]  # meant


class Root(RootModel[Optional["Root"]]): ...


class Member(BaseModel):
    member: Nullable = None


# name: (the type, text of JSON, the answer)
BODIES: dict[str, tuple[Any, str, Any]] = {
    "null": (Nullable, "null", None),
    "nullable": (Nullable, "5", "recursion_loop"),
    "two": (First, "[[]]", "recursion_loop"),
    "checked": (Checked, "5", "recursion_loop"),
    "union": (Number, "5", 5),
    "no_member_of_the_union": (Number, "null", "recursion_loop"),
    "beside_lists": (Lists, "[[], [[]]]", [[], [[]]]),
    "root_model": (Root, "5", "recursion_loop"),
    "in_a_list": (list[Nullable], "[null, 1]", "recursion_loop"),
    "member": (Member, '{"member": 1}', "recursion_loop"),
    "absent": (Member, "{}", {"member": None}),
}


@pytest.mark.filterwarnings("ignore::ferroapi.exceptions.RecursiveUnionWarning")
@pytest.mark.parametrize(("kind", "text", "expected"), BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("size", [0, 5000], ids=["small", "large"])
def test_bodies(kind: Any, text: str, expected: Any, size: int) -> None:
    app = FastAPI()

    def echo(body: Any) -> Any:
        return body

    echo.__annotations__["body"] = Annotated[kind, Body()]
    app.post("/", response_model=None)(echo)
    headers = {"Content-Type": "application/json"}
    response = TestClient(app).post("/", content=text + " " * size, headers=headers)
    if response.status_code == 422:
        assert response.json()["detail"][0]["type"] == expected
    else:
        assert (response.status_code, response.json()) == (200, expected)


class Changed(BaseModel):
    number: Number = 0


# name: (a model, the name of its member, the status of an answer whose member is 5)
ANSWERS: dict[str, tuple[type[BaseModel], str, int]] = {
    "nullable": (Member, "member", 500),
    "union": (Changed, "number", 200),
}


@pytest.mark.parametrize(("model", "member", "status"), ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("is_many", [False, True], ids=["one", "many"])
def test_answers(model: Any, member: str, status: int, is_many: bool) -> None:
    app = FastAPI()

    @app.get("/", response_model=list[model] if is_many else model)
    def read() -> Any:
        one = model()
        # Nothing validates what is assigned.
        setattr(one, member, 5)
        return [one] if is_many else one

    assert TestClient(app, raise_server_exceptions=False).get("/").status_code == status


def _returns(start: str, definitions: dict[str, Any]) -> bool:
    """A walk along each way from a definition, as far as there are definitions."""

    def ways(schema: Any) -> list[str]:
        match schema["type"]:
            case "definition-ref":
                return [schema["schema_ref"]]
            case "nullable" | "default":
                return ways(schema["schema"])
            case "union":
                return [way for choice in schema["choices"] for way in ways(choice)]
            case "tagged-union":
                return [way for choice in schema["choices"].values() for way in ways(choice)]
            case _:
                return []

    reached = [start]
    for _ in definitions:
        reached = [way for name in set(reached) for way in ways(definitions[name])]
        if start in reached:
            return True
    return False


_NAMES = "abcde"
_SCHEMAS = st.recursive(
    st.just({"type": "int"})
    | st.builds(
        lambda name: {"type": "definition-ref", "schema_ref": name}, st.sampled_from(_NAMES)
    ),
    lambda inner: st.one_of(
        st.builds(lambda one: {"type": "nullable", "schema": one}, inner),
        st.builds(lambda one: {"type": "default", "schema": one, "default": 1}, inner),
        st.builds(lambda one: {"type": "list", "items_schema": one}, inner),
        st.builds(lambda one: {"type": "dict", "values_schema": one}, inner),
        st.builds(lambda all_: {"type": "union", "choices": all_}, st.lists(inner, max_size=3)),
        st.builds(
            lambda one: {"type": "tagged-union", "choices": {"a": one}, "discriminator": "kind"},
            inner,
        ),
        st.builds(
            lambda one: {"type": "model", "schema": {"type": "model-fields", "fields": {"f": one}}},
            inner,
        ),
    ),
    max_leaves=4,
)


@settings(max_examples=examples(500))
@given(definitions=st.fixed_dictionaries(dict.fromkeys(_NAMES, _SCHEMAS)))
def test_circular_definitions(definitions: dict[str, Any]) -> None:
    assert is_circular(definitions) == any(_returns(name, definitions) for name in definitions)
