"""Parameter declarations: what reaches pydantic, what is kept, what is refused."""

import copy
import dataclasses
import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
    create_model,
)
from pydantic_core import PydanticUndefined

from ferroapi import params
from ferroapi.exceptions import FastAPIDeprecationWarning

IN_THE_BODY: list[Any] = [params.Body, params.Form, params.File]
OUTSIDE_OF_THE_BODY: list[Any] = [params.Path, params.Query, params.Header, params.Cookie]
KINDS = OUTSIDE_OF_THE_BODY + IN_THE_BODY

NAN = float("nan")
UNTYPED: list[Any] = [1.0, "1"]


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


def kind_of(value: dict[str, str]) -> str:
    return value["kind"]


# name: (type, keywords, a good value, a bad value, the type of the error)
CONSTRAINTS: dict[str, tuple[Any, dict[str, Any], Any, Any, str]] = {
    "gt": (int, {"gt": 1}, 2, 1, "greater_than"),
    "ge": (int, {"ge": 1}, 1, 0, "greater_than_equal"),
    "lt": (int, {"lt": 1}, 0, 1, "less_than"),
    "le": (int, {"le": 1}, 1, 2, "less_than_equal"),
    "gt_zero": (int, {"gt": 0}, 1, 0, "greater_than"),
    "min_length": (str, {"min_length": 2}, "ab", "a", "string_too_short"),
    "max_length": (list[int], {"max_length": 1}, [1], [1, 2], "too_long"),
    "pattern": (str, {"pattern": "^a$"}, "a", "ab", "string_pattern_mismatch"),
    "compiled_pattern": (
        str,
        {"pattern": re.compile("^a$", re.IGNORECASE)},
        "A",
        "ab",
        "string_pattern_mismatch",
    ),
    "strict": (int, {"strict": True}, 1, "1", "int_type"),
    "multiple_of": (int, {"multiple_of": 3}, 6, 7, "multiple_of"),
    "allow_inf_nan": (float, {"allow_inf_nan": False}, 1.0, NAN, "finite_number"),
    "max_digits": (Decimal, {"max_digits": 2}, Decimal("1.2"), "1.23", "decimal_max_digits"),
    "decimal_places": (
        Decimal,
        {"decimal_places": 1},
        Decimal("1.2"),
        "1.23",
        "decimal_max_places",
    ),
    "discriminator": (
        Cat | Dog,
        {"discriminator": "kind"},
        Cat(kind="cat"),
        {"kind": "cow"},
        "union_tag_invalid",
    ),
    "callable_discriminator": (
        Annotated[Cat, Tag("cat")] | Annotated[Dog, Tag("dog")],
        {"discriminator": Discriminator(kind_of)},
        {"kind": "dog"},
        {"kind": "cow"},
        "union_tag_invalid",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("type_", "keywords", "good", "bad", "error"), CONSTRAINTS.values(), ids=CONSTRAINTS
)
def test_constraint_reaches_pydantic(
    kind: Any, type_: Any, keywords: dict[str, Any], good: Any, bad: Any, error: str
) -> None:
    """Every kind of parameter passes the constraint on."""
    adapter = TypeAdapter(Annotated[type_, kind(**keywords)])

    adapter.validate_python(good)
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(bad)
    assert [found["type"] for found in caught.value.errors()] == [error]


def test_fail_fast_stops_at_the_first_item() -> None:
    """One error instead of one for each item."""
    adapter = TypeAdapter(Annotated[list[int], params.Query(fail_fast=True)])

    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(["a", "b"])
    assert caught.value.error_count() == 1


@pytest.mark.parametrize(("mode", "expected"), [("smart", "1"), ("left_to_right", 1), (None, "1")])
def test_union_mode_picks_the_member(mode: Any, expected: object) -> None:
    """Without `union_mode` the best match wins."""
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[int | str, params.Query(union_mode=mode)])

    assert adapter.validate_python("1") == expected


@pytest.mark.parametrize("kind", OUTSIDE_OF_THE_BODY[1:] + IN_THE_BODY)
def test_default_is_validated_only_when_asked(kind: Any) -> None:
    """A wrong default passes unless `validate_default` is set."""
    lax = create_model("Lax", x=(int, kind("a")))
    eager = create_model("Eager", x=(int, kind("a", validate_default=True)))

    assert lax().x == "a"  # type: ignore[attr-defined]  # fields of a created model
    with pytest.raises(ValidationError):
        eager()


