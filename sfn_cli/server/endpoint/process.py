"""The process that answers the AWS clients of functions (functions/environment/endpoint.py).

It is the application of `sfn serve` on a socket that it inherits, with two differences: requests for
other services are forwarded, and only this user's programs are answered. It ends with the process
that started it. If a package is missing, every call is refused, and the error names the package.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli import private_files
from sfn_cli.app import build_app
from sfn_cli.errors import SfnError
from sfn_cli.functions.environment.endpoint import CONTROL, LISTENING, SERVES, STARTED, STARTING
from sfn_cli.functions.environment.variables import EndpointAddress
from sfn_cli.settings import Settings

if TYPE_CHECKING:
    from typing import NoReturn

_MAX_DESCRIPTORS = 4096


def endpoint_process_main() -> NoReturn:
    """Serves until the process that started this one ends or closes the endpoint."""
    os.closerange(CONTROL + 1, _MAX_DESCRIPTORS)
    control = socket.socket(fileno=CONTROL)
    listening = socket.socket(fileno=LISTENING)
    for inherited in (control, listening):
        inherited.set_inheritable(False)
    code = 0
    try:
        address = _receive_endpoint_address(control)
        settings = Settings.from_environment()
        private_files.check_private_home(settings.home)
        os.chdir(settings.home)
        _serve_endpoint(settings, address, listening, control)
    except SfnError as error:
        print(error, file=sys.stderr, flush=True)
        code = 255
    # The functions that ran here have ended; the interpreter's own cleanup is not worth the time.
    os._exit(code)


def _receive_endpoint_address(control: socket.socket) -> EndpointAddress:
    received = b""
    while not received.endswith(b"\n"):
        data = control.recv(4096)
        if not data:
            os._exit(0)  # the other process has ended
        received += data
    return EndpointAddress(**json.loads(received))


def _serve_endpoint(
    settings: Settings, address: EndpointAddress, listening: socket.socket, control: socket.socket
) -> None:
    try:
        from sfn_cli.server.endpoint.forwarding import Forwarding
        from sfn_cli.server.endpoint.own_clients import OwnClients
        from sfn_cli.server.listener import ListenerOptions, run_on_socket
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in ("starlette", "uvicorn", "h11"):
            raise
        from sfn_cli.installation.extras import install_hint
        from sfn_cli.server.endpoint.refusing import refuse_endpoint_requests

        control.send(SERVES)
        refuse_endpoint_requests(
            listening,
            control,
            f"Functions that call AWS need {missing}, which is not installed. {install_hint('serve')}",
        )
        return

    def serves() -> None:
        control.send(SERVES)

    def starts(is_starting: bool) -> None:
        with suppress(OSError):  # the other process has ended, and this one is about to
            control.send(STARTING if is_starting else STARTED)

    service = build_app(settings, functions_endpoint=address)
    run_on_socket(
        service,
        listening,
        ListenerOptions(
            "127.0.0.1",
            clients=OwnClients(address.access_key),
            forwarding=Forwarding(settings, starts),
            control=control,
        ),
        serves,
    )
