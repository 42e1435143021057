"""Cancel scopes: what anyio gives."""

import anyio
import anyio.lowlevel
import pytest

from ferroapi.cancellation import cancel_scope

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("shield", [True, False], ids=["shielded", "open"])
async def test_they_are_what_anyio_gives(shield: bool) -> None:
    scope = cancel_scope(shield=shield)

    assert type(scope) is type(anyio.CancelScope())
    assert scope.shield is shield
    with scope:
        scope.cancel()
        await anyio.lowlevel.checkpoint()
    assert scope.cancelled_caught


async def test_a_shield_keeps_a_cancellation_out() -> None:
    with anyio.CancelScope() as outer:
        outer.cancel()
        with cancel_scope(shield=True):
            await anyio.lowlevel.checkpoint()
            reached = True

    assert reached
