"""Threads for work that would block the worker's loop: slow steps and blocking calls.

The loop is the only caller. A thread hands over its result and wakes the loop through a pipe.
"""

from __future__ import annotations

import selectors
from typing import TYPE_CHECKING, Generic, TypeVar

from sfn_cli.drivers.local.offloaded_calls import OffloadedCalls
from sfn_cli.drivers.local.offloaded_steps import OffloadedSteps
from sfn_cli.wake_pipe import WakePipe

if TYPE_CHECKING:
    from sfn_cli.drivers.local.awaiting import Awaiting

Owner = TypeVar("Owner")


class Offload(Generic[Owner]):
    """The threads beside one loop, which register with its selector.

    Without `awaiting`, no call may return a `Later`.
    """

    def __init__(self, selector: selectors.BaseSelector, awaiting: Awaiting | None = None) -> None:
        self._pipe = WakePipe()
        self.steps: OffloadedSteps[Owner] = OffloadedSteps(self._pipe)
        self.calls = OffloadedCalls(self._pipe, awaiting)
        selector.register(self._pipe, selectors.EVENT_READ, self._on_wake)

    def _on_wake(self) -> None:
        """Hands over the answers of calls. The next round takes the results of steps (`finished`)."""
        self._pipe.clear()
        self.calls.hand_over()
