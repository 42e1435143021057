"""uvicorn's command, with ferroapi's protocol where it would choose one itself."""

from uvicorn.config import HTTP_PROTOCOLS
from uvicorn.main import main

HTTP_PROTOCOLS["auto"] = "ferroapi.server:HTTPProtocol"

if __name__ == "__main__":
    main()
