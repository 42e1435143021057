"""The functions by which an application shows its document, as they are called now.

FastAPI's users put their own in the place of those of `applications`. Importing what they are here
takes long, so that it is done when somebody asks for one.
"""

import re
from typing import TYPE_CHECKING

from ferroapi.submodules import imported_on_demand

if TYPE_CHECKING:
    from ferroapi.openapi.docs import get_redoc_html as get_redoc_html
    from ferroapi.openapi.docs import get_swagger_ui_html as get_swagger_ui_html
    from ferroapi.openapi.docs import (
        get_swagger_ui_oauth2_redirect_html as get_swagger_ui_oauth2_redirect_html,
    )
    from ferroapi.openapi.utils import get_openapi as get_openapi
else:  # checkers would take it for any name
    __getattr__ = imported_on_demand(
        "ferroapi",
        get_openapi="openapi.utils:get_openapi",
        get_redoc_html="openapi.docs:get_redoc_html",
        get_swagger_ui_html="openapi.docs:get_swagger_ui_html",
        get_swagger_ui_oauth2_redirect_html="openapi.docs:get_swagger_ui_oauth2_redirect_html",
    )


def checked_version(version: str) -> str:
    """A version of OpenAPI that documents are written in. Raises `ValueError` for any other."""
    if not (isinstance(version, str) and re.fullmatch(r"3\.[12]\.\d+", version)):
        raise ValueError(f"openapi_version is not 3.1.x or 3.2.x: {version!r}")
    return version
