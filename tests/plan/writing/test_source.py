"""Functions written as source."""

import inspect
import traceback

import pytest

from ferroapi.plan.writing.source import Source


def failing(title: str = "test of a source", limit: int = 3) -> Source:
    source = Source(title)
    source.name("limit", limit)
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
    first, second = failing(), failing(limit=5)

    assert second.function("answer")(4) == 4
    with pytest.raises(ValueError, match="too large"):
        first.function("answer")(4)


def test_a_name_stands_for_one_value() -> None:
    source = failing()

    assert source.name("limit", 3) == "limit"
    with pytest.raises(ValueError, match="limit stands for 3, and cannot for 5"):
        source.name("limit", 5)


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
        assert (last.filename, last.lineno) == (f"<ferroapi GET |{title}>", 4)
        assert last.line == "raise ValueError(reason)"


def test_functions_of_one_title_keep_their_texts() -> None:
    answers = []
    for reason in ("first", "second", "first"):
        source = Source("/x handler")
        with source.block("def answer():"):
            source.line(f"raise ValueError({reason!r})")
        answers.append((source.function("answer"), reason))

    for answer, reason in answers:
        assert inspect.getsource(answer) == f"def answer():\n    raise ValueError({reason!r})\n"
    files = [answer.__code__.co_filename for answer, _ in answers]
    assert files == [f"<ferroapi |x handler{number}>" for number in ("", " 2", "")]


def test_functions_within_a_function_have_its_title() -> None:
    source = Source("GET /nested")
    with source.block("def outer():"):
        with source.block("def inner():"):
            source.line("raise ValueError('inner')")
        source.line("return inner")
    inner = source.function("outer")()

    assert inner.__code__.co_filename == "<ferroapi GET |nested>"
    assert inspect.getsource(inner) == "    def inner():\n        raise ValueError('inner')\n"


def test_frames_have_the_name_that_a_function_is_called_by() -> None:
    answers = [failing().function("answer", called=name) for name in ("read_cat", "read_dog")]

    for answer, name in zip(answers, ("read_cat", "read_dog"), strict=True):
        assert (answer.__name__, answer.__qualname__) == (name, name)
        with pytest.raises(ValueError, match="too large") as raised:
            answer(4)
        assert traceback.extract_tb(raised.value.__traceback__)[-1].name == name
    assert failing().function("answer").__name__ == "answer"
