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
    announce: Callable[[str], None] = print,
    gateway_origins: Sequence[str] = (),
) -> None:
    """Serves until SIGINT or SIGTERM, then lets what is being answered finish, and closes the service.

    `announce` is given one line when the socket listens. Web pages of `gateway_origins` may start executions (gateway.py).
    Port 0 takes a free port. Raises
    ConfigurationError when the extra is not installed or the address cannot be had.
    """
    try:
        from sfn_cli.server.listener import run
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in ("starlette", "uvicorn"):
            raise
        raise ConfigurationError(f"sfn serve needs {missing}: pip install 'sfn-cli[serve]'") from error
    run(service, host, port, announce, gateway_origins)
