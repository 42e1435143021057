"""The page that shows an OpenAPI document in Scalar.

It has no script in it: Scalar's own reads its configuration from an attribute, so that the page is
the same whether that script is loaded from the application or from a CDN.
"""

import json
from html import escape

from starlette.responses import HTMLResponse

__all__ = ["POLICY", "scalar_page"]

POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'"
"""The content security policy that the page works under (CSP Level 3).

Scalar writes its styles into the page by script, many of them as attributes, which have no hash.
Scripts are those of the application only.
"""

_SCRIPT_URL = "https://cdn.jsdelivr.net/npm/@scalar/api-reference@1"

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{title}</title>
  <link rel="icon" href="{icon_url}">
</head>
<body>
  <div id="api-reference" data-configuration="{configuration}"></div>
  <noscript>The documentation is shown by JavaScript, which is switched off.</noscript>
  <script src="{script_url}"></script>
</body>
</html>
"""

# It tells nobody about the document: not its makers' statistics, and not their services, which its
# buttons for sharing, asking and opening the document elsewhere would send it to.
_PRIVATE = {
    "agent": {"disabled": True},
    "hideClientButton": True,
    "mcp": {"disabled": True},
    "showDeveloperTools": "never",
    "telemetry": False,
    "withDefaultFonts": False,
}


def scalar_page(*, openapi_url: str, assets: str | None, title: str) -> HTMLResponse:
    """The page, with the fonts of the reader's system.

    Args:
        openapi_url: where the page fetches the document.
        assets: where it loads Scalar from; `None` for jsDelivr.
        title: the title of the page.
    """
    script_url = _SCRIPT_URL if assets is None else f"{assets}/scalar.standalone.js"
    icon_url = "data:," if assets is None else f"{assets}/favicon.png"
    return HTMLResponse(
        _PAGE.format(
            title=escape(title),
            icon_url=escape(icon_url),
            configuration=escape(json.dumps({"url": openapi_url, **_PRIVATE})),
            script_url=escape(script_url),
        )
    )
