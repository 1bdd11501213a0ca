"""An answer that is not there yet: an execution has to end first. (StartSyncExecution)

A door that has nothing else to do waits for it here. One that serves many keeps no thread for each
(server/ends.py), and asks for the answer when the execution has ended.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.api.service import Service

LOOK_SECONDS = 0.002
"""How often one who waits looks whether the store has changed: a short execution ends within milliseconds."""

WAKE_SECONDS = 2.0
"""How often a worker is called meanwhile: it may have been killed, or have left a store that it could not write."""


class Awaited(NamedTuple):
    """`answer` gives the operation's answer once the execution in this row has ended."""

    execution: int
    answer: Callable[[Service], dict[str, Any]]

    def wait(self, service: Service) -> dict[str, Any]:
        """Waits for the end: an EXPRESS execution's comes after five minutes at the latest."""
        database = service.database
        wakes_at = time.monotonic() + WAKE_SECONDS
        while True:
            version = database.data_version()
            if service.executions.ended([self.execution]):
                return self.answer(service)
            while database.await_change(version, wakes_at - time.monotonic(), every=LOOK_SECONDS) == version:
                service.runner.wake()
                wakes_at = time.monotonic() + WAKE_SECONDS
