"""OpenID Connect gives the header field and its description."""

from typing import Any

import pytest

from ferroapi.security import OpenIdConnect

REFUSED = (401, b'{"detail":"Not authenticated"}', "Bearer")


@pytest.mark.parametrize(
    ("header", "found"),
    [(b"Bearer token", "Bearer token"), (b"anything", "anything"), (b"", None), (None, None)],
)
def test_header_field(ask: Any, header: bytes | None, found: str | None) -> None:
    """Any value is given as it is; without one it is a 401 or `None`."""
    headers = [] if header is None else [(b"authorization", header)]

    assert ask(OpenIdConnect(openIdConnectUrl="/o"), *headers) == (found or REFUSED)
    assert ask(OpenIdConnect(openIdConnectUrl="/o", auto_error=False), *headers) == found


def test_model() -> None:
    """What the schema says."""
    scheme = OpenIdConnect(openIdConnectUrl="/o", description="d")

    assert scheme.model.model_dump(mode="json", by_alias=True, exclude_none=True) == {
        "type": "openIdConnect",
        "description": "d",
        "openIdConnectUrl": "/o",
    }
