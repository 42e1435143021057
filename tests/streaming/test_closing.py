"""What happens to the generator when its client leaves or its task is cancelled."""

import asyncio
import contextvars
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from ferroapi.streaming import GeneratorStream, jsonl, raw
from ferroapi.streaming import sse as events

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("no_garbage_collection")]

ENCODERS = {"jsonl": jsonl.encoder(), "sse": events.encoder(), "raw": raw.encoder()}

variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


class Resource:
    """Held open by the body of a generator."""

    def __init__(self, *, in_task: bool) -> None:
        self.opened = 0
        self.closed = 0
        self._in_task = in_task

    def __enter__(self) -> None:
        self.opened += 1
        self._where = self._here()
        self._token = variable.set("inside")

    def __exit__(self, *exception: object) -> None:
        variable.reset(self._token)  # raises in another context than the one it was set in
        assert self._here() == self._where
        self.closed += 1

    def _here(self) -> object:
        return anyio.get_current_task().id if self._in_task else threading.get_ident()


async def endless(resource: Resource, pause: Callable[[], Any] | None) -> AsyncIterator[str]:
    with resource:
        while True:
            yield "x"
            if pause is not None:
                await pause()


async def endless_without_await(resource: Resource) -> AsyncIterator[str]:
    with resource:
        while True:
            yield "x"


def endless_in_thread(resource: Resource, pause: Callable[[], Any] | None) -> Iterator[str]:
    with resource:
        while True:
            yield "x"
            if pause is not None:
                pause()


async def nap() -> None:
    await anyio.sleep(0.01)


def make_generator(kind: str) -> tuple[Resource, Any]:
    """The generator that `kind` names, and what it holds."""
    resource = Resource(in_task=kind.startswith("async"))
    generators: dict[str, Callable[[], Any]] = {
        "async waiting for ever": lambda: endless(resource, anyio.sleep_forever),
        "async waiting now and then": lambda: endless(resource, nap),
        "async giving way": lambda: endless(resource, anyio.lowlevel.checkpoint),
        "async never waiting": lambda: endless(resource, None),
        "async without await": lambda: endless_without_await(resource),
        "sync blocking now and then": lambda: endless_in_thread(resource, lambda: time.sleep(0.01)),
        "sync never blocking": lambda: endless_in_thread(resource, None),
    }
    return resource, generators[kind]()


KINDS = [
    "async waiting for ever",
    "async waiting now and then",
    "async giving way",
    "async never waiting",
    "async without await",
    "sync blocking now and then",
    "sync never blocking",
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("encoder", "spec_version"), [("jsonl", "2.0"), ("sse", "2.3"), ("raw", "2.3"), ("sse", "2.4")]
)
async def test_client_leaves(client: Any, kind: str, encoder: str, spec_version: str) -> None:
    resource, generator = make_generator(kind)
    stream = GeneratorStream(generator, ENCODERS[encoder])

    async with anyio.create_task_group() as tasks:

        async def call() -> None:
            await client.call(stream, spec_version=spec_version)

        tasks.start_soon(call)
        await client.until(lambda client: b"x" in client.body)
        client.leave()

    assert (resource.opened, resource.closed) == (1, 1)
    assert not client.complete


@pytest.mark.parametrize("kind", KINDS)
async def test_client_leaves_before_the_first_item(client: Any, kind: str) -> None:
    resource, generator = make_generator(kind)
    client.leave()

    await client.call(GeneratorStream(generator, ENCODERS["sse"]))

    assert resource.opened == resource.closed


@pytest.mark.parametrize("kind", KINDS[1:])
@pytest.mark.parametrize("nth", range(4))
async def test_client_leaves_during_a_send(client: Any, kind: str, nth: int) -> None:
    """The server's `send` never returns then."""
    resource, generator = make_generator(kind)

    async def leave(message: Any) -> None:
        if len(client.messages) == nth:
            client.leave()
            await anyio.sleep_forever()

    client.before_send = leave
    await client.call(GeneratorStream(generator, ENCODERS["raw"]))

    assert (resource.opened, resource.closed) == (1, 1)
    assert len(client.messages) == nth


@pytest.mark.parametrize("kind", KINDS[1:])
@pytest.mark.parametrize("nth", range(4))
async def test_client_leaves_while_a_send_gives_way(client: Any, kind: str, nth: int) -> None:
    """As the streams between tasks do before they wait."""
    resource, generator = make_generator(kind)

    async def leave(message: Any) -> None:
        if len(client.messages) == nth:
            client.leave()
            for _ in range(20):
                await anyio.lowlevel.checkpoint()
            await anyio.sleep_forever()

    client.before_send = leave
    await client.call(GeneratorStream(generator, ENCODERS["raw"]))

    assert (resource.opened, resource.closed) == (1, 1)
    assert len(client.messages) == nth


