"""The classes of answers: Starlette's own, and the two deprecated ones."""

import sys
from types import SimpleNamespace

import pytest
import starlette.responses

from ferroapi import responses
from ferroapi.exceptions import FastAPIDeprecationWarning
from ferroapi.sse import EventSourceResponse

DEPRECATED = {"ORJSONResponse": "orjson", "UJSONResponse": "ujson"}


@pytest.mark.parametrize(
    "name", sorted({*responses.__all__} - {*DEPRECATED} - {"EventSourceResponse"})
)
def test_a_response_is_starlettes(name: str) -> None:
    assert getattr(responses, name) is getattr(starlette.responses, name)


def test_the_class_of_event_streams_is_here_too() -> None:
    assert responses.EventSourceResponse is EventSourceResponse


@pytest.mark.parametrize(("name", "library"), DEPRECATED.items())
def test_a_deprecated_response_warns_and_names_the_missing_library(
    name: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with (
        pytest.warns(FastAPIDeprecationWarning, match=f"{name} is deprecated") as warnings,
        pytest.raises(AssertionError, match=f"{library} must be installed to use {name}"),
    ):
        getattr(responses, name)({"a": 1})
    assert warnings[0].filename == __file__


@pytest.mark.parametrize(("name", "library"), DEPRECATED.items())
def test_a_deprecated_response_uses_its_library(
    name: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[object, dict[str, object]]] = []

    def dumps(content: object, **options: object) -> bytes | str:
        calls.append((content, options))
        return b"{}" if library == "orjson" else "{}"

    monkeypatch.setitem(
        sys.modules,
        library,
        SimpleNamespace(dumps=dumps, OPT_NON_STR_KEYS=4, OPT_SERIALIZE_NUMPY=16),
    )
    with pytest.warns(FastAPIDeprecationWarning):
        response = getattr(responses, name)({"a": 1})
    options = {"option": 20} if library == "orjson" else {"ensure_ascii": False}
    assert calls == [({"a": 1}, options)]
    assert response.body == b"{}"
    assert response.media_type == "application/json"
