"""What the command says about the HTTP/1.1 protocol, handed to every process of the server."""

import json
import os
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from ferroapi.server import ServerOptions

__all__ = ["AccessLogFormat", "Protocol", "protocol_settings", "server_options"]

ENVIRONMENT_VARIABLE = "FERROAPI_SERVER_OPTIONS"
"""Where the processes that the command starts find their options, as JSON."""


class Protocol(StrEnum):
    """Who reads requests and writes responses."""

    FERROAPI = "ferroapi"
    HTTPTOOLS = "httptools"
    H11 = "h11"


class AccessLogFormat(StrEnum):
    """How the line of a request is written."""

    OFF = "off"
    TEXT = "text"
    JSON = "json"


def protocol_settings(
    protocol: Protocol, access_log: AccessLogFormat, options: dict[str, Any]
) -> dict[str, Any]:
    """The keywords of `uvicorn.Config` for a protocol, whose options all processes will have.

    Args:
        protocol: who reads the requests.
        access_log: how they are logged.
        options: other attributes of `ServerOptions`; `None` is the default.

    Raises `ValueError` for what the protocol does not have, and for fields that there are not.
    """
    given = {name: value for name, value in options.items() if value is not None}
    settings: dict[str, Any] = {"access_log": access_log is not AccessLogFormat.OFF}
    if protocol is Protocol.FERROAPI:
        made = ServerOptions(access_log=access_log.value, **given)
        os.environ[ENVIRONMENT_VARIABLE] = json.dumps(asdict(made))
        return {**settings, "http": "ferroapi.cli.protocol:ConfiguredProtocol"}
    if access_log is AccessLogFormat.JSON:
        raise ValueError(f"{protocol} has no access log in JSON")
    if given:
        raise ValueError(f"{protocol} has no limits to set, and no fields of the access log")
    return {**settings, "http": protocol.value}


def server_options() -> ServerOptions:
    """The options that the command was given; the defaults in a process that it has not started."""
    given = os.environ.get(ENVIRONMENT_VARIABLE)
    if given is None:
        return ServerOptions()
    options = json.loads(given)
    return ServerOptions(**{**options, "access_log_fields": tuple(options["access_log_fields"])})