def test_default_factory_makes_a_default_each_time() -> None:
    """Two instances never share the made default."""
    model: Any = create_model("Model", x=(list[int], params.Query(default_factory=list)))

    assert model().x == []
    assert model().x is not model().x


# name: (keywords, the input key that is read, the key that is written)
ALIASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "none": ({}, "x", "x"),
    "alias": ({"alias": "a"}, "a", "a"),
    "alias_none": ({"alias": None}, "x", "x"),
    "validation_alias": ({"validation_alias": "v"}, "v", "x"),
    "validation_alias_wins": ({"alias": "a", "validation_alias": "v"}, "v", "a"),
    "serialization_alias_wins": ({"alias": "a", "serialization_alias": "s"}, "a", "s"),
    "none_is_no_alias": (
        {"alias": "a", "validation_alias": None, "serialization_alias": None},
        "a",
        "a",
    ),
    "first_choice": ({"validation_alias": AliasChoices("v", "w")}, "v", "x"),
    "second_choice": ({"validation_alias": AliasChoices("v", "w")}, "w", "x"),
    "path": ({"validation_alias": AliasPath("v")}, "v", "x"),
    "generated": ({"alias": "a", "alias_priority": 1}, "X", "X"),
    "not_generated": ({"alias": "a", "alias_priority": 2}, "a", "a"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("keywords", "read", "written"), ALIASES.values(), ids=ALIASES)
def test_alias(kind: Any, keywords: dict[str, Any], read: str, written: str) -> None:
    """Aliases act as those of pydantic's `Field`, and so does their priority."""
    config: Any = {"alias_generator": str.upper} if "alias_priority" in keywords else {}
    for declaration in (kind(**keywords), Field(**keywords)):
        model: Any = create_model("Model", __config__=config, x=(int, declaration))

        assert model.model_validate({read: 1}).model_dump(by_alias=True) == {written: 1}


@pytest.mark.parametrize(
    ("keywords", "read"),
    [({}, "inner"), ({"alias": "a"}, "a"), ({"alias": None}, "x"), ({"title": "T"}, "inner")],
)
def test_alias_of_the_type_can_be_taken_back(keywords: dict[str, Any], read: str) -> None:
    """`alias=None` clears what `Field` in the type says, another keyword leaves it."""
    inner = Annotated[int, Field(alias="inner")]
    model: Any = create_model("Model", x=(Annotated[inner, params.Query(**keywords)], ...))

    assert model.model_validate({read: 1}).x == 1


def add_x(schema: dict[str, Any]) -> None:
    schema["x-extra"] = True


SCHEMAS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "title": ({"title": "T"}, {"title": "T"}),
    "description": ({"description": "D"}, {"description": "D"}),
    "examples": ({"examples": [1]}, {"examples": [1]}),
    "deprecated": ({"deprecated": True}, {"deprecated": True}),
    "deprecated_text": ({"deprecated": "use y"}, {"deprecated": True}),
    "json_schema_extra": ({"json_schema_extra": {"x-extra": True}}, {"x-extra": True}),
    "json_schema_extra_function": ({"json_schema_extra": add_x}, {"x-extra": True}),
    "constraint": ({"ge": 1}, {"minimum": 1}),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("keywords", "expected"), SCHEMAS.values(), ids=SCHEMAS)
def test_schema(kind: Any, keywords: dict[str, Any], expected: dict[str, Any]) -> None:
    """What documents a parameter is in its JSON Schema."""
    schema = TypeAdapter(Annotated[int, kind(**keywords)]).json_schema()

    assert schema == {"type": "integer", **expected}


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "gt": st.integers(-5, 5),
            "ge": st.integers(-5, 5),
            "lt": st.integers(-5, 5),
            "le": st.integers(-5, 5),
            "multiple_of": st.integers(1, 3),
            "strict": st.booleans() | st.none(),
            "title": st.text(max_size=3),
            "description": st.text(max_size=3) | st.none(),
        },
    ),
    st.integers(-6, 6) | st.text("0123-", max_size=2),
)
def test_declaration_means_what_field_means(keywords: dict[str, Any], value: int | str) -> None:
    """Any combination of keywords validates and documents as pydantic's `Field` does."""

    def outcome(declaration: Any) -> tuple[object, ...]:
        adapter = TypeAdapter(Annotated[int, declaration])
        try:
            return adapter.json_schema(), adapter.validate_python(value)
        except ValidationError as error:
            return adapter.json_schema(), error.errors()

    assert outcome(params.Query(**keywords)) == outcome(Field(**keywords))


