"""Cross-origin resource sharing (the Fetch standard's CORS protocol)."""

from starlette.middleware.cors import CORSMiddleware

__all__ = ["CORSMiddleware"]
