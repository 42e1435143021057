"""The routes of an application that show its OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse

from ferroapi import document_functions
from ferroapi.docs_assets import DocsAssets, assets_folder
from ferroapi.forwarding import replaced

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from starlette.responses import Response

    class Documented(Protocol):
        """The application whose document is shown."""

        title: str
        openapi_url: str | None
        docs_url: str | None
        redoc_url: str | None
        scalar_url: str | None
        root_path_in_servers: bool
        swagger_ui_oauth2_redirect_url: str | None
        swagger_ui_init_oauth: dict[str, Any] | None
        swagger_ui_parameters: dict[str, Any] | None
        docs_assets: DocsAssets | None

        def openapi(self) -> dict[str, Any]:
            """The OpenAPI document."""
            ...

        def add_route(
            self, path: str, route: Callable[[Request], Any], *, include_in_schema: bool
        ) -> None:
            """Adds a plain route."""
            ...


def add_documentation_routes(app: Documented) -> None:
    """Adds the document and its pages, where the application has them switched on."""
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
    first_page = app.docs_url or app.redoc_url or app.scalar_url
    assets = _add_assets(app, first_page) if first_page else None
    if app.docs_url:
        _add_swagger_ui(app, openapi_url, app.docs_url, assets)
    if app.redoc_url:
        _add_redoc(app, openapi_url, app.redoc_url, assets)
    if app.scalar_url:
        _add_scalar(app, openapi_url, app.scalar_url, assets)


def _root_path(request: Request) -> str:
    path: str = request.scope.get("root_path", "")
    return path.rstrip("/")


def _add_assets(app: Documented, page: str) -> str | None:
    """Adds what the pages load, where it is here; gives its path."""
    folder = assets_folder(app.docs_assets)
    if folder is None:
        return None

    async def docs_asset(request: Request) -> Response:
        from ferroapi.openapi.local_docs import asset

        found = asset(folder, request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return found

    path = f"{page.rstrip('/')}/assets"
    app.add_route(path + "/{name}", docs_asset, include_in_schema=False)
    return path


def _is_own(function: str) -> bool:
    """Whether nobody has put a function of theirs into the place of one of ours."""
    return function not in replaced("ferroapi.document_functions")


def _add_swagger_ui(app: Documented, openapi_url: str, docs_url: str, assets: str | None) -> None:
    async def swagger_ui_html(request: Request) -> HTMLResponse:
        root_path = _root_path(request)
        redirect_url = app.swagger_ui_oauth2_redirect_url
        options: dict[str, Any] = {
            "openapi_url": root_path + openapi_url,
            "title": f"{app.title} - Swagger UI",
            "oauth2_redirect_url": root_path + redirect_url if redirect_url else None,
            "init_oauth": app.swagger_ui_init_oauth,
            "swagger_ui_parameters": app.swagger_ui_parameters,
        }
        if assets is not None and _is_own("get_swagger_ui_html"):
            from ferroapi.openapi.local_docs import swagger_ui_page

            return swagger_ui_page(assets=root_path + assets, **options)
        return document_functions.get_swagger_ui_html(**options)

    async def swagger_ui_redirect(request: Request) -> HTMLResponse:
        if assets is not None and _is_own("get_swagger_ui_oauth2_redirect_html"):
            from ferroapi.openapi.local_docs import oauth2_redirect_page

            return oauth2_redirect_page(assets=_root_path(request) + assets)
        return document_functions.get_swagger_ui_oauth2_redirect_html()

    app.add_route(docs_url, swagger_ui_html, include_in_schema=False)
    if app.swagger_ui_oauth2_redirect_url:
        app.add_route(
            app.swagger_ui_oauth2_redirect_url, swagger_ui_redirect, include_in_schema=False
        )


def _add_redoc(app: Documented, openapi_url: str, redoc_url: str, assets: str | None) -> None:
    async def redoc_html(request: Request) -> HTMLResponse:
        root_path, title = _root_path(request), f"{app.title} - ReDoc"
        if assets is not None and _is_own("get_redoc_html"):
            from ferroapi.openapi.local_docs import redoc_page

            return redoc_page(
                openapi_url=root_path + openapi_url, assets=root_path + assets, title=title
            )
        return document_functions.get_redoc_html(openapi_url=root_path + openapi_url, title=title)

    app.add_route(redoc_url, redoc_html, include_in_schema=False)


def _add_scalar(app: Documented, openapi_url: str, scalar_url: str, assets: str | None) -> None:
    async def scalar_html(request: Request) -> HTMLResponse:
        from ferroapi.openapi.scalar import scalar_page

        root_path = _root_path(request)
        return scalar_page(
            openapi_url=root_path + openapi_url,
            assets=None if assets is None else root_path + assets,
            title=f"{app.title} - Scalar",
        )

    app.add_route(scalar_url, scalar_html, include_in_schema=False)
