"""The steps of a tested state's dataflow, and how TestState shows them.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionData.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import dumps

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json, Payload

_WITHOUT_RESULT = ("Choice", "Wait", "Succeed", "Fail")
"""The state types that show only one step, the effective input."""

_NUMBERS = ("toleratedFailureCount", "toleratedFailurePercentage", "maxConcurrency")

_LISTS = ("afterItemsPath", "afterItemsPointer", "afterItemSelector", "afterItemBatcher")
"""The steps that AWS writes as a Java list of JSON texts: "[1, 2]"."""


class InspectedSteps:
    """The trace of a tested state: its steps, in the order of their first recording."""

    def __init__(self) -> None:
        self._payloads: dict[str, Payload] = {}

    def note(self, step: str, payload: Payload, /) -> None:
        self._payloads[step] = payload

    def to_response(self, state_type: str) -> dict[str, Any]:
        """Returns the steps shown for a state of this type, as members of InspectionData."""
        return {
            name: step.value if name in _NUMBERS else _step_text(name, step)
            for name, step in self._payloads.items()
            if state_type not in _WITHOUT_RESULT or name == "afterInputPath"
        }


def _step_text(name: str, payload: Payload) -> str:
    if name not in _LISTS or not isinstance(payload.value, list):
        return payload.text
    items: list[Json] = payload.value
    return f"[{', '.join(map(dumps, items))}]"
