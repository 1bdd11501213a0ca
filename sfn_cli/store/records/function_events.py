"""Invocations of the type Event that wait for their function."""

from __future__ import annotations

from typing import NamedTuple


class FunctionEvent(NamedTuple):
    """`function_ref` is NAME or NAME:QUALIFIER, `tries` how often the function has failed on it.

    `damage` is why the event cannot be read: then no other field but `id` is set.
    """

    id: int
    request_id: str
    function_ref: str
    payload: str
    client_context: str | None
    sent_at: int
    tries: int
    damage: Exception | None = None
