"""How a callable has to be called, whatever it is wrapped in."""

import functools
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import anyio
import pytest

from ferroapi.dependencies.callables import (
    CallableKind,
    _is_async_gen_callable,
    _is_coroutine_callable,
    _is_gen_callable,
    callable_kind,
    callable_name,
    declaring,
    may_wait,
    unwrapped,
)


def plain() -> None: ...


async def coroutine() -> None: ...


def generator() -> Iterator[None]:
    yield


async def async_generator() -> AsyncIterator[None]:
    yield


class Plain:
    def __call__(self) -> None: ...

    def method(self) -> None: ...

    async def coroutine(self) -> None: ...


class Coroutine:
    async def __call__(self) -> None: ...


class Generator:
    def __call__(self) -> Iterator[None]:
        yield


class AsyncGenerator:
    async def __call__(self) -> AsyncIterator[None]:
        yield


class Delegating:
    """Its `__call__` is a partial."""

    __call__ = staticmethod(partial(coroutine))


def wrapped_in_plain(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper() -> Any:
        return function()

    return wrapper


def wrapped_in_coroutine(function: Any) -> Any:
    @functools.wraps(function)
    async def wrapper() -> Any:
        return function()

    return wrapper


COROUTINE, THREAD = CallableKind.COROUTINE, CallableKind.THREAD
GENERATOR, ASYNC_GENERATOR = CallableKind.GENERATOR, CallableKind.ASYNC_GENERATOR

# name: (the callable, its kind, its name)
KINDS: dict[str, tuple[Any, CallableKind, str]] = {
    "function": (plain, THREAD, "plain"),
    "coroutine": (coroutine, COROUTINE, "coroutine"),
    "generator": (generator, GENERATOR, "generator"),
    "async_generator": (async_generator, ASYNC_GENERATOR, "async_generator"),
    "lambda": (lambda: None, THREAD, "<lambda>"),
    "builtin": (len, THREAD, "len"),
    "class": (Plain, THREAD, "Plain"),
    "class_with_coroutine_call": (Coroutine, THREAD, "Coroutine"),
    "instance": (Plain(), THREAD, "Plain"),
    "coroutine_instance": (Coroutine(), COROUTINE, "Coroutine"),
    "generator_instance": (Generator(), GENERATOR, "Generator"),
    "async_generator_instance": (AsyncGenerator(), ASYNC_GENERATOR, "AsyncGenerator"),
    "delegating_instance": (Delegating(), COROUTINE, "Delegating"),
    "method": (Plain().method, THREAD, "method"),
    "coroutine_method": (Plain().coroutine, COROUTINE, "coroutine"),
    "partial": (partial(plain), THREAD, "partial"),
    "partial_coroutine": (partial(partial(coroutine)), COROUTINE, "partial"),
    "partial_generator": (partial(generator), GENERATOR, "partial"),
    "partial_instance": (partial(AsyncGenerator()), ASYNC_GENERATOR, "partial"),
    "wrapped_coroutine": (wrapped_in_plain(coroutine), COROUTINE, "coroutine"),
    "wrapped_generator": (wrapped_in_plain(generator), GENERATOR, "generator"),
    "wrapped_twice": (wrapped_in_plain(wrapped_in_plain(coroutine)), COROUTINE, "coroutine"),
    "wrapped_function_awaited": (wrapped_in_coroutine(plain), COROUTINE, "plain"),
    "wrapped_instance": (wrapped_in_plain(Coroutine()), COROUTINE, "wrapper"),
    "wrapped_class": (wrapped_in_plain(Coroutine), THREAD, "Coroutine"),
    "partial_of_wrapped": (partial(wrapped_in_plain(async_generator)), ASYNC_GENERATOR, "partial"),
}


@pytest.mark.parametrize(("call", "kind", "name"), KINDS.values(), ids=KINDS)
def test_kind_and_name(call: Any, kind: CallableKind, name: str) -> None:
    assert callable_kind(call) is kind
    assert callable_name(call) == name


def test_generators() -> None:
    assert [kind for kind in CallableKind if kind.is_generator] == [GENERATOR, ASYNC_GENERATOR]


def test_unwrapped() -> None:
    assert unwrapped(partial(wrapped_in_plain(partial(plain)))) is not plain
    assert unwrapped(partial(wrapped_in_plain(plain))) is plain


def test_declaration_errors_say_where() -> None:
    """The text stays what it is; name, file and line are a note."""
    with pytest.raises(ValueError, match="wrong") as caught, declaring(partial(plain)):
        raise ValueError("wrong")
    assert str(caught.value) == "wrong"
    (note,) = caught.value.__notes__
    line = plain.__code__.co_firstlineno
    assert note == f"in the declaration of partial, {__file__}, line {line}"


def test_callables_without_code_have_no_note() -> None:
    with pytest.raises(ValueError, match="wrong") as caught, declaring(len):
        raise ValueError("wrong")
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize(
    ("question", "holds_for"),
    [
        (_is_coroutine_callable, (coroutine, Coroutine())),
        (_is_gen_callable, (generator, Generator())),
        (_is_async_gen_callable, (async_generator, AsyncGenerator())),
    ],
)
def test_the_questions_of_injectors(question: Any, holds_for: tuple[Any, ...]) -> None:
    callables = (None, plain, coroutine, generator, async_generator, Plain(), *holds_for[1:])
    assert tuple(filter(question, callables)) == holds_for


async def with_a_block() -> AsyncIterator[None]:
    async with anyio.Lock():
        yield


async def with_a_loop() -> AsyncIterator[None]:
    async for item in async_generator():
        yield item


async def with_a_call() -> AsyncIterator[None]:
    try:
        yield
    finally:
        await coroutine()


async def with_a_comprehension() -> AsyncIterator[None]:
    yield
    [item async for item in async_generator()]


async def with_a_block_that_never_waits() -> AsyncIterator[None]:
    with anyio.CancelScope():
        try:
            yield
        finally:
            plain()


# name: (generator function, whether it may wait)
WAITING: dict[str, tuple[Any, bool]] = {
    "nothing": (async_generator, False),
    "a_block_that_never_waits": (with_a_block_that_never_waits, False),
    "a_block": (with_a_block, True),
    "a_loop": (with_a_loop, True),
    "a_call": (with_a_call, True),
    "a_comprehension": (with_a_comprehension, True),
    "an_object": (AsyncGenerator(), True),
    "a_partial": (partial(async_generator), True),
}


@pytest.mark.parametrize("name", WAITING)
def test_what_may_wait_has_an_await(name: str) -> None:
    function, expected = WAITING[name]

    assert may_wait(function) is expected


def test_functions_that_are_gone_are_not_mistaken_for_new_ones() -> None:
    """What is known of their code is kept by what code it is, for a while."""
    told = []
    for number in range(3000):
        waits = bool(number % 2)
        made: dict[str, Any] = {}
        exec(f"async def made():\n    {'await other()' if waits else 'other()'}", made)
        told.append(may_wait(made["made"]) is waits)
    assert all(told)
