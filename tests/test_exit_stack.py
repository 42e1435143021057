"""The exit stack: it leaves what is on it as the standard library's does."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ferroapi.exit_stack import ExitStack

pytestmark = pytest.mark.anyio


class OwnError(Exception):
    """What is raised, known by its argument."""


class Log:
    """What happened, in its order."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    async def generator(self, name: str, end: str) -> AsyncIterator[str]:
        """Yields its name, and ends as `end` says."""
        if end == "nothing":
            return
        try:
            yield name
        except OwnError as error:
            self.lines.append(f"{name} sees {error}")
            if end == "swallow":
                return
            raise
        finally:
            self.lines.append(f"{name} ends")
            if end == "raise":
                raise OwnError(name)
            if end == "again":
                yield name

    @contextmanager
    def manager(self, name: str, end: str) -> Iterator[str]:
        """The same for what no generator is: it never yields again."""
        try:
            yield name
        except OwnError as error:
            self.lines.append(f"{name} sees {error}")
            if end != "swallow":
                raise
        finally:
            self.lines.append(f"{name} ends")
            if end == "raise":
                raise OwnError(name)

    async def exit(self, name: str, *_details: object) -> None:
        """Takes note of being left."""
        self.lines.append(name)


Item = tuple[str, str]
"""How something is put on a stack, and how it ends."""


async def outcome(items: list[Item], raised: str, *, ours: bool) -> tuple[list[str], list[Any]]:
    """What happens with these items on a stack, and what is raised with its causes."""
    log = Log()
    stack: AsyncExitStack = ExitStack() if ours else AsyncExitStack()
    seen: list[Any] = []
    try:
        async with stack:
            for number, (way, end) in enumerate(items):
                name = f"{way}{number}"
                if way == "generator" and isinstance(stack, ExitStack):
                    await stack.start(log.generator(name, end), waits=False)
                elif way == "generator":
                    await stack.enter_async_context(asynccontextmanager(log.generator)(name, end))
                elif way == "manager":
                    stack.enter_context(log.manager(name, end))
                elif way == "exit":
                    stack.push_async_exit(partial(log.exit, name))
                elif way == "callback":
                    stack.callback(log.lines.append, name)
                elif way == "async callback":
                    stack.push_async_callback(log.exit, name)
            if raised:
                raise OwnError(raised)
        log.lines.append("over")
    except (OwnError, RuntimeError, TypeError) as error:
        found: BaseException | None = error
        while found is not None:
            seen.append((type(found), str(found)))
            found = found.__context__
    return log.lines, seen


WAYS = st.sampled_from(("generator", "generator", "manager", "exit", "callback", "async callback"))
ENDS = st.sampled_from(("end", "end", "raise", "swallow", "again", "nothing"))


@settings(deadline=None)
@given(items=st.lists(st.tuples(WAYS, ENDS), max_size=5), raised=st.sampled_from(("", "body")))
def test_it_is_left_as_the_standard_library_leaves_its_own(items: list[Item], raised: str) -> None:
    expected = anyio.run(partial(outcome, items, raised, ours=False))

    assert anyio.run(partial(outcome, items, raised, ours=True)) == expected


async def test_what_was_taken_off_is_left_later() -> None:
    log = Log()
    async with ExitStack() as stack:
        await stack.start(log.generator("first", "end"), waits=True)
        taken = stack.pop_all()

    assert log.lines == []
    assert taken.waits
    await taken.aclose()
    assert log.lines == ["first ends"]


async def test_it_knows_whether_it_is_empty_and_waits() -> None:
    stack = ExitStack()
    assert stack.is_empty
    await stack.start(Log().generator("first", "end"), waits=False)
    assert (stack.is_empty, stack.waits) == (False, False)
    await stack.aclose()

    stack = ExitStack()
    stack.callback(lambda: None)
    assert (stack.is_empty, stack.waits) == (False, False)
    stack.push_async_callback(anyio.sleep, 0)
    assert stack.waits
    await stack.aclose()
