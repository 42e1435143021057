"""The pages that show an OpenAPI document, with everything they load from the application itself.

They have no script and no style in them: what differs from one application to another stands in an
attribute, from where a script that is the same for all takes it. So a content security policy of
`POLICY` lets them work. The files are those of the package `ferroapi-docs-assets`.
"""

import json
from html import escape
from pathlib import Path
from typing import Any

from starlette.responses import FileResponse, HTMLResponse, Response

from ferroapi.encoders import jsonable_encoder
from ferroapi.openapi.docs import OAUTH2_REDIRECT_SCRIPT, swagger_ui_default_parameters

__all__ = [
    "POLICY",
    "asset",
    "oauth2_redirect_page",
    "redoc_page",
    "swagger_ui_page",
]

POLICY = (
    "default-src 'self'; img-src 'self' data:; worker-src 'self' blob:; style-src 'self' "
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' "
    "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='"
)
"""The content security policy that they work under (CSP Level 3).

Swagger UI works with `default-src 'self'` alone, which only keeps some of its icons away. ReDoc
fills style elements that are empty by script, and has one that is not: their hashes are allowed.
Its search runs in a worker that is a blob.
"""

_SWAGGER_UI = """<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{title}</title>
  <link rel="stylesheet" href="{assets}/swagger-ui.css">
  <link rel="icon" href="{assets}/favicon.png">
</head>
<body>
  <div id="swagger-ui" data-settings="{settings}"></div>
  <script src="{assets}/swagger-ui-bundle.js"></script>
  <script src="{assets}/swagger-ui.js"></script>
</body>
</html>
"""

_REDOC = """<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{title}</title>
  <link rel="stylesheet" href="{assets}/redoc.css">
  <link rel="icon" href="{assets}/favicon.png">
</head>
<body>
  <redoc spec-url="{openapi_url}"></redoc>
  <noscript>The documentation is shown by JavaScript, which is switched off.</noscript>
  <script src="{assets}/redoc.standalone.js"></script>
</body>
</html>
"""

_OAUTH2_REDIRECT = """<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>Swagger UI: OAuth2 Redirect</title>
</head>
<body>
  <script src="{assets}/oauth2-redirect.js"></script>
</body>
</html>
"""

_SWAGGER_UI_SCRIPT = """(() => {
  const element = document.getElementById("swagger-ui");
  const { parameters, oauth2RedirectUrl, initOAuth } = JSON.parse(element.dataset.settings);
  if (oauth2RedirectUrl) {
    parameters.oauth2RedirectUrl = window.location.origin + oauth2RedirectUrl;
  }
  const presets = [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset];
  const ui = SwaggerUIBundle({ ...parameters, presets });
  if (initOAuth) {
    ui.initOAuth(initOAuth);
  }
})();
"""

_JAVASCRIPT, _CSS, _PNG = "text/javascript", "text/css", "image/png"
_WRITTEN = {
    "swagger-ui.js": (_SWAGGER_UI_SCRIPT, _JAVASCRIPT),
    "oauth2-redirect.js": (OAUTH2_REDIRECT_SCRIPT, _JAVASCRIPT),
    "redoc.css": ("body { margin: 0; }\n", _CSS),
}
_FILES = {
    "swagger-ui-bundle.js": _JAVASCRIPT,
    "swagger-ui.css": _CSS,
    "redoc.standalone.js": _JAVASCRIPT,
    "scalar.standalone.js": _JAVASCRIPT,
    "favicon.png": _PNG,
}


def asset(folder: Path, name: str) -> Response | None:
    """What a page loads under a name; `None` where no page does."""
    if name in _WRITTEN:
        text, media_type = _WRITTEN[name]
        return Response(text, media_type=media_type)
    if name in _FILES:
        return FileResponse(folder / name, media_type=_FILES[name])
    return None


def swagger_ui_page(
    *,
    openapi_url: str,
    assets: str,
    title: str,
    oauth2_redirect_url: str | None,
    init_oauth: dict[str, Any] | None,
    swagger_ui_parameters: dict[str, Any] | None,
) -> HTMLResponse:
    """The page that shows a document in Swagger UI.

    Args:
        openapi_url: where the page fetches the document.
        assets: where it loads what it needs.
        title: the title of the page.
        oauth2_redirect_url: the path on the same origin that authorization servers redirect to.
        init_oauth: what Swagger UI's `initOAuth` is called with.
        swagger_ui_parameters: its configuration, over `swagger_ui_default_parameters`.
    """
    parameters = swagger_ui_default_parameters | (swagger_ui_parameters or {})
    settings = {
        "parameters": {"url": openapi_url, **jsonable_encoder(parameters)},
        "oauth2RedirectUrl": oauth2_redirect_url,
        "initOAuth": jsonable_encoder(init_oauth),
    }
    return HTMLResponse(
        _SWAGGER_UI.format(
            title=escape(title), assets=escape(assets), settings=escape(json.dumps(settings))
        )
    )


def redoc_page(*, openapi_url: str, assets: str, title: str) -> HTMLResponse:
    """The page that shows a document in ReDoc, with the fonts of the reader's system."""
    return HTMLResponse(
        _REDOC.format(title=escape(title), assets=escape(assets), openapi_url=escape(openapi_url))
    )


def oauth2_redirect_page(*, assets: str) -> HTMLResponse:
    """The page an authorization server redirects to."""
    return HTMLResponse(_OAUTH2_REDIRECT.format(assets=escape(assets)))