# name: (what is called, the error)
REFUSED: dict[str, tuple[Callable[[], object], Exception]] = {
    "unknown_keyword": (
        lambda: params.Query(bogus=1),  # type: ignore[call-arg]  # the point of the test
        TypeError("Query() got an unexpected keyword argument 'bogus'"),
    ),
    "keyword_of_another_kind": (
        lambda: params.Cookie(embed=True),  # type: ignore[call-arg]  # the point of the test
        TypeError("Cookie() got an unexpected keyword argument 'embed'"),
    ),
    "form_is_not_embedded": (
        lambda: params.Form(embed=True),  # type: ignore[call-arg]  # the point of the test
        TypeError("Form() got an unexpected keyword argument 'embed'"),
    ),
    "file_is_not_embedded": (
        lambda: params.File(embed=True),  # type: ignore[call-arg]  # the point of the test
        TypeError("File() got an unexpected keyword argument 'embed'"),
    ),
    "path_default": (
        lambda: params.Path(1),
        AssertionError("Path parameters cannot have a default value"),
    ),
    "path_default_none": (
        lambda: params.Path(None),
        AssertionError("Path parameters cannot have a default value"),
    ),
    "two_defaults": (
        lambda: params.Query(1, default_factory=int),
        TypeError("cannot specify both default and default_factory"),
    ),
    **{
        f"max_concurrency_{value}": (
            partial(params.Depends, max_concurrency=value),
            ValueError("max_concurrency must be a positive integer or None"),
        )
        for value in (0, -1, True, *UNTYPED)
    },
}


@pytest.mark.parametrize(("call", "error"), REFUSED.values(), ids=REFUSED)
def test_refused(call: Callable[[], object], error: Exception) -> None:
    """Mistakes are errors where they are made."""
    with pytest.raises(type(error), match=f"^{re.escape(str(error))}$"):
        call()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("keyword", "value", "better"), [("regex", "^a", "pattern"), ("example", "a", "examples")]
)
def test_deprecated_keyword(kind: Any, keyword: str, value: str, better: str) -> None:
    """It works, and the warning points at the line that uses it."""
    message = f"`{keyword}` has been deprecated, please use `{better}` instead"
    with pytest.warns(FastAPIDeprecationWarning, match=f"^{message}$") as caught:
        declaration = kind(**{keyword: value})

    assert [warning.filename for warning in caught] == [__file__]
    if keyword == "example":
        assert declaration.example == value
    else:
        with pytest.raises(ValidationError):
            TypeAdapter(Annotated[str, declaration]).validate_python("b")


def test_pattern_wins_over_regex() -> None:
    """With both, the keyword that is not deprecated counts."""
    with pytest.warns(FastAPIDeprecationWarning):
        declaration = params.Query(pattern="^a", regex="^b")

    assert TypeAdapter(Annotated[str, declaration]).validate_python("a") == "a"


REPRESENTATIONS = [
    (params.Query(5), "Query(5)"),
    (params.Query(), "Query(PydanticUndefined)"),
    (params.Query(...), "Query(PydanticUndefined)"),
    (params.Path(), "Path(PydanticUndefined)"),
    (params.Header(None), "Header(None)"),
    (params.Cookie("a"), "Cookie(a)"),
    (params.Body([]), "Body([])"),
    (params.Form(1), "Form(1)"),
    (params.File(b""), "File(b'')"),
]


@pytest.mark.parametrize(("declaration", "expected"), REPRESENTATIONS)
def test_repr(declaration: object, expected: str) -> None:
    """The kind and the default."""
    assert repr(declaration) == expected


# kind: the attributes that an empty declaration has
ATTRIBUTES: dict[Any, dict[str, Any]] = {
    params.Path: {"in_": params.ParamTypes.path},
    params.Query: {"in_": params.ParamTypes.query},
    params.Header: {"in_": params.ParamTypes.header, "convert_underscores": True},
    params.Cookie: {"in_": params.ParamTypes.cookie},
    params.Body: {"embed": None, "media_type": "application/json"},
    params.Form: {"embed": None, "media_type": "application/x-www-form-urlencoded"},
    params.File: {"embed": None, "media_type": "multipart/form-data"},
}


