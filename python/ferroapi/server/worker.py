"""A worker class for Gunicorn: `gunicorn main:app -k ferroapi.server.worker.Worker`.

It is that of uvicorn-worker, which has to be installed, on the protocol of ferroapi.
"""

from typing import Any, ClassVar

from uvicorn_worker import UvicornWorker

from ferroapi.server.protocol import HTTPProtocol

__all__ = ["Worker"]


class Worker(UvicornWorker):  # type: ignore[misc]  # it has no types
    """Serves by uvicorn and `HTTPProtocol`.

    A subclass has other options where `CONFIG_KWARGS` has another protocol under `http`.
    """

    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {**UvicornWorker.CONFIG_KWARGS, "http": HTTPProtocol}
