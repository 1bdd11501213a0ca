"""Pending invocations of the type Event."""

from typing import NamedTuple


class FunctionEvent(NamedTuple):
    """One pending invocation; `function_ref` is NAME or NAME:QUALIFIER.

    `tries` is how often the function has failed on it. `damage` is why the event cannot be read;
    if it is set, no other field except `id` is.
    """

    id: int
    request_id: str
    function_ref: str
    payload: str
    client_context: str | None
    sent_at: int
    tries: int
    damage: Exception | None = None
