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
    console_token: str | None = None,
    has_read_only_console: bool = False,
    command: str = "serve",
    extra: str = "serve",
    announce: Callable[[str, str | None], None] | None = None,
) -> None:
    """Serves until SIGINT or SIGTERM, then finishes responses in progress and closes the service.

    With `credentials_file`, requests must be signed with credentials in it. Web pages of
    `gateway_origins` may start executions (gateway.py). With `certfile`, the server speaks https
    (tls.py). With `forwards`, requests for other services go to the local AWS services, if tasks
    call these and they are installed. The console is below /console; with `credentials_file`, only if
    there is a `console_token`. Otherwise the token is a random one. `announce` is called when the socket
    listens, with the server's URL and the one that opens the console (None if there is none); by default
    it prints them. Port 0 takes a free port. `command` and `extra` are for the message of a missing package.

    Raises ConfigurationError when the extra is not installed, a file or an origin cannot be used, the
    address is not available, or too few files may be open.
    """
    from sfn_cli.server import credentials, tls
    from sfn_cli.server.console.access import ConsoleOptions, new_console_token

    try:
        from sfn_cli.server.listener import run_listener
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in ("starlette", "uvicorn"):
            raise
        from sfn_cli.installation.extras import install_hint

        raise ConfigurationError(
            f"sfn {command} needs {missing}, which is not installed. {install_hint(extra)}"
        ) from error
    known = None if credentials_file is None else credentials.read_server_credentials(credentials_file)
    context = None if certfile is None else tls.tls_server_context(certfile, keyfile)
    console = None
    if known is None or console_token is not None:
        token = console_token or new_console_token()
        console = ConsoleOptions(token, needs_token=known is not None, is_read_only=has_read_only_console)

    def listens(url: str) -> None:
        (announce or _print_addresses)(url, None if console is None else console.opening_url(url, host))

    run_listener(
        service,
        host,
        port,
        known,
        gateway_origins,
        context,
        listens,
        forwards=forwards,
        console=console,
    )


def _print_addresses(url: str, console_url: str | None) -> None:
    print(f"Listening on {url} (press Ctrl-C to stop)", flush=True)
    if console_url is not None:
        print(f"Console: {console_url}", flush=True)
