"""What a user is told of where a server listens."""

import re
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ferroapi.cli.address import Address
from ferroapi.cli.failure import CommandError
from ferroapi.cli.unix_socket import removed_afterwards

# name: (address, what to tell)
TOLD = {
    "this machine": (Address("127.0.0.1", 8000), "http://127.0.0.1:8000"),
    "a name": (Address("localhost", 80), "http://localhost:80"),
    "all addresses": (Address("0.0.0.0", 8000), "http://127.0.0.1:8000"),
    "all of IPv6": (Address("::", 8000), "http://[::1]:8000"),
    "one of IPv6": (Address("fe80::1", 8000), "http://[fe80::1]:8000"),
    "any port": (Address("0.0.0.0", 0), "a port that is free"),
    "by TLS": (Address("0.0.0.0", 8443, secure=True), "https://127.0.0.1:8443"),
    "a Unix socket": (Address("0.0.0.0", 8000, uds=Path("/run/shop.sock")), "unix:/run/shop.sock"),
    "an open socket": (Address("0.0.0.0", 8000, fd=3), "file descriptor 3"),
}


@pytest.mark.parametrize(("address", "told"), TOLD.values(), ids=TOLD)
def test_name(address: Address, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FASTAPI_PUBLIC_URL", raising=False)
    assert address.name == told


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="there are no Unix sockets")
@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ({"uds": "absent/shop.sock"}, "No such file or directory: choose another path with --uds"),
        ({"uds": "main.py"}, "File exists: choose another path with --uds"),
        ({"uds": "."}, "File exists: choose another path with --uds"),
        ({"uds": "main.py/s"}, "Not a directory: choose another path with --uds"),
        ({"uds": "/proc/s"}, "No such file or directory: choose another path with --uds"),
        ({"uds": "x" * 200}, "AF_UNIX path too long: choose another path with --uds"),
        ({"host": "a\u00e9..b"}, ".*(encod|label).*: choose another address with --host .*"),
        ({"fd": 987}, "Bad file descriptor: give that of an open socket with --fd"),
    ],
    ids=str,
)
def test_where_nobody_can_listen(
    place: dict[str, Any], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is no socket of before: uvicorn would remove it."""
    monkeypatch.chdir(tmp_path)
    Path("main.py").touch()
    if "uds" in place:
        place = {"uds": Path(place["uds"])}
    address = Address(**{"host": "127.0.0.1", "port": 65000, **place})
    place_told = re.escape(address.name.removeprefix("http://"))
    with pytest.raises(CommandError, match=f"^Cannot listen on {place_told}, {reason}$"):
        address.check_free()
    assert Path("main.py").is_file()


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="there are no Unix sockets")
def test_a_socket_of_before_is_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket has to be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("shop.sock")
        Address("127.0.0.1", 8000, fd=listening.fileno()).check_free()
    for path in (Path("shop.sock"), Path("new.sock")):
        Address("127.0.0.1", 8000, uds=path).check_free()
        assert not path.exists()


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="there are no Unix sockets")
@pytest.mark.parametrize("waiting", [0, 2], ids=["idle", "with more clients than it takes up"])
def test_a_socket_at_which_somebody_listens_stays(
    waiting: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with ExitStack() as opened:
        listening = opened.enter_context(socket.socket(socket.AF_UNIX))
        listening.bind("shop.sock")
        listening.listen(0)
        for _ in range(waiting):
            client = opened.enter_context(socket.socket(socket.AF_UNIX))
            client.setblocking(False)
            client.connect_ex("shop.sock")
        with pytest.raises(CommandError, match=r"unix:shop\.sock, Address already in use"):
            Address("127.0.0.1", 8000, uds=Path("shop.sock")).check_free()
        with removed_afterwards(Path("shop.sock")):
            pass
        assert Path("shop.sock").is_socket()
    with removed_afterwards(Path("shop.sock")):
        pass
    assert not Path("shop.sock").exists()
