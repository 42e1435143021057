"""Functions written as source."""

import inspect
import traceback

import pytest

from ferroapi.plan.writing.source import Source


def failing(title: str = "test of a source") -> Source:
    source = Source(title)
    source.name("limit", 3)
    with source.block("def answer(number):"):
        with source.block("if number > limit:"):
            source.lines(["reason = 'too large'", "raise ValueError(reason)"])
        source.line("return number")
    return source


def test_function() -> None:
    answer = failing().function("answer")

    assert answer(2) == 2
    with pytest.raises(ValueError, match="too large"):
        answer(4)


def test_names_belong_to_one_source() -> None:
    first, second = failing(), failing()
    second.name("limit", 5)

    assert second.function("answer")(4) == 4
    with pytest.raises(ValueError, match="too large"):
        first.function("answer")(4)


def test_the_source_is_found_by_tools() -> None:
    answer = failing().function("answer")

    assert inspect.getsource(answer).startswith("def answer(number):\n    if number > limit:\n")
    with pytest.raises(ValueError, match="too large") as raised:
        answer(4)
    last = traceback.extract_tb(raised.value.__traceback__)[-1]
    assert (last.filename, last.line) == ("<ferroapi test of a source>", "raise ValueError(reason)")


def test_functions_of_the_same_text_keep_their_titles() -> None:
    answers = {title: failing(f"GET /{title}").function("answer") for title in ("cats", "dogs")}

    for title, answer in answers.items():
        assert inspect.getsource(answer).startswith("def answer(number):\n")
        with pytest.raises(ValueError, match="too large") as raised:
            answer(4)
        last = traceback.extract_tb(raised.value.__traceback__)[-1]
        assert (last.filename, last.lineno) == (f"<ferroapi GET /{title}>", 4)
        assert last.line == "raise ValueError(reason)"


def test_functions_within_a_function_have_its_title() -> None:
    source = Source("GET /nested")
    with source.block("def outer():"):
        with source.block("def inner():"):
            source.line("raise ValueError('inner')")
        source.line("return inner")
    inner = source.function("outer")()

    assert inner.__code__.co_filename == "<ferroapi GET /nested>"
    assert inspect.getsource(inner) == "    def inner():\n        raise ValueError('inner')\n"
