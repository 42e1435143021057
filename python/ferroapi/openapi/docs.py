"""The pages that show an OpenAPI document: Swagger UI and ReDoc.

Every value is escaped for the place it is put in: URLs and titles may come from a mount path or
from a proxy, which a client can choose.
"""

import json
from html import escape
from string import Template
from typing import Any

from starlette.responses import HTMLResponse

from ferroapi.encoders import jsonable_encoder

swagger_ui_default_parameters: dict[str, Any] = {
    "dom_id": "#swagger-ui",
    "layout": "BaseLayout",
    "deepLinking": True,
    "showExtensions": True,
    "showCommonExtensions": True,
}
"""The configuration of Swagger UI that `swagger_ui_parameters` is laid over."""

_FAVICON_URL = "https://fastapi.tiangolo.com/img/favicon.png"

_SWAGGER_UI = Template("""<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>$title</title>
  <link rel="stylesheet" href="$css_url">
  <link rel="icon" href="$favicon_url">
</head>
<body>
  <div id="swagger-ui"></div>
  <script src="$js_url"></script>
  <script>
    const ui = SwaggerUIBundle({
      url: $openapi_url,
      $options
      presets: [
        SwaggerUIBundle.presets.apis,
        SwaggerUIBundle.SwaggerUIStandalonePreset
      ],
    });
    $init_oauth
  </script>
</body>
</html>
""")

_REDOC = Template("""<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>$title</title>
  $fonts
  <link rel="icon" href="$favicon_url">
  <style>body { margin: 0; }</style>
</head>
<body>
  <redoc spec-url="$openapi_url"></redoc>
  <noscript>The documentation is shown by JavaScript, which is switched off.</noscript>
  <script src="$js_url"></script>
</body>
</html>
""")

_GOOGLE_FONTS = (
    '<link rel="stylesheet" href="https://fonts.googleapis.com/css'
    '?family=Montserrat:300,400,700%7CRoboto:300,400,700">'
)

OAUTH2_REDIRECT_SCRIPT = """    (() => {
      const request = window.opener.swaggerUIRedirectOauth2;
      const { auth, redirectUrl, state } = request;
      const fragment = window.location.hash.slice(1).replace("?", "&");
      const answered = /(^|&)(code|access_token|token|error)=/.test(fragment);
      const token = Object.fromEntries(
        new URLSearchParams(answered ? fragment : window.location.search));
      const isValid = token.state === state;
      const report = (level, message) =>
        request.errCb({ authId: auth.name, source: "auth", level, message });
      const withCode = ["accessCode", "authorizationCode", "authorization_code"];

      if (!withCode.includes(auth.schema.get("flow")) || auth.code) {
        request.callback({ auth, token, isValid, redirectUrl });
      } else {
        if (!isValid) {
          report("warning", "The state that came back is not the one that was sent: "
            + "this answer may not belong to your request.");
        }
        if (token.code) {
          delete request.state;
          auth.code = token.code;
          request.callback({ auth, redirectUrl });
        } else {
          report("error", token.error
            ? [token.error, token.error_description, token.error_uri].filter(Boolean).join(" - ")
            : "The authorization server sent no code.");
        }
      }
      window.close();
    })();
"""
"""Hands the answer of an authorization server to the Swagger UI that asked for it."""

_OAUTH2_REDIRECT = f"""<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>Swagger UI: OAuth2 Redirect</title>
</head>
<body>
  <script>
{OAUTH2_REDIRECT_SCRIPT}  </script>
</body>
</html>
"""

_ESCAPES_IN_SCRIPT = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&'"})


def _script_json(value: Any) -> str:
    """`value` as JSON that can end neither the `script` element around it nor a string in it."""
    return json.dumps(jsonable_encoder(value)).translate(_ESCAPES_IN_SCRIPT)


def _script_text(value: str) -> str:
    """`value` as a JavaScript string in apostrophes, as other programs look for it in the page."""
    return "'" + _script_json(value)[1:-1] + "'"


def get_swagger_ui_html(
    *,
    openapi_url: str,
    title: str,
    swagger_js_url: str = "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5/swagger-ui-bundle.js",
    swagger_css_url: str = "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5/swagger-ui.css",
    swagger_favicon_url: str = _FAVICON_URL,
    oauth2_redirect_url: str | None = None,
    init_oauth: dict[str, Any] | None = None,
    swagger_ui_parameters: dict[str, Any] | None = None,
) -> HTMLResponse:
    """The page that shows a document in Swagger UI.

    Args:
        openapi_url: Where the page fetches the document.
        title: The title of the page.
        swagger_js_url: Where Swagger UI's script is.
        swagger_css_url: Where its style sheet is.
        swagger_favicon_url: The icon of the page.
        oauth2_redirect_url: The path on the same origin that OAuth2 servers redirect to.
        init_oauth: What Swagger UI's `initOAuth` is called with.
        swagger_ui_parameters: Configuration of Swagger UI, over `swagger_ui_default_parameters`.
    """
    parameters = swagger_ui_default_parameters | (swagger_ui_parameters or {})
    options = [
        f"{_script_json(name)}: {_script_json(value)}," for name, value in parameters.items()
    ]
    if oauth2_redirect_url:
        redirect_url = f"window.location.origin + {_script_text(oauth2_redirect_url)}"
        options.append(f"oauth2RedirectUrl: {redirect_url},")
    return HTMLResponse(
        _SWAGGER_UI.substitute(
            title=escape(title),
            css_url=escape(swagger_css_url),
            favicon_url=escape(swagger_favicon_url),
            js_url=escape(swagger_js_url),
            openapi_url=_script_text(openapi_url),
            options="\n      ".join(options),
            init_oauth=f"ui.initOAuth({_script_json(init_oauth)});" if init_oauth else "",
        )
    )


def get_redoc_html(
    *,
    openapi_url: str,
    title: str,
    redoc_js_url: str = "https://cdn.jsdelivr.net/npm/redoc@2/bundles/redoc.standalone.js",
    redoc_favicon_url: str = _FAVICON_URL,
    with_google_fonts: bool = True,
) -> HTMLResponse:
    """The page that shows a document in ReDoc.

    Args:
        openapi_url: Where the page fetches the document.
        title: The title of the page.
        redoc_js_url: Where ReDoc's script is.
        redoc_favicon_url: The icon of the page.
        with_google_fonts: Whether the page loads the fonts ReDoc is designed with from Google.
    """
    return HTMLResponse(
        _REDOC.substitute(
            title=escape(title),
            fonts=_GOOGLE_FONTS if with_google_fonts else "",
            favicon_url=escape(redoc_favicon_url),
            openapi_url=escape(openapi_url),
            js_url=escape(redoc_js_url),
        )
    )


def get_swagger_ui_oauth2_redirect_html() -> HTMLResponse:
    """The page an OAuth2 server redirects to: hands its answer to the Swagger UI that asked."""
    return HTMLResponse(_OAUTH2_REDIRECT)
