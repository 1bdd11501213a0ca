"""Keys of events: (execution, event) in one integer, so that a history is contiguous and in order.

The key is the execution's row id * 65536 + the event's id. A task has the key of the event that
scheduled it. In SQL, `execution_of` and `event_key` are functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection

OWNER_OF_SUSPENDED = -1
"""The value of the column `owner` of a suspended execution: no worker may claim it."""

EVENTS_PER_EXECUTION = 65536

MACHINE_OF_EXECUTION = "substr(state_machine_arn, 1, instr(state_machine_arn || '/', '/') - 1)"
"""In SQL: the ARN of an execution's machine, without the label that a Map Run's children have there."""


def event_key(execution: int, event: int) -> int:
    return execution * EVENTS_PER_EXECUTION + event


def execution_of_key(key: int) -> int:
    return key // EVENTS_PER_EXECUTION


def event_of_key(key: int) -> int:
    return key % EVENTS_PER_EXECUTION


def register_key_functions(connection: Connection) -> None:
    """Registers the functions for a connection's SQL."""
    connection.create_function("event_key", 2, event_key, deterministic=True)
    connection.create_function("execution_of", 1, execution_of_key, deterministic=True)