async def seen_to_be_cancelled() -> None:
    await anyio.lowlevel.cancel_shielded_checkpoint()
    await anyio.lowlevel.checkpoint_if_cancelled()


CHECKPOINTS = [anyio.lowlevel.checkpoint, seen_to_be_cancelled]


@pytest.mark.parametrize("checkpoint", CHECKPOINTS, ids=lambda checkpoint: checkpoint.__name__)
async def test_client_leaves_while_a_generator_gives_way(client: Any, checkpoint: Any) -> None:
    """As one that reads from a stream between tasks does before it waits."""
    closed: list[str] = []

    async def items() -> AsyncIterator[str]:
        try:
            yield "x"
            client.leave()
            for _ in range(20):
                await checkpoint()
            await anyio.sleep_forever()
        finally:
            await anyio.sleep(0.01)
            closed.append("closed")

    await client.call(GeneratorStream(items(), ENCODERS["raw"]))

    assert closed == ["closed"]


@pytest.mark.parametrize("kind", KINDS[1:])
@pytest.mark.parametrize("nth", range(3))
@pytest.mark.parametrize(("spec_version", "raised"), [("2.3", OSError), ("2.4", None)])
async def test_send_raises_an_os_error(
    client: Any, kind: str, nth: int, spec_version: str, raised: type[Exception] | None
) -> None:
    """Since ASGI 2.4 that is how a server says that the client has left."""
    resource, generator = make_generator(kind)

    async def fail(message: Any) -> None:
        if len(client.messages) == nth:
            raise OSError("gone")

    client.before_send = fail
    caught: Exception | None = None
    try:
        await client.call(GeneratorStream(generator, ENCODERS["raw"]), spec_version=spec_version)
    except Exception as error:
        caught = error

    assert (type(caught) if caught else None) is raised
    assert (resource.opened, resource.closed) == (1, 1)


@pytest.mark.parametrize("kind", KINDS)
async def test_receive_fails(client: Any, kind: str) -> None:
    resource, generator = make_generator(kind)

    async def fail() -> Any:
        await client.until(lambda client: client.started)
        raise LookupError("receive")

    client.receive = fail
    with pytest.raises(LookupError, match="receive"):
        await client.call(GeneratorStream(generator, ENCODERS["raw"]))

    assert (resource.opened, resource.closed) == (1, 1)


async def test_messages_before_the_disconnect_are_skipped(client: Any) -> None:
    resource, generator = make_generator("async waiting for ever")
    incoming = [{"type": "http.request", "body": b"", "more_body": False}] * 100

    async def receive() -> Any:
        return incoming.pop() if incoming else {"type": "http.disconnect"}

    client.receive = receive
    await client.call(GeneratorStream(generator, ENCODERS["raw"]))

    assert (resource.opened, resource.closed) == (1, 1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("checkpoint", range(12))
async def test_cancelled_from_outside(client: Any, kind: str, checkpoint: int) -> None:
    """At the first, second, ... time that anything else gets to run."""
    resource, generator = make_generator(kind)

    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.call, GeneratorStream(generator, ENCODERS["sse"]))
            for _ in range(checkpoint):
                await anyio.lowlevel.checkpoint()
            scope.cancel()

    assert scope.cancelled_caught
    assert resource.opened == resource.closed


