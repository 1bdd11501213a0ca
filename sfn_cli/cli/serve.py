"""`sfn serve`: the same operations over HTTP, for SDKs and for the aws CLI."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.errors import UsageError

if TYPE_CHECKING:
    from sfn_cli.cli.terminal import Terminal


@click.command("serve")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8083,
    show_default=True,
    help="The port. 0 takes a free one.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on. Use --credentials if others can reach it.",
)
@click.option(
    "--credentials",
    metavar="FILE",
    help="Refuse requests that are not signed (SigV4) with a key of this AWS credentials file.",
)
@click.option(
    "--gateway-origin",
    multiple=True,
    metavar="URL",
    help="The origin of a web page that may call /gateway.",
)
@click.option("--certfile", metavar="FILE", help="Serve https with the certificate (chain) in this PEM file.")
@click.option(
    "--keyfile", metavar="FILE", help="The private key of the certificate, if it is in another file."
)
@click.option(
    "--console-token",
    metavar="TOKEN",
    help="The token in the address of the console, which is otherwise random: text, or file://PATH. With "
    "--credentials, the server has a console only if this is given.",
)
@click.option("--read-only", is_flag=True, help="The console cannot change anything.")
@click.pass_obj
def serve(
    terminal: Terminal,
    port: int,
    host: str,
    credentials: str | None,
    gateway_origin: tuple[str, ...],
    certfile: str | None,
    keyfile: str | None,
    console_token: str | None,
    read_only: bool,
) -> ExitCode:
    """Serves AWS SDKs and the aws CLI over HTTP until you press Ctrl-C.

    Requests for other AWS services go to the local AWS services that tasks call.

    POST /gateway/NAME starts an execution of a state machine, as a web client does through an API
    Gateway. The body is the input. The response is the output of an EXPRESS state machine, or the ARN of
    a STANDARD execution. Web pages need --gateway-origin to call it.

    The console is at /console: state machines and executions in a browser. The address that is printed
    opens it so that it can change things, too. Another user of this machine cannot read it.

    For StartSyncExecution and TestState, clients put sync- before the host name. They do not if
    AWS_DISABLE_HOST_PREFIX_INJECTION is true.

    \b
    Examples:
      sfn serve --port 8083
      aws stepfunctions list-state-machines --endpoint-url http://127.0.0.1:8083
      curl -d '{"id": 1}' http://127.0.0.1:8083/gateway/Fast
      sfn serve --gateway-origin http://localhost:3000
      sfn serve --host 0.0.0.0 --credentials ~/.aws/credentials --certfile cert.pem --keyfile key.pem
    """
    from sfn_cli import app, private_files, server

    private_files.check_private_home(terminal.settings.home)
    if keyfile is not None and certfile is None:
        raise UsageError("--keyfile needs --certfile, the certificate that the key belongs to.")
    if console_token is not None:
        console_token = read_console_token(console_token)
    server.serve(
        app.build_app(terminal.settings),
        host,
        port,
        credentials_file=credentials,
        gateway_origins=gateway_origin,
        certfile=certfile,
        keyfile=keyfile,
        forwards=True,
        console_token=console_token,
        has_read_only_console=read_only,
    )
    return ExitCode.SUCCESS


def read_console_token(given: str) -> str:
    """Returns the token. Other users of the machine can see the options of a command, but not a file.

    Raises UsageError for a token that can be guessed, or that no address can have.
    """
    from sfn_cli.cli.operations import values

    token = values.text_value("--console-token", given).strip()
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,200}", token):
        raise UsageError(
            "--console-token must have 16 to 200 characters: letters, digits, - and _. It lets a "
            "browser change everything."
        )
    return token
