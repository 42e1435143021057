"""`ferroapi run` and `ferroapi dev`: one command with two sets of defaults."""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn

from ferroapi import alias
from ferroapi.cli.address import Address
from ferroapi.cli.discovery import IMPORT_STRING, application_at, discover
from ferroapi.cli.env_file import load_env_file
from ferroapi.cli.failure import CommandError
from ferroapi.cli.reload import Reload
from ferroapi.cli.root_path import root_path_of
from ferroapi.cli.server_options import AccessLogFormat, Protocol, protocol_settings
from ferroapi.cli.target import AsFastAPI, Entrypoint, Factory, Name, Target
from ferroapi.cli.tls import tls_settings
from ferroapi.cli.unix_socket import removed_afterwards
from ferroapi.cli.workers import serve_with_workers
from ferroapi.server import ServerOptions
from ferroapi.server.options import LARGEST

__all__ = ["serve"]


class LogLevel(StrEnum):
    """The levels of uvicorn's loggers."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    DEBUG = "debug"
    TRACE = "trace"


def serve(
    context: typer.Context,
    target: Target = None,
    *,
    app: Name = None,
    entrypoint: Entrypoint = None,
    as_fastapi: AsFastAPI = False,
    factory: Factory = False,
    host: Annotated[
        str | None,
        typer.Option(help="The address to listen on.", show_default="dev: 127.0.0.1, run: 0.0.0.0"),
    ] = None,
    port: Annotated[
        int,
        typer.Option(
            envvar="PORT", min=0, max=65535, help="The port to listen on; 0 is any that is free."
        ),
    ] = 8000,
    uds: Annotated[
        Path | None,
        typer.Option(help="The Unix socket to listen on, instead.", show_default=False),
    ] = None,
    fd: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=LARGEST,
            help="The number of an open socket to listen on, instead.",
            show_default=False,
        ),
    ] = None,
    env_file: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            is_eager=True,  # the variables of other options may be in it
            callback=load_env_file,
            help="A file of environment variables, read before the application is imported; those "
            "that are set already stay as they are.",
            show_default=False,
        ),
    ] = None,
    reload: Annotated[
        bool | None,
        typer.Option(
            "--reload/--no-reload",
            help="Restart when a file changes.",
            show_default="dev: on, run: off",
        ),
    ] = None,
    reload_dir: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="A directory to watch, instead of this one.",
            show_default=False,
        ),
    ] = None,
    workers: Annotated[
        int,
        typer.Option(
            envvar="WEB_CONCURRENCY",
            min=1,
            max=1024,
            help="Processes that serve; one with --reload.",
        ),
    ] = 1,
    root_path: Annotated[
        str,
        typer.Option(
            callback=root_path_of, help="The path under which a proxy serves the application."
        ),
    ] = "",
    proxy_headers: Annotated[
        bool, typer.Option(help="Believe the X-Forwarded headers of trusted addresses.")
    ] = True,
    forwarded_allow_ips: Annotated[
        str | None,
        typer.Option(
            help="Addresses to trust with these headers, by commas; * is any.",
            show_default="FORWARDED_ALLOW_IPS, else 127.0.0.1,::1",
        ),
    ] = None,
    timeout_graceful_shutdown: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=LARGEST,
            help="Seconds that requests have to end after the signal to stop.",
            show_default="dev: 1, run: 25",
        ),
    ] = None,
    keep_alive: Annotated[
        int,
        typer.Option(
            min=0, max=LARGEST, help="Seconds that a connection is kept for another request."
        ),
    ] = 5,
    http: Annotated[
        Protocol, typer.Option(help="What reads requests; the limits below are ferroapi's own.")
    ] = Protocol.FERROAPI,
    access_log: Annotated[
        AccessLogFormat, typer.Option(help="How requests are logged; json needs ferroapi.")
    ] = AccessLogFormat.TEXT,
    access_log_fields: Annotated[
        str | None,
        typer.Option(
            help="What the log says of a request, by commas: client, time, duration, bytes, "
            "request_id, user_agent.",
            show_default=",".join(ServerOptions.access_log_fields),
        ),
    ] = None,
    head_size: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Bytes of a request line and its fields.",
            show_default=str(ServerOptions.head_size),
        ),
    ] = None,
    head_fields: Annotated[
        int | None,
        typer.Option(
            min=1, help="Fields of a request.", show_default=str(ServerOptions.head_fields)
        ),
    ] = None,
    target_size: Annotated[
        int | None,
        typer.Option(
            min=1, help="Bytes of a path and a query.", show_default=str(ServerOptions.target_size)
        ),
    ] = None,
    head_timeout: Annotated[
        float | None,
        typer.Option(
            min=0.001,
            help="Seconds in which a head has to come.",
            show_default=str(ServerOptions.head_seconds),
        ),
    ] = None,
    body_timeout: Annotated[
        float | None,
        typer.Option(
            min=0.001,
            help="Seconds in which the next part of a body has to come.",
            show_default=str(ServerOptions.body_seconds),
        ),
    ] = None,
    log_level: Annotated[
        LogLevel | None,
        typer.Option(help="The least that the server logs.", show_default="info"),
    ] = None,
    log_config: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="A logging configuration: JSON, YAML, or the INI format of `logging.config`.",
            show_default=False,
        ),
    ] = None,
    ssl_certfile: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="The certificate and its chain, for TLS.",
            show_default=False,
        ),
    ] = None,
    ssl_keyfile: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="The private key, where it is not in the file of the certificate.",
            show_default=False,
        ),
    ] = None,
    ssl_keyfile_password: Annotated[
        str | None,
        typer.Option(
            envvar="SSL_KEYFILE_PASSWORD",
            help="The password of the private key.",
            show_default=False,
        ),
    ] = None,
    ssl_ca_certs: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="The authorities whose clients are let in; others are refused.",
            show_default=False,
        ),
    ] = None,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose", "-v", help="Say where the application is from, and log for debugging."
        ),
    ] = False,
) -> None:
    """Serves one application with uvicorn until it is told to stop."""
    fields = access_log_fields.split(",") if access_log_fields is not None else None
    try:
        protocol = protocol_settings(
            http,
            access_log,
            {
                "access_log_fields": fields,
                "head_size": head_size,
                "head_fields": head_fields,
                "target_size": target_size,
                "head_seconds": head_timeout,
                "body_seconds": body_timeout,
            },
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    development = context.info_name == "dev"
    reloads = development if reload is None else reload
    if reloads and workers > 1 and _is_typed(context, "workers"):
        raise typer.BadParameter("--workers needs --no-reload: one process is watched and reloaded")
    if uds is not None and fd is not None:
        raise typer.BadParameter("--uds and --fd are two places to listen: choose one")
    if not (uds is None and fd is None) and (host or _is_typed(context, "port")):
        raise typer.BadParameter("--uds and --fd are instead of --host and --port")
    if ssl_certfile is None and (ssl_keyfile or ssl_keyfile_password or ssl_ca_certs):
        raise typer.BadParameter("TLS needs --ssl-certfile")
    if development:
        os.environ.setdefault("FASTAPI_ENV", "development")
    address = Address(
        host or ("127.0.0.1" if development else "0.0.0.0"),
        port,
        uds=uds,
        fd=fd,
        secure=ssl_certfile is not None,
    )
    if as_fastapi:
        alias.install()
    import_string = discover(target, name=app, entrypoint=entrypoint, factory=factory)
    docs_url = None if factory else getattr(application_at(import_string), "docs_url", None)
    serving = f"Serving {import_string} at {address.name}"
    if docs_url and root_path and not address.is_public:
        serving += f", documentation at {root_path}{docs_url} of the proxy"
    elif docs_url and address.name == address.url:
        serving += f", documentation at {address.url}{docs_url}"
    address.check_free()
    if as_fastapi:
        os.environ[IMPORT_STRING] = import_string
        import_string = "ferroapi.cli.aliased:app"
    if timeout_graceful_shutdown is None:
        # Without a bound a response that never ends keeps the server alive for ever. What sends
        # the signal loses its patience after 30 seconds (Kubernetes) at the latest.
        timeout_graceful_shutdown = 1 if development else 25
    settings: dict[str, Any] = {
        **address.settings,
        "factory": factory,
        "root_path": root_path,
        "proxy_headers": proxy_headers,
        "forwarded_allow_ips": forwarded_allow_ips,
        "timeout_graceful_shutdown": timeout_graceful_shutdown,
        "log_level": log_level or ("debug" if verbose else None),
        "timeout_keep_alive": keep_alive,
        "workers": 1 if reloads else workers,
        # uvicorn kills a worker that does not answer in time: by default in 5 seconds, which on a
        # busy machine are not enough to start one.
        "timeout_worker_healthcheck": 30,
        **protocol,
    }
    if ssl_certfile is not None:
        settings |= tls_settings(ssl_certfile, ssl_keyfile, ssl_keyfile_password, ssl_ca_certs)
    if log_config is not None:
        settings["log_config"] = str(log_config)
        _check_log_config(import_string, settings)
    supervisor = None
    if reloads:
        directories = [str(directory.resolve()) for directory in reload_dir or []]
        supervisor = Reload(import_string, reload_dirs=directories or None, **settings)
        supervisor.watch()
    typer.echo(serving, err=True)
    if verbose:
        typer.echo(f"Imported from {sys.path[0] or Path.cwd()}", err=True)
    with removed_afterwards(uds):
        if supervisor is not None:
            supervisor.serve()
        elif workers > 1:
            serve_with_workers(uvicorn.Config(import_string, **settings))
        else:
            uvicorn.run(import_string, **settings)


def _is_typed(context: typer.Context, name: str) -> bool:
    """Whether an option is from the command line, not from the environment."""
    chosen = context.get_parameter_source(name)
    return chosen is not None and chosen.name == "COMMANDLINE"


def _check_log_config(import_string: str, settings: dict[str, Any]) -> None:
    """Raises `CommandError` where the logging module cannot be configured, whatever it raises."""
    try:
        uvicorn.Config(import_string, **settings)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise CommandError(
            f"Cannot use the logging configuration {settings['log_config']}: {reason}"
        ) from None
