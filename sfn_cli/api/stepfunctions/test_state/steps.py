"""The steps of a tested state's dataflow, and how TestState shows them and other values.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionData.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import dumps_spaced

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Payload

_WITHOUT_RESULT = ("Choice", "Wait", "Succeed", "Fail")
"""The state types that show only one step, the effective input."""

_NUMBERS = ("toleratedFailureCount", "toleratedFailurePercentage", "maxConcurrency")


class InspectedSteps:
    """The trace of a tested state: its steps, in the order of their first recording."""

    def __init__(self) -> None:
        self._payloads: dict[str, Payload] = {}

    def note(self, step: str, payload: Payload, /) -> None:
        self._payloads[step] = payload

    def to_response(self, state_type: str) -> dict[str, Any]:
        """Returns the steps shown for a state of this type, as members of InspectionData."""
        return {
            name: step.value if name in _NUMBERS else step_text(step)
            for name, step in self._payloads.items()
            if state_type not in _WITHOUT_RESULT or name == "afterInputPath"
        }


def step_text(payload: Payload) -> str:
    """Formats a payload as TestState does.

    Observed: TestState writes arrays with a space after each comma, unlike histories.
    """
    return dumps_spaced(payload.value)
