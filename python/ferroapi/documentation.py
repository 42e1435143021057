"""The routes of an application that show its OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse

from ferroapi import document_functions

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    class Documented(Protocol):
        """The application whose document is shown."""

        title: str
        openapi_url: str | None
        docs_url: str | None
        redoc_url: str | None
        root_path_in_servers: bool
        swagger_ui_oauth2_redirect_url: str | None
        swagger_ui_init_oauth: dict[str, Any] | None
        swagger_ui_parameters: dict[str, Any] | None

        def openapi(self) -> dict[str, Any]:
            """The OpenAPI document."""
            ...

        def add_route(
            self, path: str, route: Callable[[Request], Any], *, include_in_schema: bool
        ) -> None:
            """Adds a plain route."""
            ...


def add_documentation_routes(app: Documented) -> None:
    """Adds `/openapi.json`, `/docs` and `/redoc`, where the application has them switched on."""
    openapi_url = app.openapi_url
    if not openapi_url:
        return

    async def openapi(request: Request) -> JSONResponse:
        root_path = _root_path(request)
        schema = app.openapi()
        servers = schema.get("servers", [])
        shown = not app.root_path_in_servers or root_path in [s.get("url") for s in servers]
        if root_path and not shown:
            schema = {**schema, "servers": [{"url": root_path}, *servers]}
        return JSONResponse(schema)

    app.add_route(openapi_url, openapi, include_in_schema=False)
    if app.docs_url:
        _add_swagger_ui(app, openapi_url, app.docs_url)
    if app.redoc_url:
        _add_redoc(app, openapi_url, app.redoc_url)


def _root_path(request: Request) -> str:
    path: str = request.scope.get("root_path", "")
    return path.rstrip("/")


def _add_swagger_ui(app: Documented, openapi_url: str, docs_url: str) -> None:
    async def swagger_ui_html(request: Request) -> HTMLResponse:
        root_path = _root_path(request)
        redirect_url = app.swagger_ui_oauth2_redirect_url
        return document_functions.get_swagger_ui_html(
            openapi_url=root_path + openapi_url,
            title=f"{app.title} - Swagger UI",
            oauth2_redirect_url=root_path + redirect_url if redirect_url else None,
            init_oauth=app.swagger_ui_init_oauth,
            swagger_ui_parameters=app.swagger_ui_parameters,
        )

    async def swagger_ui_redirect(_request: Request) -> HTMLResponse:
        return document_functions.get_swagger_ui_oauth2_redirect_html()

    app.add_route(docs_url, swagger_ui_html, include_in_schema=False)
    if app.swagger_ui_oauth2_redirect_url:
        app.add_route(
            app.swagger_ui_oauth2_redirect_url, swagger_ui_redirect, include_in_schema=False
        )


def _add_redoc(app: Documented, openapi_url: str, redoc_url: str) -> None:
    async def redoc_html(request: Request) -> HTMLResponse:
        return document_functions.get_redoc_html(
            openapi_url=_root_path(request) + openapi_url, title=f"{app.title} - ReDoc"
        )

    app.add_route(redoc_url, redoc_html, include_in_schema=False)
