"""`ferroapi run` and `ferroapi dev`, one command with two sets of defaults; `ferroapi routes`."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer
import uvicorn

from ferroapi import FastAPI, __version__, alias
from ferroapi.cli.discovery import IMPORT_STRING, DiscoveryError, application_at, discover
from ferroapi.cli.reload import Reload
from ferroapi.cli.routes import lines
from ferroapi.cli.server_options import AccessLogFormat, Protocol, protocol_settings
from ferroapi.server import ServerOptions

__all__ = ["application"]

application = typer.Typer(
    help="Serves ferroapi applications.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # the help names TOML tables in brackets
    # A traceback is of the user's own module: it should look like any other.
    pretty_exceptions_enable=False,
)


Target: TypeAlias = Annotated[
    str | None,
    typer.Argument(
        metavar="[PATH | MODULE:APP]",
        show_default=False,
        help="The file or package of the application, or its import string. Otherwise what "
        "`entrypoint` says in `[tool.ferroapi]` or `[tool.fastapi]` of pyproject.toml, or the "
        "first of main.py, app.py, api.py here, or these in app/.",
    ),
]
Name: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="The variable that holds the application. Otherwise `app`, `api`, or the first.",
        show_default=False,
    ),
]
Entrypoint: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--entrypoint", "-e", help="An import string, instead of a path.", show_default=False
    ),
]
AsFastAPI: TypeAlias = Annotated[
    bool,
    typer.Option("--as-fastapi", help="Let `import fastapi` mean ferroapi in the application."),
]


def discovered(target: str | None, app: str | None, entrypoint: str | None) -> str:
    """The import string of the application; ends the command where there is none."""
    try:
        return discover(target, name=app, entrypoint=entrypoint)
    except DiscoveryError as error:
        typer.echo(f"ferroapi: {error}", err=True)
        raise typer.Exit(1) from None


def show_version(wanted: bool) -> None:
    """Prints the version and exits, if `wanted`."""
    if wanted:
        typer.echo(f"ferroapi {__version__}")
        raise typer.Exit


@application.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=show_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """The options that stand before a command."""


def serve(
    context: typer.Context,
    target: Target = None,
    *,
    host: Annotated[
        str | None,
        typer.Option(help="The address to listen on.", show_default="dev: 127.0.0.1, run: 0.0.0.0"),
    ] = None,
    port: Annotated[int, typer.Option(envvar="PORT", help="The port to listen on.")] = 8000,
    app: Name = None,
    entrypoint: Entrypoint = None,
    as_fastapi: AsFastAPI = False,
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
        typer.Option(help="A directory to watch, instead of this one.", show_default=False),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes that serve; not with --reload.", show_default="1"),
    ] = None,
    root_path: Annotated[
        str, typer.Option(help="The path under which a proxy serves the application.")
    ] = "",
    proxy_headers: Annotated[
        bool, typer.Option(help="Believe the X-Forwarded headers of trusted addresses.")
    ] = True,
    forwarded_allow_ips: Annotated[
        str | None,
        typer.Option(
            help="Addresses to trust with these headers, by commas; * is any.",
            show_default="127.0.0.1",
        ),
    ] = None,
    timeout_graceful_shutdown: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Seconds that requests have to end after the signal to stop.",
            show_default="dev: 1, run: 25",
        ),
    ] = None,
    keep_alive: Annotated[
        int, typer.Option(min=0, help="Seconds that a connection is kept for another request.")
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
    if development:
        os.environ.setdefault("FASTAPI_ENV", "development")
    if as_fastapi:
        alias.install()
    import_string = discovered(target, app, entrypoint)
    host = host or ("127.0.0.1" if development else "0.0.0.0")
    url = (os.environ.get("FASTAPI_PUBLIC_URL") or f"http://{host}:{port}").rstrip("/")
    docs_url = getattr(application_at(import_string), "docs_url", None)
    documentation = f", documentation at {url}{docs_url}" if docs_url else ""
    serving = f"Serving {import_string} at {url}{documentation}"
    if as_fastapi:
        os.environ[IMPORT_STRING] = import_string
        import_string = "ferroapi.cli.aliased:app"
    if timeout_graceful_shutdown is None:
        # Without a bound a response that never ends keeps the server alive for ever. What sends
        # the signal loses its patience after 30 seconds (Kubernetes) at the latest.
        timeout_graceful_shutdown = 1 if development else 25
    settings: dict[str, Any] = {
        "host": host,
        "port": port,
        "root_path": root_path,
        "proxy_headers": proxy_headers,
        "forwarded_allow_ips": forwarded_allow_ips,
        "timeout_graceful_shutdown": timeout_graceful_shutdown,
        "log_level": "debug" if verbose else None,
        "timeout_keep_alive": keep_alive,
        **protocol,
    }
    supervisor = None
    if development if reload is None else reload:
        directories = [str(directory.resolve()) for directory in reload_dir or []]
        supervisor = Reload(import_string, reload_dirs=directories or None, **settings)
        supervisor.watch()
    typer.echo(serving, err=True)
    if verbose:
        typer.echo(f"Imported from {sys.path[0] or Path.cwd()}", err=True)
    if supervisor is None:
        uvicorn.run(import_string, workers=workers, **settings)
    else:
        supervisor.serve()


for _name, _help in {
    "run": "Serve an application in production.",
    "dev": "Serve an application while it is being written: on this machine only, with reload.",
}.items():
    application.command(_name, help=_help)(serve)


@application.command("routes")
def show_routes(
    target: Target = None,
    *,
    app: Name = None,
    entrypoint: Entrypoint = None,
    as_fastapi: AsFastAPI = False,
) -> None:
    """Print what an application serves: methods, paths, dependencies, files and lines."""
    if as_fastapi:
        alias.install()
    served = application_at(discovered(target, app, entrypoint))
    if not isinstance(served, FastAPI):
        typer.echo("ferroapi: only applications of ferroapi list what they serve", err=True)
        raise typer.Exit(1)
    for line in lines(served.route_table()):
        typer.echo(line)
