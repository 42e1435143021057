"""A declared value: its names, its default, its adapter, and the errors it gives."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    ConfigDict,
    Field,
    Json,
    PydanticUserError,
    RootModel,
    dataclasses,
)
from pydantic.fields import FieldInfo
from typing_extensions import TypeAliasType

from ferroapi import Body, Depends, FastAPI, Query
from ferroapi.exceptions import FastAPIError, PydanticV1NotSupportedError
from ferroapi.fields import (
    ModelField,
    Undefined,
    create_field,
    missing_error,
    model_fields,
    refuse_pydantic_v1,
)
from ferroapi.testclient import TestClient

if TYPE_CHECKING:
    DefinedLater = int


def field(annotation: Any = int, info: FieldInfo | None = None, **options: Any) -> ModelField:
    info = FieldInfo(**options) if info is None else info
    info.annotation = annotation
    return ModelField(name="name", field_info=info)


# name: (options, the names it may be sent under)
NAMES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "own": ({}, ("name",)),
    "alias": ({"alias": "a"}, ("a",)),
    "validation_alias": ({"alias": "a", "validation_alias": "v"}, ("v",)),
    "choices": ({"validation_alias": AliasChoices("x", "y")}, ("x", "y")),
    "choices_and_alias": ({"alias": "a", "validation_alias": AliasChoices("x", "y")}, ("x", "y")),
    "paths_are_not_followed": ({"alias": "a", "validation_alias": AliasPath("x", 0)}, ("a",)),
}


@pytest.mark.parametrize(("options", "names"), NAMES.values(), ids=NAMES)
def test_names(options: dict[str, Any], names: tuple[str, ...]) -> None:
    assert field(**options).input_names == names


# name: (options, whether it is required, its default)
DEFAULTS: dict[str, tuple[dict[str, Any], bool, Any]] = {
    "required": ({}, True, Undefined),
    "ellipsis": ({"default": ...}, True, Undefined),
    "value": ({"default": 5}, False, 5),
    "none": ({"default": None}, False, None),
    "factory": ({"default_factory": list}, False, []),
}


@pytest.mark.parametrize(("options", "required", "default"), DEFAULTS.values(), ids=DEFAULTS)
def test_default(options: dict[str, Any], required: bool, default: Any) -> None:
    made = field(**options)
    assert made.required is required
    assert made.default == default


def test_defaults_are_fresh() -> None:
    made = field(list[int], default=[1])
    made.default.append(2)
    assert made.default == [1]


def test_aliases() -> None:
    made = field(alias="a", validation_alias="v", serialization_alias="s")
    assert (made.alias, made.validation_alias, made.serialization_alias) == ("a", "v", "s")
    bare = field()
    assert (bare.alias, bare.validation_alias, bare.serialization_alias) == ("name", None, None)


def test_json() -> None:
    info = FieldInfo.from_annotation(Annotated[Json[list[int]], "note"])
    assert ModelField(name="name", field_info=info).is_json
    assert not field(list[int]).is_json


def test_validate() -> None:
    made = field(Annotated[int, Field(ge=1)])
    assert made.validate("3", loc=("query", "name")) == (3, [])
    value, (error,) = made.validate("0", loc=("query", "name"))
    assert value is None
    assert (error["type"], error["loc"]) == ("greater_than_equal", ("query", "name"))
    assert "url" not in error


def test_locations_are_below_the_given_one() -> None:
    _, errors = field(list[int]).validate([1, "x"], loc=("body",))
    assert [error["loc"] for error in errors] == [("body", 1)]


def test_missing() -> None:
    assert missing_error(("query", "q")) == {
        "type": "missing",
        "loc": ("query", "q"),
        "msg": "Field required",
        "input": None,
    }


def test_constraints_are_in_the_annotation() -> None:
    info = FieldInfo(ge=1, le=3)
    info.annotation = int
    adapter = ModelField(name="name", field_info=info).type_adapter
    assert adapter.json_schema() == {"type": "integer", "minimum": 1, "maximum": 3}


class NoField:
    """A class pydantic knows nothing about."""


def test_create_field() -> None:
    assert create_field("name", int).validate("1", loc=()) == (1, [])
    with pytest.raises(FastAPIError, match="Invalid args for response field! Hint"):
        create_field("name", NoField)


def old_model() -> Any:
    """A class that looks like one of `pydantic.v1`, whose import warns."""
    base = type("BaseModel", (), {"__module__": "pydantic.v1.main"})
    return type("Old", (base,), {})


@pytest.mark.parametrize(
    "wrap",
    [
        lambda old: old,
        lambda old: old | None,
        lambda old: list[old],
        lambda old: Annotated[old, Field()],
        lambda old: list[Annotated[old, Field()] | int],
        lambda old: TypeAliasType("Alias", old),
    ],
)
def test_models_of_pydantic_1_are_refused(wrap: Any) -> None:
    old = old_model()
    with pytest.raises(PydanticV1NotSupportedError) as caught:
        create_field("name", wrap(old))
    assert str(caught.value) == (
        "pydantic.v1 models are no longer supported by FastAPI."
        f" Please update the response model {old!r}."
    )


@pytest.mark.parametrize("annotation", [int, list[int], int | None, dict[str, Any], None])
def test_others_are_not(annotation: Any) -> None:
    refuse_pydantic_v1(annotation)


class Model(BaseModel):
    model_config = ConfigDict(str_to_lower=True)

    a: int
    b: Annotated[str, Query(alias="B")] = "x"


def test_fields_of_a_model() -> None:
    """They validate as the model would."""
    a, b = model_fields(Model)
    assert (a.name, a.required, b.input_names, b.default) == ("a", True, ("B",), "x")
    assert b.validate("ABC", loc=()) == ("abc", [])
    assert model_fields(Model) is model_fields(Model)


def test_repr() -> None:
    assert repr(field()) == (
        "ModelField(name='name', FieldInfo(annotation=int, required=True), mode='validation')"
    )


# name: (how the model is configured, the names the field `b` may be sent under)
BY_NAME: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "alias": ({}, ("B",)),
    "by_name_too": ({"validate_by_name": True}, ("B", "b")),
    "as_it_was_called": ({"populate_by_name": True}, ("B", "b")),
    "by_name_only": ({"validate_by_name": True, "validate_by_alias": False}, ("b",)),
}


@pytest.mark.parametrize(("config", "names"), BY_NAME.values(), ids=BY_NAME)
def test_names_of_fields_of_a_model(config: Any, names: tuple[str, ...]) -> None:
    class Configured(BaseModel):
        model_config = config

        b: Annotated[int, Field(alias="B")]

    (made,) = model_fields(Configured)
    assert made.input_names == names


def test_a_duration_that_no_timedelta_holds_is_an_error_of_the_client() -> None:
    field = create_field("wait", timedelta)

    value, errors = field.validate("-P999999999DT1S", loc=("query", "wait"))

    assert value is None
    assert [(error["type"], error["loc"]) for error in errors] == [
        ("value_error", ("query", "wait"))
    ]


def incomplete_models() -> dict[str, Any]:
    """Types with models that are not complete, made anew."""

    class Deferred(BaseModel):
        model_config = ConfigDict(defer_build=True)

        number: int

    class DeferredParent(BaseModel):
        model_config = ConfigDict(defer_build=True)

        number: Deferred

    class DeferredRoot(RootModel[list[int]]):
        model_config = ConfigDict(defer_build=True)

    @dataclasses.dataclass(config=ConfigDict(defer_build=True))
    class DeferredDataclass:
        number: int

    class Forward(BaseModel):
        number: "DefinedLater"

    class ForwardRoot(RootModel["DefinedLater"]): ...

    @dataclasses.dataclass
    class ForwardDataclass:
        number: "DefinedLater"

    class Child(BaseModel): ...

    class Outdated(BaseModel):
        number: Child

    # As ORMs do it that add fields to what a model refers to.
    Child.model_fields["added"] = FieldInfo(annotation=int)
    Child.model_rebuild(force=True)
    Outdated.__pydantic_complete__ = False

    types = (Deferred, DeferredParent, DeferredRoot, DeferredDataclass)
    types += (Forward, ForwardRoot, ForwardDataclass, Outdated)
    lists = {f"{type_.__name__}Items": list[type_] for type_ in (Deferred, Forward)}
    return {type_.__name__: type_ for type_ in types} | lists


# name: (what is sent, what comes back)
COMPLETED_LATE: dict[str, tuple[Any, Any]] = {
    "Deferred": ({"number": "1"}, {"number": 1}),
    "DeferredParent": ({"number": {"number": "1"}}, {"number": {"number": 1}}),
    "DeferredItems": ([{"number": "1"}], [{"number": 1}]),
    "DeferredRoot": (["1"], [1]),
    "DeferredDataclass": ({"number": "1"}, {"number": 1}),
    "Forward": ({"number": "1"}, {"number": 1}),
    "ForwardItems": ([{"number": "1"}], [{"number": 1}]),
    "ForwardRoot": ("1", 1),
    "ForwardDataclass": ({"number": "1"}, {"number": 1}),
    "Outdated": ({"number": {"added": "1"}}, {"number": {"added": 1}}),
}


@pytest.mark.parametrize("rebuilt", [False, True], ids=["found", "rebuilt"])
@pytest.mark.parametrize("embed", [False, True], ids=["whole", "embedded"])
@pytest.mark.parametrize("name", COMPLETED_LATE)
def test_models_that_are_completed_after_the_declaration(
    name: str, embed: bool, rebuilt: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their schemas are built when they are first used."""
    model = incomplete_models()[name]
    app = FastAPI()

    async def reply(value):  # type: ignore[no-untyped-def]  # annotated below
        return value

    reply.__annotations__ |= {"value": Annotated[model, Body(embed=embed)], "return": model}
    app.put("/")(reply)
    monkeypatch.setitem(globals(), "DefinedLater", int)
    if rebuilt and hasattr(model, "model_rebuild") and name != "Outdated":
        model.model_rebuild()
    client = TestClient(app)
    sent, wanted = COMPLETED_LATE[name]
    for _ in range(2):
        response = client.put("/", json={"value": sent} if embed else sent)
        assert (response.status_code, response.json()) == (200, wanted)
        wrong = client.put("/", json={"value": {}} if embed else {})
        assert wrong.status_code == 422
    schemas = app.openapi()["components"]["schemas"]
    assert name.removesuffix("Items") in schemas


def test_what_a_model_names_may_be_missing_for_ever() -> None:
    """That is an error for who uses the model, and for the document."""
    model = incomplete_models()["Forward"]
    app = FastAPI()
    app.get("/", response_model=model)(lambda: {"number": 1})
    app.get("/other")(lambda: "other")
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/").status_code == 500
    assert client.get("/other").json() == "other"
    with pytest.raises(PydanticUserError):
        app.openapi()


def test_a_parameter_whose_type_does_not_exist_is_an_error_where_it_is_sent() -> None:
    """As some of those that pydantic-settings has in the signatures of its classes."""

    def settings(number: int = 3, source: "Nowhere | None" = None) -> int:  # type: ignore[name-defined]  # noqa: F821
        return number

    def original() -> int:
        return 1

    app = FastAPI()
    app.get("/")(lambda number=Depends(original): number)
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/").json() == 1
    app.dependency_overrides[original] = settings
    assert client.get("/?number=5").json() == 5
    assert client.get("/?number=x").status_code == 422
    assert client.get("/?source=s").status_code == 500