@pytest.mark.parametrize("anyio_backend", [("asyncio", {})], ids=["asyncio"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("checkpoint", range(12))
async def test_task_cancelled(client: Any, kind: str, checkpoint: int) -> None:
    """As a server does that shuts down."""
    resource, generator = make_generator(kind)

    task = asyncio.create_task(client.call(GeneratorStream(generator, ENCODERS["sse"])))
    for _ in range(checkpoint):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert resource.opened == resource.closed


@pytest.mark.parametrize("anyio_backend", [("asyncio", {})], ids=["asyncio"])
@pytest.mark.parametrize("kind", KINDS[4:])
@pytest.mark.parametrize("checkpoint", range(4, 12))
@pytest.mark.parametrize("more", range(1, 4))
async def test_task_cancelled_again(client: Any, kind: str, checkpoint: int, more: int) -> None:
    """While its generator is closed in a thread."""
    resource, generator = make_generator(kind)

    task = asyncio.create_task(client.call(GeneratorStream(generator, ENCODERS["sse"])))
    for _ in range(checkpoint):
        await asyncio.sleep(0)
    task.cancel()
    for _ in range(more):
        await asyncio.sleep(0)
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert resource.opened == resource.closed


@pytest.mark.parametrize("anyio_backend", [("asyncio", {})], ids=["asyncio"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("checkpoint", range(1, 12))
async def test_all_tasks_are_cancelled(client: Any, kind: str, checkpoint: int) -> None:
    """As `asyncio.run` does at its end: nobody waits for a thread that will never begin."""
    resource, generator = make_generator(kind)
    others = asyncio.all_tasks()

    task = asyncio.create_task(client.call(GeneratorStream(generator, ENCODERS["raw"])))
    for _ in range(checkpoint):
        await asyncio.sleep(0)
    for one in asyncio.all_tasks() - others:
        one.cancel()
    _, waiting = await asyncio.wait([task], timeout=5)

    assert not waiting
    assert resource.opened == resource.closed


@pytest.mark.parametrize("anyio_backend", [("asyncio", {})], ids=["asyncio"])
async def test_client_leaves_and_task_is_cancelled_at_once(client: Any) -> None:
    resource, generator = make_generator("async waiting for ever")

    task = asyncio.create_task(client.call(GeneratorStream(generator, ENCODERS["sse"])))
    await client.until(lambda client: b"x" in client.body)
    client.leave()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert (resource.opened, resource.closed) == (1, 1)


async def test_clean_up_may_wait(client: Any) -> None:
    """The departure of the client interrupts a generator once, not at every `await`."""
    steps: list[str] = []

    async def generator() -> AsyncIterator[str]:
        try:
            yield "x"
            await anyio.sleep_forever()
        finally:
            await anyio.sleep(0.01)
            steps.append("first")
            await anyio.sleep(0.01)
            steps.append("second")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.call, GeneratorStream(generator(), ENCODERS["raw"]))
        await client.until(lambda client: b"x" in client.body)
        client.leave()

    assert steps == ["first", "second"]


async def test_closing_may_wait(client: Any) -> None:
    """A generator that is closed at a `yield` is shielded until it has ended."""
    steps: list[str] = []

    async def generator() -> AsyncIterator[str]:
        try:
            while True:
                yield "x"
        finally:
            await anyio.sleep(0.01)
            steps.append("closed")

    with anyio.move_on_after(0.05):
        await client.call(GeneratorStream(generator(), ENCODERS["raw"]))

    assert steps == ["closed"]


async def test_shield_in_the_generator_holds(client: Any) -> None:
    saved: list[str] = []

    async def generator() -> AsyncIterator[str]:
        yield "x"
        with anyio.CancelScope(shield=True):
            await anyio.sleep(0.1)
            saved.append("all")
        yield "y"
        saved.append("too much")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.call, GeneratorStream(generator(), ENCODERS["raw"]))
        await client.until(lambda client: b"x" in client.body)
        client.leave()

    assert saved == ["all"]


@pytest.mark.parametrize("anyio_backend", [("asyncio", {})], ids=["asyncio"])
async def test_generator_that_ignores_the_interruption_is_closed_at_its_next_item(
    client: Any,
) -> None:
    ends: list[str] = []

    async def generator() -> AsyncIterator[str]:
        try:
            while True:
                yield "x"
                try:
                    await asyncio.sleep(3600)
                except asyncio.CancelledError:
                    ends.append("interrupted")
        finally:
            ends.append("closed")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.call, GeneratorStream(generator(), ENCODERS["raw"]))
        await client.until(lambda client: b"x" in client.body)
        client.leave()
    await asyncio.sleep(0)

    assert ends == ["interrupted", "closed"]
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_stream_that_is_never_sent(client: Any) -> None:
    resource, generator = make_generator("async never waiting")
    GeneratorStream(generator, ENCODERS["raw"])

    with anyio.CancelScope() as scope:
        scope.cancel()
        await client.call(GeneratorStream(generator, ENCODERS["raw"]))

    assert resource.opened == resource.closed


async def test_what_the_clean_up_raises_is_raised(client: Any) -> None:
    async def generator() -> AsyncIterator[str]:
        try:
            yield "x"
            await anyio.sleep_forever()
        finally:
            raise LookupError("clean-up")

    client.leave()
    with pytest.raises(LookupError, match="clean-up"):
        await client.call(GeneratorStream(generator(), ENCODERS["raw"]))


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("leaves", [False, True])
async def test_generator_may_yield_inside_a_task_group(
    client: Any, waits: bool, leaves: bool
) -> None:
    steps: list[str] = []

    async def helper() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            steps.append("helper")

    async def generator() -> AsyncIterator[str]:
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(helper)
                await anyio.lowlevel.checkpoint()
                for _ in range(10**9 if leaves else 100):
                    yield "x" * 1000
                    if waits:
                        await anyio.lowlevel.checkpoint()
                tasks.cancel_scope.cancel()
        finally:
            steps.append("generator")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.call, GeneratorStream(generator(), ENCODERS["raw"]))
        if leaves:
            await client.until(lambda client: b"x" in client.body)
            client.leave()

    assert steps == ["helper", "generator"]
    assert client.complete is not leaves
