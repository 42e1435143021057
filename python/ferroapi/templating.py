"""Pages rendered by Jinja; importing this module needs the package `jinja2`."""

from starlette.templating import Jinja2Templates

__all__ = ["Jinja2Templates"]
