"""Converts events of GetExecutionHistory to the interpreter's history events.

The API leaves out the result of a Map Run, and two columns, which are reconstructed: the frame of each
event (`views/history/frame_trace.py`), and the state that follows each StateExited. Law: for every
history of sfn, `read_api_history([api_event(event) for event in history], definition)` equals the
history, except for results of Map Runs, and for details that are {} or None.

A history may be in reverse order, a page of a longer one, or an excerpt. Events that cannot be placed are
attached to the root.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.interpreter.events import EVENT_TYPES, VARIABLES, HistoryEvent
from sfn_cli.jsonvalue import Payload, dumps
from sfn_cli.views.history.frame_trace import FrameTrace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FIRST_MILLISECONDS = 100_000_000_000
"""Larger numbers are milliseconds (since 1973), smaller ones are seconds (until 5138)."""


class NotAHistoryError(ValueError):
    """A value that is not a list of history events. The message is one line with the reason."""


def read_api_history(
    events: Sequence[Mapping[str, Any]], definition: Mapping[str, Any] | None
) -> list[HistoryEvent]:
    """Returns the events in order of their ids, with frames and next states.

    Timestamps may be ISO strings, seconds, or milliseconds since 1970. `definition` is the execution's
    definition, None if it is unknown. Raises NotAHistoryError.
    """
    found = sorted(_read_api_events(events), key=lambda event: event.id)
    entered_after: dict[int, list[str]] = {}
    for event in found:
        if event.type.endswith("StateEntered"):
            name = str((event.details or {}).get("name"))
            entered_after.setdefault(event.previous_event_id, []).append(name)
    trace = FrameTrace(definition, entered_after)
    return [trace.placed(event) for event in found]


def _read_api_events(events: object) -> list[HistoryEvent]:
    if not isinstance(events, (list, tuple)):
        raise NotAHistoryError("There is no list of history events.")
    if not events:
        raise NotAHistoryError("The list of history events is empty.")
    found: dict[int, HistoryEvent] = {}
    at = 0
    for position, event in enumerate(events, 1):
        if not isinstance(event, dict) or not isinstance(event.get("type"), str):
            raise NotAHistoryError(f"Item {position} of the list is not a history event.")
        if event["type"] in EVENT_TYPES:  # a type that AWS added later is left out
            one = _read_api_event(event, position, at)
            found[one.id], at = one, one.at
    if not found:
        raise NotAHistoryError(f"{events[0]['type'][:80]!r} is not a type of history event.")
    return list(found.values())


def _read_api_event(event: Mapping[str, Any], position: int, at: int) -> HistoryEvent:
    """Returns the event in frame 0. The default of its id is its position, of its time `at`."""
    type = EVENT_TYPES[event["type"]]
    id = _whole_number(event.get("id"), position)
    given = event.get(type.details) if type.details is not None else None
    details = _well_typed_details(given) if isinstance(given, dict) else {}
    payload = None
    if type.payload is not None:
        value = details.pop(type.payload, None)
        if value is not None:
            payload = Payload(text=value if isinstance(value, str) else dumps(value))
        if type.payload_details is not None:
            details.pop(type.payload_details, None)
    return HistoryEvent(
        id=id,
        previous_event_id=_whole_number(event.get("previousEventId"), id - 1),
        at=_read_api_time(event.get("timestamp"), at),
        type=event["type"],
        payload=payload,
        details=details or None,
    )


def _well_typed_details(given: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a copy of the details in which known members have AWS's types."""
    details = dict(given)
    for name, value in given.items():
        if name in _TEXTS:
            if not isinstance(value, str):
                details[name] = dumps(value)
        elif name in _NUMBERS and type(value) is not int:
            del details[name]
    if VARIABLES in details:
        assigned = details[VARIABLES]
        details[VARIABLES] = (
            {name: value if isinstance(value, str) else dumps(value) for name, value in assigned.items()}
            if isinstance(assigned, dict)
            else {}
        )
    return details


_TEXTS = frozenset({"cause", "error", "location", "mapRunArn", "name", "resource", "resourceType", "state"})
_NUMBERS = frozenset({"heartbeatInSeconds", "index", "length", "redriveCount", "timeoutInSeconds"})


def _whole_number(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else otherwise


def _read_api_time(value: object, otherwise: int) -> int:
    """Returns milliseconds since 1970."""
    if type(value) is int and _FIRST_MILLISECONDS <= value < 1e15:
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e15:
        return round(value) if value >= _FIRST_MILLISECONDS else round(value * 1000)
    if not isinstance(value, str):
        return otherwise
    from datetime import UTC, datetime, timedelta

    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return otherwise
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)
