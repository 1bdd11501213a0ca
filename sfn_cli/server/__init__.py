"""`sfn serve`: the operations over HTTP, for SDKs and other tools that speak to AWS.

Needs the extra `serve` (starlette and uvicorn), which is imported when a server starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sfn_cli.api.service import Service


def serve(
    service: Service,
    host: str = "127.0.0.1",
    port: int = 8083,
    *,
    credentials_file: str | None = None,
    gateway_origins: Sequence[str] = (),
    certfile: str | None = None,
    keyfile: str | None = None,
    forwards: bool = False,
    announce: Callable[[str], None] = print,
) -> None:
    """Serves until SIGINT or SIGTERM, then finishes responses in progress and closes the service.

    With `credentials_file`, requests must be signed with credentials in it. Web pages of
    `gateway_origins` may start executions (gateway.py). With `certfile`, the server speaks https
    (tls.py). With `forwards`, requests for other services go to the local AWS services, if tasks
    call these and they are installed. `announce` is called with one line when the
    socket listens. Port 0 takes a free port. Raises ConfigurationError when the extra is not
    installed, a file or an origin cannot be used, the address is not available, or too few files
    may be open.
    """
    from sfn_cli.server import credentials, tls

    try:
        from sfn_cli.server.listener import run_listener
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in ("starlette", "uvicorn"):
            raise
        from sfn_cli.installation.extras import install_hint

        raise ConfigurationError(
            f"sfn serve needs {missing}, which is not installed. {install_hint('serve')}"
        ) from error
    known = None if credentials_file is None else credentials.read_server_credentials(credentials_file)
    context = None if certfile is None else tls.tls_server_context(certfile, keyfile)
    run_listener(service, host, port, known, gateway_origins, context, announce, forwards=forwards)
