"""The servers that the tests talk to, each started when the first test needs it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from importlib.util import find_spec

import pytest
from tests.websockets.servers import SERVERS, serving


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], int]]:
    """Starts a server, once; gives its port."""
    folder = tmp_path_factory.mktemp("servers")
    with ExitStack() as stack:
        yield cache(lambda name: stack.enter_context(serving(name, folder / f"{name}.log")))


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> str:
    """The name of a server."""
    name: str = request.param
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    return name


@pytest.fixture
def port(server: str, start: Callable[[str], int]) -> int:
    """Where that server answers."""
    return start(server)
