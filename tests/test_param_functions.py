"""The functions give what the classes give."""

import inspect
import re
from typing import Any

import pytest

from ferroapi import param_functions, params
from ferroapi.exceptions import FastAPIDeprecationWarning

PARAMETERS = ["Path", "Query", "Header", "Cookie", "Body", "Form", "File", "Part"]
OWN_KEYWORDS: dict[str, dict[str, Any]] = {
    "Header": {"convert_underscores": False},
    "Body": {"embed": True, "media_type": "text/plain"},
    "Form": {"media_type": "text/plain"},
    "File": {"media_type": "text/plain"},
}
# As `inspect.signature` of FastAPI's functions has them.
SHOWN = [
    "default_factory",
    "alias",
    "alias_priority",
    "validation_alias",
    "serialization_alias",
    "title",
    "description",
    "gt",
    "ge",
    "lt",
    "le",
    "min_length",
    "max_length",
    "pattern",
    "regex",
    "discriminator",
    "strict",
    "validate_default",
    "union_mode",
    "fail_fast",
    "multiple_of",
    "allow_inf_nan",
    "max_digits",
    "decimal_places",
    "examples",
    "example",
    "openapi_examples",
    "deprecated",
    "include_in_schema",
    "json_schema_extra",
]
SHOWN_OF_ITS_OWN: dict[str, dict[str, Any]] = {
    "Header": {"convert_underscores": True},
    "Body": {"embed": None, "media_type": "application/json"},
    "Form": {"media_type": "application/x-www-form-urlencoded"},
    "File": {"media_type": "multipart/form-data", "max_size": None},
    "Part": {"content_type": "application/json", "max_size": 1024 * 1024},
}
SHARED_KEYWORDS: dict[str, Any] = {
    "alias": "a",
    "title": "t",
    "include_in_schema": False,
    "openapi_examples": {"one": {"value": 1}},
    "json_schema_extra": {"x": 1},
    "gt": 1,
}


def state(declaration: Any) -> dict[str, Any]:
    slots = {name: getattr(declaration, name) for name in type(declaration).__slots__}
    return {**vars(declaration), **slots}


@pytest.mark.parametrize("name", PARAMETERS)
def test_function_passes_every_keyword(name: str) -> None:
    """The same keywords make the same declaration."""
    keywords = SHARED_KEYWORDS | OWN_KEYWORDS.get(name, {})
    made = getattr(param_functions, name)(**keywords)
    expected = getattr(params, name)(**keywords)

    assert type(made) is type(expected)
    assert state(made) == state(expected)
    assert {key: getattr(made, key) for key in keywords if key != "gt"} == {
        key: value for key, value in keywords.items() if key != "gt"
    }


@pytest.mark.parametrize("name", PARAMETERS)
def test_function_without_keywords(name: str) -> None:
    """The functions have no defaults of their own."""
    assert state(getattr(param_functions, name)()) == state(getattr(params, name)())


@pytest.mark.parametrize("name", PARAMETERS)
def test_signature_names_every_keyword(name: str) -> None:
    """What `help` and editors show."""
    default, *options = inspect.signature(getattr(param_functions, name)).parameters.values()
    own = SHOWN_OF_ITS_OWN.get(name, {})

    assert (default.name, default.kind) == ("default", default.POSITIONAL_OR_KEYWORD)
    assert [option.name for option in options] == [*own, *SHOWN]
    assert {option.kind for option in options} == {inspect.Parameter.KEYWORD_ONLY}
    assert {option.name: option.default for option in options if option.name in own} == own


@pytest.mark.parametrize("name", PARAMETERS)
def test_default_that_the_signature_shows_may_be_given(name: str) -> None:
    """It is no default that says something else."""
    function = getattr(param_functions, name)
    shown = {each.name: each.default for each in inspect.signature(function).parameters.values()}

    assert state(function(**shown)) == state(function())


@pytest.mark.parametrize("name", PARAMETERS)
def test_help_says_what_each_keyword_is_for(name: str) -> None:
    """An entry of `Args:` each."""
    text = inspect.getdoc(getattr(param_functions, name)) or ""

    assert text.count("Args:\n") == 1
    for keyword in SHOWN:
        assert re.search(rf"^    {keyword}: [A-Z].+", text, re.MULTILINE), keyword


@pytest.mark.parametrize("name", PARAMETERS[1:])
def test_default_comes_first(name: str) -> None:
    """The default is the only positional argument."""
    function = getattr(param_functions, name)

    assert function(5).default == function(default=5).default == 5
    with pytest.raises(TypeError, match=rf"^{name}\(\) takes from 0 to 1 positional"):
        function(5, 6)


@pytest.mark.parametrize("name", PARAMETERS)
def test_unknown_keyword_names_the_function(name: str) -> None:
    """A misspelt keyword is an error at the call."""
    message = rf"^{name}\(\) got an unexpected keyword argument 'bogus'$"
    with pytest.raises(TypeError, match=message):
        getattr(param_functions, name)(gt=1, bogus=2)


@pytest.mark.parametrize("name", ["Depends", "Security"])
def test_unknown_keyword_of_a_dependency(name: str) -> None:
    """Dependencies refuse unknown keywords too."""
    with pytest.raises(TypeError, match=rf"^{name}\(\) got an unexpected keyword argument 'bogus'"):
        getattr(param_functions, name)(bogus=2)


def test_path_takes_no_default() -> None:
    """A path parameter is always there."""
    with pytest.raises(AssertionError, match=r"^Path parameters cannot have a default value$"):
        param_functions.Path(5)


@pytest.mark.parametrize("name", PARAMETERS)
def test_deprecation_points_at_the_caller(name: str) -> None:
    """The warning is about the line that calls the function."""
    with pytest.warns(FastAPIDeprecationWarning) as caught:
        getattr(param_functions, name)(regex="a")

    assert [warning.filename for warning in caught] == [__file__]


def call() -> None: ...


DEPENDENCIES = [
    (param_functions.Depends(), params.Depends()),
    (param_functions.Depends(call), params.Depends(call)),
    (
        param_functions.Depends(call, use_cache=False, scope="function"),
        params.Depends(call, use_cache=False, scope="function"),
    ),
    (param_functions.Security(call), params.Security(call)),
    (
        param_functions.Security(call, scopes=["a"], use_cache=False),
        params.Security(call, scopes=["a"], use_cache=False),
    ),
]


@pytest.mark.parametrize(("made", "expected"), DEPENDENCIES)
def test_dependency_function(made: object, expected: object) -> None:
    """The functions make the dataclasses."""
    assert made == expected


def test_limit_is_kept() -> None:
    """`max_concurrency` reaches the declaration."""
    assert param_functions.Depends(call, max_concurrency=3).max_concurrency == 3


def test_all_is_complete() -> None:
    """`__all__` names every function of the module."""
    functions = {
        name
        for name, value in inspect.getmembers(param_functions, inspect.isfunction)
        if value.__module__ == param_functions.__name__
    }

    assert set(param_functions.__all__) == functions == {*PARAMETERS, "Depends", "Security"}
