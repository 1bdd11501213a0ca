"""Keys of events: (execution, event) in one integer, so that a history lies together and in order.

The key is the execution's row * 65536 + the event's id. A task has the key of the event that scheduled it.
"""

from __future__ import annotations

EVENTS_PER_EXECUTION = 65536


def key_of(execution: int, event: int) -> int:
    return execution * EVENTS_PER_EXECUTION + event


def execution_of(key: int) -> int:
    return key // EVENTS_PER_EXECUTION


def event_of(key: int) -> int:
    return key % EVENTS_PER_EXECUTION
