"""Failures that no event records: those of JSONPath fields, and of Fail states inside others.

AWS's history has no event for a failed field such as ResultPath or ItemsPath, or for the error of a Fail
state in a branch or iteration. These follow from the definition and the outputs of Catchers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.jsonvalue import loads
from sfn_cli.views.execution.state_fields import fields_of_visited_state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.views.execution.state_visit import StateVisit

_MAY_CATCH = frozenset({"Task", "Map", "Parallel"})


class SilentFailure(NamedTuple):
    """An error and cause; each is None if it is unknown."""

    error: str | None
    cause: str | None


class SilentFailures:
    """Finds failures without events in visits of a definition (JSON text; None if unknown)."""

    def __init__(self, definition: str | None) -> None:
        self._text = definition
        self._definition: Mapping[str, Any] | None = None
        self._targets: dict[str, str | None] = {}  # the Next of each state with Catchers, by path

    def is_caught(self, visit: StateVisit, next: str | None) -> bool:
        """Whether a state without a failure in the history went to `next` by a Catcher."""
        if next is None or visit.type not in _MAY_CATCH or self._text is None:
            return False
        target = self._targets.get(visit.path, "")
        if target == "":
            fields = self._fields(visit)
            target = fields.get("Next") if fields.get("Catch") else None
            self._targets[visit.path] = target if isinstance(target, str) else None
        return target is not None and target != next

    def of_fail_state(self, visit: StateVisit) -> SilentFailure:
        """Returns the Error and Cause of a Fail state, if they are constants or Reference Paths."""
        fields = self._fields(visit)
        return SilentFailure(
            *(
                _text_of_field(fields.get(name), fields.get(f"{name}Path"), visit)
                for name in ("Error", "Cause")
            )
        )

    def _fields(self, visit: StateVisit) -> Mapping[str, Any]:
        if self._definition is None:
            self._definition = _definition_object(self._text)
        return fields_of_visited_state(self._definition, visit)


def failure_in_output(text: str | None) -> SilentFailure:
    """Returns the error in a Catcher's output, which is the output itself or one of its members."""
    try:
        output = loads(text or "null")
    except (ValueError, RecursionError):
        return SilentFailure(None, None)
    for value in (output, *(output.values() if isinstance(output, dict) else ())):
        if isinstance(value, dict) and isinstance(value.get("Error"), str):
            cause = value.get("Cause")
            return SilentFailure(value["Error"], cause if isinstance(cause, str) else None)
    return SilentFailure(None, None)


def _definition_object(text: str | None) -> Mapping[str, Any]:
    try:
        definition = loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return definition if isinstance(definition, dict) else {}


def _text_of_field(constant: object, path: object, visit: StateVisit) -> str | None:
    if isinstance(constant, str):
        return None if constant.startswith("{%") else constant
    if not isinstance(path, str) or not path.startswith("$."):
        return None
    try:
        value = loads(visit.input or "null")
    except (ValueError, RecursionError):
        return None
    for name in path[2:].split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None
