"""What a user is told of where a server listens."""

from pathlib import Path

import pytest

from ferroapi.cli.address import Address

# name: (address, what to tell)
TOLD = {
    "this machine": (Address("127.0.0.1", 8000), "http://127.0.0.1:8000"),
    "a name": (Address("localhost", 80), "http://localhost:80"),
    "all addresses": (Address("0.0.0.0", 8000), "http://127.0.0.1:8000"),
    "all of IPv6": (Address("::", 8000), "http://[::1]:8000"),
    "one of IPv6": (Address("fe80::1", 8000), "http://[fe80::1]:8000"),
    "by TLS": (Address("0.0.0.0", 8443, secure=True), "https://127.0.0.1:8443"),
    "a Unix socket": (Address("0.0.0.0", 8000, uds=Path("/run/shop.sock")), "unix:/run/shop.sock"),
    "an open socket": (Address("0.0.0.0", 8000, fd=3), "file descriptor 3"),
}


@pytest.mark.parametrize(("address", "told"), TOLD.values(), ids=TOLD)
def test_name(address: Address, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FASTAPI_PUBLIC_URL", raising=False)
    assert address.name == told
