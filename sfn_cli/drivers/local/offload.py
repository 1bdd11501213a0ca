"""Threads for what must not hold up the worker's loop: slow steps and calls that block.

The loop is the only caller. A thread hands over the result of its work, and wakes the loop by a
pipe.
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
        selector.register(self._pipe, selectors.EVENT_READ, self._woken)

    def _woken(self) -> None:
        """Hands over the answers of calls.

        The results of steps are taken by the next round (`finished`).
        """
        self._pipe.clear()
        self.calls.hand_over()
