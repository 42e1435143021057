"""The certificate of a server, and whom it lets in."""

import ssl
from pathlib import Path
from typing import Any

from ferroapi.cli.failure import CommandError

__all__ = ["tls_settings"]


def tls_settings(
    certfile: Path, keyfile: Path | None, password: str | None, ca_certs: Path | None
) -> dict[str, Any]:
    """The keywords of `uvicorn.Config` for TLS.

    Raises `CommandError` where files and password do not work together: of several processes each
    would find that out for itself, again and again.
    """

    def given_password() -> str:
        # OpenSSL would ask on the terminal, each process for itself.
        if password is None:
            raise CommandError(
                "The private key is encrypted: give its password with --ssl-keyfile-password, or "
                "in SSL_KEYFILE_PASSWORD"
            )
        return password

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certfile, keyfile, given_password)
        if ca_certs is not None:
            context.load_verify_locations(ca_certs)
    except (OSError, ValueError) as error:
        raise CommandError(f"Cannot use the certificate or its key: {error}") from None
    return {
        "ssl_certfile": str(certfile),
        "ssl_keyfile": keyfile and str(keyfile),
        "ssl_keyfile_password": password,
        "ssl_ca_certs": ca_certs and str(ca_certs),
        "ssl_cert_reqs": ssl.CERT_NONE if ca_certs is None else ssl.CERT_REQUIRED,
    }
