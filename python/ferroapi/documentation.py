"""The OpenAPI document of an application, and the routes that show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse

from ferroapi import document_functions
from ferroapi.docs_assets import DocsAssets, assets_folder
from ferroapi.error_format import ErrorFormat
from ferroapi.forwarding import replaced
from ferroapi.routing.router import APIRouter

if TYPE_CHECKING:
    from starlette.responses import Response


class DocumentedApplication(Starlette):
    """The part of an application that shows its OpenAPI document."""

    title: str
    summary: str | None
    description: str
    version: str
    terms_of_service: str | None
    contact: dict[str, Any] | None
    license_info: dict[str, Any] | None
    openapi_url: str | None
    openapi_tags: list[dict[str, Any]] | None
    openapi_version: str
    openapi_external_docs: dict[str, Any] | None
    openapi_schema: dict[str, Any] | None = None
    _openapi_routes_version = -1
    separate_input_output_schemas: bool
    servers: list[dict[str, Any]]
    root_path_in_servers: bool
    docs_url: str | None
    redoc_url: str | None
    scalar_url: str | None
    swagger_ui_oauth2_redirect_url: str | None
    swagger_ui_init_oauth: dict[str, Any] | None
    swagger_ui_parameters: dict[str, Any] | None
    docs_assets: DocsAssets | None
    router: APIRouter
    webhooks: APIRouter
    validation_errors: ErrorFormat | None

    def setup(self) -> None:
        """Adds the routes of the OpenAPI document and its pages, where they are switched on."""
        openapi_url = self.openapi_url
        if not openapi_url:
            return

        async def openapi(request: Request) -> JSONResponse:
            root_path = _root_path(request)
            schema = self.openapi()
            servers = schema.get("servers", [])
            shown = not self.root_path_in_servers or root_path in [s.get("url") for s in servers]
            if root_path and not shown:
                schema = {**schema, "servers": [{"url": root_path}, *servers]}
            return JSONResponse(schema)

        self.add_route(openapi_url, openapi, include_in_schema=False)
        first_page = self.docs_url or self.redoc_url or self.scalar_url
        assets = _add_assets(self, first_page) if first_page else None
        if self.docs_url:
            _add_swagger_ui(self, openapi_url, self.docs_url, assets)
        if self.redoc_url:
            _add_redoc(self, openapi_url, self.redoc_url, assets)
        if self.scalar_url:
            _add_scalar(self, openapi_url, self.scalar_url, assets)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made again after routes have changed."""
        version = self.router._get_routes_version() + self.webhooks._get_routes_version()
        if self.openapi_schema is None or self._openapi_routes_version != version:
            form = self.validation_errors
            # Who replaces the function need not know what FastAPI's does not have.
            added: dict[str, Any] = {} if form is None else {"validation_errors": form}
            self.openapi_schema = document_functions.get_openapi(
                title=self.title,
                version=self.version,
                openapi_version=self.openapi_version,
                summary=self.summary,
                description=self.description,
                terms_of_service=self.terms_of_service,
                contact=self.contact,
                license_info=self.license_info,
                routes=self.routes,
                webhooks=self.webhooks.routes,
                tags=self.openapi_tags,
                servers=self.servers,
                separate_input_output_schemas=self.separate_input_output_schemas,
                external_docs=self.openapi_external_docs,
                **added,
            )
            self._openapi_routes_version = version
        return self.openapi_schema


def _root_path(request: Request) -> str:
    path: str = request.scope.get("root_path", "")
    return path.rstrip("/")


def _add_assets(app: DocumentedApplication, page: str) -> str | None:
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


def _add_swagger_ui(
    app: DocumentedApplication, openapi_url: str, docs_url: str, assets: str | None
) -> None:
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


def _add_redoc(
    app: DocumentedApplication, openapi_url: str, redoc_url: str, assets: str | None
) -> None:
    async def redoc_html(request: Request) -> HTMLResponse:
        root_path, title = _root_path(request), f"{app.title} - ReDoc"
        if assets is not None and _is_own("get_redoc_html"):
            from ferroapi.openapi.local_docs import redoc_page

            return redoc_page(
                openapi_url=root_path + openapi_url, assets=root_path + assets, title=title
            )
        return document_functions.get_redoc_html(openapi_url=root_path + openapi_url, title=title)

    app.add_route(redoc_url, redoc_html, include_in_schema=False)


def _add_scalar(
    app: DocumentedApplication, openapi_url: str, scalar_url: str, assets: str | None
) -> None:
    async def scalar_html(request: Request) -> HTMLResponse:
        from ferroapi.openapi.scalar import scalar_page

        root_path = _root_path(request)
        return scalar_page(
            openapi_url=root_path + openapi_url,
            assets=None if assets is None else root_path + assets,
            title=f"{app.title} - Scalar",
        )

    app.add_route(scalar_url, scalar_html, include_in_schema=False)
