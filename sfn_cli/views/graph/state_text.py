"""A short description of a state: the second line of its box, or the end of its line in a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.views.graph.choice_text import condition_text
from sfn_cli.views.graph.lenient_json import mapping_or_empty, single_spaced
from sfn_cli.views.graph.substitution_text import value_text
from sfn_cli.views.graph.task_text import task_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNITS = ((86_400, "day", "days"), (3_600, "h", "h"), (60, "min", "min"))


def state_text(state: Mapping[str, Any]) -> str:
    """Returns a short description of a state; "" if its type is enough."""
    match state.get("Type"):
        case "Task":
            return task_text(state)
        case "Wait":
            return _wait_text(state)
        case "Fail":
            return _expression_text(state.get("Error", state.get("ErrorPath")))
        case "Map":
            return _map_text(state)
        case "Parallel":
            branches = state.get("Branches")
            count = len(branches) if isinstance(branches, list) else 0
            return f"{count} {'branch' if count == 1 else 'branches'}"
    return ""


def _wait_text(state: Mapping[str, Any]) -> str:
    for field in ("Seconds", "SecondsPath"):
        if field in state:
            return _span_text(state[field])
    for field in ("Timestamp", "TimestampPath"):
        if field in state:
            return f"until {_expression_text(state[field])}"
    return ""


def _span_text(seconds: Any) -> str:
    """Returns a duration in the largest unit of which it is a multiple."""
    if isinstance(seconds, int) and seconds > 0:
        for size, unit, units in _UNITS:
            if seconds % size == 0:
                return f"{seconds // size} {unit if seconds == size else units}"
    text = _expression_text(seconds)
    return f"{text} s" if text else ""


def _map_text(state: Mapping[str, Any]) -> str:
    processor = mapping_or_empty(state.get("ItemProcessor"))
    is_distributed = mapping_or_empty(processor.get("ProcessorConfig")).get("Mode") == "DISTRIBUTED"
    at_once = state.get("MaxConcurrency")
    words = "distributed" if is_distributed else "inline"
    return f"{words} · {at_once} at once" if type(at_once) is int and at_once > 0 else words


def _expression_text(value: Any) -> str:
    """Returns a number, a string, a path, or a JSONata expression without its braces."""
    if isinstance(value, int | float):
        return str(value)
    text = value_text(value)
    return condition_text(text) if text.strip().startswith("{%") else single_spaced(text)
