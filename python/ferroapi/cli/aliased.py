"""The application of `ferroapi run --as-fastapi`.

Every process of the server imports `app` from here, reloading and worker processes included, so
that `fastapi` means ferroapi before the user's module is imported. Being a module and not a factory
function it lets an exception of the user's module through with its whole traceback.
"""

import os

from ferroapi import alias
from ferroapi.cli.discovery import IMPORT_STRING, application_at

__all__ = ["app"]

alias.install()
app = application_at(os.environ[IMPORT_STRING])
