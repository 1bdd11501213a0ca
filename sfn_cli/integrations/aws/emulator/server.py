"""The main function of the process of the local AWS services (embedded_aws.py starts it)."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from sfn_cli import detached, loopback, private_files
from sfn_cli.errors import ConfigurationError
from sfn_cli.integrations.aws.embedded_aws import LOCK_NAME, MADE_UP
from sfn_cli.integrations.aws.emulator.arrival_board import (
    ARRIVALS_PATH,
    ArrivalBoard,
    answer_arrivals,
    note_arrivals_of_moto,
)
from sfn_cli.integrations.aws.emulator.moto_queues import steady_moto_queues
from sfn_cli.integrations.aws.emulator.start import EmulatorStart
from sfn_cli.settings import Settings
from sfn_cli.settings.exported import new_access_key
from sfn_cli.worker_slots import live_workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sfn_cli.api.service import Service
    from sfn_cli.integrations.aws.emulator.handover import EventHandover

_BACKLOG = 128
_LOOK_SECONDS = 1.0


def embedded_aws_main(
    build: Callable[[Settings], Service],
    restore: Callable[[Service, EmulatorStart], None],
    revival: Callable[[Callable[[], Service]], Callable[[Settings], None]],
    *,
    port: int,
) -> None:
    """Runs the services until they are idle, or until the home is removed.

    `build` returns a Service for one thread. `restore` creates the resources of stacks.
    `revival` returns what starts killed workers again. `port` is the one to listen on, if it is free; 0 for
    any.
    """
    detached.settle_detached()
    try:
        settings = Settings.from_environment()
    except ConfigurationError as error:
        sys.exit(str(error))
    os.chdir(settings.home)
    private_files.check_private_home(settings.home)
    _set_emulator_environment(settings)

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    from sfn_cli.integrations.aws.clients import Clients
    from sfn_cli.integrations.aws.emulator.buckets import hand_over_buckets
    from sfn_cli.integrations.aws.emulator.failures import EmulatorFailures
    from sfn_cli.integrations.aws.emulator.guard import IS_OWN, EmulatorGuard, is_subscription_link
    from sfn_cli.integrations.aws.emulator.handover import EventHandover, report_handover
    from sfn_cli.integrations.aws.emulator.queue_urls import QueueUrls
    from sfn_cli.integrations.aws.emulator.snapshot import Snapshots
    from sfn_cli.integrations.aws.emulator.topics import hand_over_topics

    class Handler(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"  # keeps connections open: each new one takes a thread

        def handle(self) -> None:
            self.is_own = loopback.is_own_loopback(self.connection)
            if self.is_own is not False:
                super().handle()

        def make_environ(self) -> dict[str, Any]:
            return {**super().make_environ(), IS_OWN: self.is_own}

        def log_request(self, *args: object) -> None:
            """Logs nothing, so that the log does not grow with every request."""

    board = ArrivalBoard()
    note_arrivals_of_moto(board)
    steady_moto_queues()
    handover = EventHandover(lambda: build(settings))
    hand_over_topics(handover, lambda: f"http://127.0.0.1:{port}")
    hand_over_buckets(handover)
    access_key = new_access_key()
    moto = QueueUrls(EmulatorFailures(DomainDispatcherApplication(create_backend_app)), settings.home)

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == ARRIVALS_PATH:
            return answer_arrivals(board, environ, start_response)
        if is_subscription_link(environ):
            # It is not signed, and moto finds the service in the signature.
            environ["HTTP_AUTHORIZATION"] = (
                f"AWS4-HMAC-SHA256 Credential={MADE_UP}/0/{settings.region}/sns/aws4_request"
            )
        return moto(environ, start_response)

    guarded = EmulatorGuard(application, access_key)
    listening = _listen_as_emulator(port)
    port = listening.getsockname()[1]
    server = make_server(
        "127.0.0.1", port, guarded, threaded=True, request_handler=Handler, fd=listening.fileno()
    )
    moto.own_host = f"127.0.0.1:{port}"
    start = f"{port} {os.getpid()} {access_key}"
    snapshots = Snapshots(settings.home, start) if settings.aws_persist else None
    loaded = snapshots.load() if snapshots is not None else None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    clients = Clients(settings._replace(calls_aws=False), local=(f"http://127.0.0.1:{port}", access_key))
    _restore_in_emulator(handover, restore, EmulatorStart(start, clients, loaded, report_handover))
    look_after_workers = revival(lambda: build(settings))
    must_stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: must_stop.set())
    os.pwrite(detached.INHERITED, f"{start}\n".encode(), 0)
    while not must_stop.wait(_LOOK_SECONDS) and _is_emulator_lock_in_place(settings.home):
        if time.monotonic() - guarded.called_at > settings.aws_idle_seconds and not live_workers(settings):
            break
        if snapshots is not None:
            snapshots.take_if_due(guarded.called_at)
        look_after_workers(settings)
    if snapshots is not None and _is_emulator_lock_in_place(settings.home):
        snapshots.take()
    os._exit(0)


def _listen_as_emulator(port: int) -> socket.socket:
    """Returns a listening socket: at the port of the last start if possible, so that URLs stay valid."""
    for wanted in (port, 0):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", wanted))
            listening.listen(_BACKLOG)
            return listening
        except OSError:
            listening.close()
            if wanted == 0:
                raise
    raise AssertionError


def _restore_in_emulator(
    handover: EventHandover, restore: Callable[[Service, EmulatorStart], None], start: EmulatorStart
) -> None:
    """Creates the resources of stacks again. An error is reported, and the services start without them."""
    try:
        handover.run(lambda service: restore(service, start))
    except Exception as error:
        start.report(f"The resources of stacks are not created again: {error!r}")


def _set_emulator_environment(settings: Settings) -> None:
    """Removes the user's credentials and endpoints from this process's environment."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(
        {
            "MOTO_ACCOUNT_ID": settings.account_id,
            "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",  # with the first call of IAM, in 0.2 s
            "AWS_DEFAULT_REGION": settings.region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
    )


def _is_emulator_lock_in_place(home: str) -> bool:
    """Whether the lock file is still in place."""
    try:
        there, held = os.stat(os.path.join(home, LOCK_NAME)), os.fstat(detached.INHERITED)
    except OSError:
        return False
    return (there.st_dev, there.st_ino) == (held.st_dev, held.st_ino)
