"""Runs a deploy in a thread: its request waits for it, but not for long.

Deploy tools sleep for 5 to 30 seconds between two looks at a stack. A stack that is finished when its
request is answered costs them nothing, so the answer is held for up to HOLD_SECONDS. A longer deploy
goes on in the background.
"""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from sfn_cli.errors import SfnError

if TYPE_CHECKING:
    from sfn_cli.api.service import Service

HOLD_SECONDS = 10
"""How long a request waits for its deploy. Clients wait for a response for 60 seconds."""

Work = Callable[["Service", Callable[[], None]], None]
"""Takes a Service of the thread's own, and a function to call when the deploy is stored as started."""


def run_in_background(service: Service, work: Work) -> None:
    """Returns when the work is done, or has started and takes longer than HOLD_SECONDS.

    Raises what it raises before it has started. Later errors are in the stack's events.
    """
    running = _BackgroundWork(service.sibling(), work)
    running.start()
    running.settled.wait()
    running.done.wait(HOLD_SECONDS)
    if running.failure is not None:
        raise running.failure


class _BackgroundWork(threading.Thread):
    """A daemon: when the process ends, a deploy is left as by a kill, and is recovered like one."""

    def __init__(self, service: Service, work: Work) -> None:
        super().__init__(daemon=True, name="sfn-deploy")
        self._service = service
        self._work = work
        self.settled = threading.Event()
        """Set when the deploy has started, or has ended before that."""
        self.done = threading.Event()
        self.failure: BaseException | None = None
        """What was raised before the deploy started."""

    def run(self) -> None:
        try:
            self._work(self._service, self.settled.set)
        except SfnError as error:
            if not self.settled.is_set():
                self.failure = error
        except BaseException as error:
            if self.settled.is_set():
                traceback.print_exc(file=sys.stderr)
            else:
                self.failure = error
        finally:
            self._service.close()
            self.done.set()
            self.settled.set()
