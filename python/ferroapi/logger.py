"""The logger that applications share with the framework."""

import logging

__all__ = ["logger"]

# The logging configuration of an existing application names it like this.
logger = logging.getLogger("fastapi")