@pytest.mark.parametrize(
    ("kind", "expected"), ATTRIBUTES.items(), ids=lambda value: getattr(value, "__name__", "")
)
def test_attributes(kind: Any, expected: dict[str, Any]) -> None:
    """What was not given has its documented value, also in a copy."""
    common = {
        "include_in_schema": True,
        "openapi_examples": None,
        "example": PydanticUndefined,
        "deprecated": None,
        "default": PydanticUndefined,
    }
    for declaration in (kind(), copy.copy(kind())):
        found = {name: getattr(declaration, name) for name in common | expected}

        assert found == common | expected


def test_every_keyword_is_documented_and_tested() -> None:
    """The table of keywords is the interface: a new one needs rows here."""
    rows = (CONSTRAINTS.values(), ALIASES.values(), SCHEMAS.values())
    tested = {
        keyword
        for table in rows
        for row in table
        for part in row
        if isinstance(part, dict)
        for keyword in part
    }
    elsewhere = {
        "default_factory",
        "example",
        "fail_fast",
        "include_in_schema",
        "openapi_examples",
        "regex",
        "union_mode",
        "validate_default",
    }

    assert params.ParameterOptions.__optional_keys__ - tested == elsewhere


def call() -> None: ...


# name: (left, right, whether they are equal and hash alike)
EQUALITY: dict[str, tuple[object, object, bool]] = {
    "same": (params.Depends(call), params.Depends(call), True),
    "use_cache": (params.Depends(call), params.Depends(call, use_cache=False), False),
    "scope": (params.Depends(call), params.Depends(call, scope="function"), False),
    "kind": (params.Depends(call), params.Security(call), False),
    "scopes": (params.Security(call, scopes=("a",)), params.Security(call, scopes=("a",)), True),
    "other_scopes": (params.Security(call, scopes=("a",)), params.Security(call), False),
    "own_limits": (
        params.Depends(call, max_concurrency=1),
        params.Depends(call, max_concurrency=1),
        False,
    ),
}


@pytest.mark.parametrize(("left", "right", "equal"), EQUALITY.values(), ids=EQUALITY)
def test_dependencies_are_values(left: object, right: object, equal: bool) -> None:
    """Equal fields make equal declarations, but a limit belongs to one declaration."""
    assert (left == right) is equal
    assert (len({left, right}) == 1) is equal


def test_annotated_keeps_limits_apart() -> None:
    """Two equal annotations with a limit each do not become one."""
    first, second = (
        get_args(Annotated[int, params.Depends(call, max_concurrency=1)]) for _ in range(2)
    )

    assert first[1] is not second[1]


@pytest.mark.parametrize(
    ("changes", "shared"),
    [({"dependency": call}, True), ({"max_concurrency": 3}, False), ({"use_cache": False}, True)],
)
def test_replaced_declaration_keeps_its_limit(changes: dict[str, Any], shared: bool) -> None:
    """Only another number makes another limit."""
    original = params.Depends(max_concurrency=2)
    replaced = dataclasses.replace(original, **changes)

    assert (replaced._concurrency is original._concurrency) is shared


def test_without_number_there_is_no_limit() -> None:
    """Taking the number away takes the limit away."""
    limited = params.Depends(call, max_concurrency=2)

    assert dataclasses.replace(limited, max_concurrency=None) == params.Depends(call)


def test_dependencies_are_frozen() -> None:
    """A declaration never changes."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        params.Depends(call).use_cache = False  # type: ignore[misc]  # the point of the test


def test_repr_of_dependencies() -> None:
    """The fields, without what identifies the limit."""
    assert repr(params.Security(None, scopes=["a"])) == (
        "Security(dependency=None, use_cache=True, scope=None, max_concurrency=None, scopes=['a'])"
    )


def check() -> None: ...


@pytest.mark.parametrize(
    "declared",
    [params.Depends(check), params.Depends(check, max_concurrency=2), params.Security(check)],
    ids=["depends", "limited", "security"],
)
def test_dependencies_as_fields_of_a_model(declared: params.Depends) -> None:
    """As applications configure what they protect."""

    class Protection(BaseModel):
        dependencies: list[params.Depends]

    assert Protection(dependencies=[declared]).dependencies == [declared]
