"""The scope of a stream: when it may be stopped."""

import anyio
import pytest

from ferroapi.streaming.scope import stream_scope

pytestmark = pytest.mark.anyio


async def test_what_has_ended_is_not_stopped() -> None:
    async with stream_scope() as children:
        pass
    assert not children.stop(ValueError("too late"))
    assert not children.stopped
    assert children.failure is None


async def test_only_the_first_call_counts() -> None:
    failure = ValueError("first")
    async with stream_scope() as children:
        assert children.stop(failure)
        assert not children.stop(ValueError("second"))
        await anyio.sleep(10)
    assert children.stopped
    assert children.failure is failure
