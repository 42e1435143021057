"""The logger that applications share with the framework."""

import logging
import sys

__all__ = ["logger"]

logger = logging.getLogger("ferroapi")


def log_as(name: str) -> None:
    """Has this package log under another name: that of FastAPI, which programs have configured."""
    global logger
    known, logger = logger, logging.getLogger(name)
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("ferroapi."):
            for attribute in [key for key, value in vars(module).items() if value is known]:
                setattr(module, attribute, logger)
