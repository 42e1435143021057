"""An HTTP/1.1 protocol for uvicorn: `uvicorn.run(app, http=ferroapi.server.HTTPProtocol)`."""

from ferroapi.server.options import ServerOptions
from ferroapi.server.protocol import HTTPProtocol

__all__ = ["HTTPProtocol", "ServerOptions"]
