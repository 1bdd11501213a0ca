"""The guardian of the serving process: its parent, which replaces it if it is killed.

It has the socket too, so connections wait meanwhile. Without it, a killed endpoint would stay away until
a worker or a command looks.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli.local_endpoint.record import endpoint_record_ms, read_endpoint_record, write_endpoint_record
from sfn_cli.local_endpoint.serving_process import LOCK

if TYPE_CHECKING:
    from types import FrameType

DEATHS = 3
"""How many serving processes in a row may be killed, each within LONG_SECONDS of its start."""

LONG_SECONDS = 10.0


def guard_endpoint() -> None:
    """Returns in each new serving process; in the guardian, it does not return."""
    deaths = 0
    while True:
        begun_at = time.monotonic()
        serving = os.fork()
        if serving == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            return
        status = _await_serving_end(serving)
        deaths = 1 if time.monotonic() - begun_at > LONG_SECONDS else deaths + 1
        if not os.WIFSIGNALED(status) or os.WTERMSIG(status) == signal.SIGTERM or deaths == DEATHS:
            os._exit(0)
        if (record := read_endpoint_record(LOCK)) is not None:
            record = record.with_start(endpoint_record_ms())
            write_endpoint_record(LOCK, record._replace(state="starting", pid=os.getpid()))


def _await_serving_end(serving: int) -> int:
    """Waits for the serving process, and passes SIGTERM on to it. Returns its exit status."""

    def stop(number: int, frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(serving, number)

    signal.signal(signal.SIGTERM, stop)
    return os.waitpid(serving, 0)[1]
