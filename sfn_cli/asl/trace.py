"""Where the steps of a state's dataflow are noted while the state is asked.

Only TestState shows them; every other visit has NO_TRACE. A trace changes nothing of what a
state answers. The steps have TestState's names ("afterInputPath"):
https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionData.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Payload


class Trace(Protocol):
    """What takes the steps."""

    def note(self, step: str, payload: Payload, /) -> None:
        """The payload as it is after this step; a step that is noted again replaces the earlier one."""


class _NoTrace:
    __slots__ = ()

    def note(self, step: str, payload: Payload, /) -> None:
        pass


NO_TRACE: Trace = _NoTrace()
