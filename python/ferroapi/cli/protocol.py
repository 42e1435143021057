"""The protocol of `ferroapi run`, which every process of the server imports by its name."""

from ferroapi.cli.server_options import server_options
from ferroapi.server import HTTPProtocol

__all__ = ["ConfiguredProtocol"]


class ConfiguredProtocol(HTTPProtocol):
    """Has the options that the command was given."""

    __slots__ = ()

    options = server_options()
