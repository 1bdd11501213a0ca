"""Compares a recorded event with the one that a definition results in, and says what differs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sfn_cli.asl.timestamp import format_timestamp
from sfn_cli.interpreter.events import EVENT_TYPES, VARIABLES, VARIABLES_DETAILS, HistoryEvent
from sfn_cli.jsonvalue import Payload, dumps, loads

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.jsonvalue import Json

_SHOWN_CHARACTERS = 60
"""How much of a value is shown."""

_NOTHING = object()

_PLAIN_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def events_are_equal(recorded: HistoryEvent, decided: HistoryEvent, *, ignores_data: bool = False) -> bool:
    """Whether both events mean the same: everything is equal but their times and the events they follow.

    An earlier version of sfn has recorded other previous events (decision 82). `ignores_data`: their
    payloads may differ.
    """
    return (
        (recorded.id, recorded.type, recorded.frame, recorded.next)
        == (decided.id, decided.type, decided.frame, decided.next)
        and (ignores_data or _payloads_are_equal(recorded.payload, decided.payload))
        and next(_different_details(recorded, decided), None) is None
    )


def event_in_words(event: HistoryEvent, state: str | None) -> str:
    """Returns what the event is called in messages."""
    return f"event {event.id} ({event.type}" + (")" if state is None else f" of {state!r})")


def event_difference(recorded: HistoryEvent, instead: HistoryEvent | int | None) -> str:
    """Returns what would be different.

    `instead` is the event that would be recorded, the time until which the state would wait, or None.
    """
    if not isinstance(instead, HistoryEvent):
        return (
            "it would not occur"
            if instead is None
            else f"the state would wait until {format_timestamp(instead)}"
        )
    if recorded.type != instead.type or _name_in_event(recorded) != _name_in_event(instead):
        return f"{event_in_words(instead, _name_in_event(instead))} would come instead"
    if recorded.next != instead.next:
        return f"the next state would be {_next_in_words(instead)} instead of {_next_in_words(recorded)}"
    for name, old, new in _different_details(recorded, instead):
        return f"{name} would be {_shown_value(new)} instead of {_shown_value(old)}"
    if not _payloads_are_equal(recorded.payload, instead.payload):
        name = EVENT_TYPES[recorded.type].payload or "data"
        path, old, new = _first_difference(_value_of(recorded.payload), _value_of(instead.payload), "$")
        at = "" if path == "$" else f" at {path}"
        return f"its {name} would be {_shown_value(new)} instead of {_shown_value(old)}{at}"
    return "it would be another branch"


def _name_in_event(event: HistoryEvent) -> str | None:
    name = (event.details or {}).get("name")
    return None if name is None else str(name)


def _next_in_words(event: HistoryEvent) -> str:
    return "none" if event.next is None else repr(event.next)


def _different_details(recorded: HistoryEvent, decided: HistoryEvent) -> Iterator[tuple[str, Any, Any]]:
    """Yields the name and both values of each member of the details, or variable, that differs."""
    yield from _different_members(_plain_details(recorded), _plain_details(decided), "{}")
    yield from _different_members(_variables_of(recorded), _variables_of(decided), "the variable ${}")


def _different_members(
    old: Mapping[str, Json], new: Mapping[str, Json], words: str
) -> Iterator[tuple[str, Any, Any]]:
    for name in {**old, **new}:
        one, other = old.get(name, _NOTHING), new.get(name, _NOTHING)
        if one is _NOTHING or other is _NOTHING or dumps(one) != dumps(other):
            yield words.format(name), one, other


def _plain_details(event: HistoryEvent) -> dict[str, Json]:
    details = dict(event.details or {})
    for name in (VARIABLES, VARIABLES_DETAILS):
        details.pop(name, None)
    return details


def _variables_of(event: HistoryEvent) -> dict[str, Json]:
    assigned: Mapping[str, str] = (event.details or {}).get(VARIABLES) or {}
    return {name: loads(text) for name, text in assigned.items()}


def _payloads_are_equal(one: Payload | None, other: Payload | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.text == other.text or _ordered(one.value) == _ordered(other.value)


def _ordered(value: Json) -> str:
    """Returns JSON text that does not depend on the order of members."""
    return dumps(_with_ordered_members(value))


def _with_ordered_members(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _with_ordered_members(value[name]) for name in sorted(value)}
    return [_with_ordered_members(item) for item in value] if isinstance(value, list) else value


def _value_of(payload: Payload | None) -> Any:
    return _NOTHING if payload is None else payload.value


def _first_difference(old: Any, new: Any, path: str) -> tuple[str, Any, Any]:
    """Returns the path of the first difference of two values that differ, and both values there."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in {**old, **new}:
            one, other = old.get(name, _NOTHING), new.get(name, _NOTHING)
            if one is _NOTHING or other is _NOTHING or _ordered(one) != _ordered(other):
                step = f".{name}" if _PLAIN_NAME.fullmatch(name) else f"[{dumps(name)}]"
                return _first_difference(one, other, path + step)
    if isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            one = old[index] if index < len(old) else _NOTHING
            other = new[index] if index < len(new) else _NOTHING
            if one is _NOTHING or other is _NOTHING or _ordered(one) != _ordered(other):
                return _first_difference(one, other, f"{path}[{index}]")
    return path, old, new


def _shown_value(value: Any) -> str:
    if value is _NOTHING:
        return "missing"
    text = dumps(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 1]}…"
