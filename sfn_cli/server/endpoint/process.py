"""The process that serves the home's local endpoint (sfn_cli/local_endpoint).

It is the application of `sfn serve` on a socket that it inherits, with two differences: requests for
other services are forwarded, and only this user's programs are answered. It ends when no request has
come for a while and no worker is running, when the home is removed, or when another version of sfn
has taken over the store. If a package is missing, every call is refused, and the error names the
package.
"""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli import private_files
from sfn_cli.app import build_app, worker_revival
from sfn_cli.errors import SfnError
from sfn_cli.local_endpoint.hold import EndpointHold, inherited_endpoint
from sfn_cli.local_endpoint.serving_process import CONTROL, LISTENING, LOCK, SERVES
from sfn_cli.settings import Settings
from sfn_cli.worker_slots import live_workers

if TYPE_CHECKING:
    from typing import NoReturn

_MAX_DESCRIPTORS = 4096


def endpoint_process_main() -> NoReturn:
    """Serves until the endpoint is idle or is stopped."""
    os.closerange(LOCK + 1, _MAX_DESCRIPTORS)
    control = socket.socket(fileno=CONTROL)
    listening = socket.socket(fileno=LISTENING)
    for inherited in (control, listening):
        inherited.set_inheritable(False)
    os.set_inheritable(LOCK, False)
    code = 0
    try:
        settings = Settings.from_environment()
        private_files.check_private_home(settings.home)
        os.chdir(settings.home)
        _serve_endpoint(settings, inherited_endpoint(settings.home, LOCK, listening), control)
    except SfnError as error:
        print(error, file=sys.stderr, flush=True)
        code = 255
    # The functions that ran here have ended; the interpreter's own cleanup is not worth the time.
    os._exit(code)


def _serve_endpoint(settings: Settings, hold: EndpointHold, control: socket.socket) -> None:
    def serves() -> None:
        hold.be("serving")
        with suppress(OSError):  # the process that started this one has ended
            control.send(SERVES)

    try:
        from sfn_cli.server.endpoint.forwarding import Forwarding
        from sfn_cli.server.endpoint.own_clients import OwnClients
        from sfn_cli.server.endpoint.staying import Staying
        from sfn_cli.server.listener import ListenerOptions, run_on_socket
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in ("starlette", "uvicorn", "h11"):
            raise
        from sfn_cli.installation.extras import install_hint
        from sfn_cli.server.endpoint.refusing import refuse_endpoint_requests

        serves()
        refuse_endpoint_requests(
            hold,
            settings.aws_idle_seconds,
            f"Programs that call AWS need {missing}, which is not installed. {install_hint('serve')}",
        )
    else:
        service = build_app(settings, functions_endpoint=hold.address)
        look_after_workers = worker_revival(lambda: service)

        def is_current() -> bool:
            look_after_workers(settings)
            return service.store.is_current()

        run_on_socket(
            service,
            hold.listening,
            ListenerOptions(
                "127.0.0.1",
                clients=OwnClients(hold.address.access_key),
                forwarding=Forwarding(settings, hold.note_start),
                staying=Staying(settings, hold, is_current, service.api_parts.any_served),
            ),
            serves,
        )
    hold.end(keeps_key=bool(live_workers(settings)))
