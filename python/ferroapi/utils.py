"""Functions other packages import from FastAPI under this name."""

from ferroapi.content import (
    is_body_allowed_for_status_code as is_body_allowed_for_status_code,
)
from ferroapi.routing.unique_id import generate_unique_id as generate_unique_id

__all__ = ["generate_unique_id", "is_body_allowed_for_status_code"]
