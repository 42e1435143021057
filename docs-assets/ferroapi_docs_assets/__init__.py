"""The files that the pages of an application's OpenAPI document load."""

from pathlib import Path

__all__ = ["FOLDER"]

FOLDER = Path(__file__).parent / "static"
"""Where they are: Swagger UI's, ReDoc's and Scalar's."""
