"""Numbers about a whole store, for a person who looks after it."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class StoreFigures(NamedTuple):
    """How much of what there is. `executions` are by status, as are `deliveries`."""

    state_machines: int
    executions: "Mapping[str, int]"
    functions: int
    deliveries: "Mapping[str, int]"


class FunctionQueue(NamedTuple):
    """The invocations of the type Event that a function has yet to handle.

    `function_ref` is NAME or NAME:QUALIFIER. `running` are those that a worker has taken, `retried` those
    on which the function has failed before. `oldest_at` is when the oldest was sent.
    """

    function_ref: str
    waiting: int
    running: int
    retried: int
    oldest_at: int
