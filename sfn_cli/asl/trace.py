"""A trace of the steps of a state's dataflow, recorded while the state is evaluated.

Only TestState shows them; every other visit has NO_TRACE. A trace does not affect a state's move.
The steps have TestState's names ("afterInputPath"):
https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionData.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Payload


class Trace(Protocol):
    """A recorder of dataflow steps."""

    def note(self, step: str, payload: Payload, /) -> None:
        """Records the payload after this step, replacing an earlier record of the same step."""


class _NoTrace:
    __slots__ = ()

    def note(self, step: str, payload: Payload, /) -> None:
        pass


NO_TRACE: Trace = _NoTrace()
