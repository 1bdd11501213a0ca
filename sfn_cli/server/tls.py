"""The certificate with which `sfn serve` speaks https."""

from __future__ import annotations

import ssl

from sfn_cli.errors import ConfigurationError


def tls_server_context(certfile: str, keyfile: str | None = None) -> ssl.SSLContext:
    """Creates a TLS context from a certificate (chain) and its private key, both in PEM files.

    The key may be in the certificate's file.

    Raises ConfigurationError when a file cannot be read, or the two do not belong together.
    """
    for option, path in (("--certfile", certfile), ("--keyfile", keyfile)):
        try:
            if path is not None:
                with open(path, "rb"):
                    pass
        except OSError as error:
            raise ConfigurationError(f"Cannot read {option} {path}: {error.strerror or error}.") from error
        except ValueError as error:  # a NUL in the path
            raise ConfigurationError(f"Cannot read {option} {path!r}: {error}.") from error
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certfile, keyfile, password=_no_tls_password)
    except (ssl.SSLError, OSError) as error:
        raise ConfigurationError(_tls_reason(error, certfile, keyfile)) from error
    return context


class _NeedsPassword(ssl.SSLError):
    pass


def _no_tls_password() -> str:
    # Without this, OpenSSL would ask for one on the terminal.
    raise _NeedsPassword


def _tls_reason(error: OSError, certfile: str, keyfile: str | None) -> str:
    key = f"--keyfile {keyfile}" if keyfile else f"--certfile {certfile}"
    if isinstance(error, _NeedsPassword):
        return (
            f"The private key in {key} is encrypted. "
            f"Decrypt it first: openssl pkey -in {keyfile or certfile} -out key.pem"
        )
    if getattr(error, "reason", None) == "KEY_VALUES_MISMATCH":
        return f"The private key in {key} does not belong to the certificate in --certfile {certfile}."
    if keyfile:
        return (
            f"--certfile {certfile} must hold a certificate "
            f"and --keyfile {keyfile} its private key, both as PEM."
        )
    return (
        f"--certfile {certfile} must hold a certificate and its private key, as PEM; "
        "or name the key with --keyfile."
    )
