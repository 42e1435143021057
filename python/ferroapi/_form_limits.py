"""The name under which FastAPI's users annotate form limits."""

from ferroapi.form_limits import FormLimits as _FormLimits

__all__ = ["_FormLimits"]
