"""Files of a directory, served as they are."""

from starlette.staticfiles import StaticFiles

__all__ = ["StaticFiles"]
