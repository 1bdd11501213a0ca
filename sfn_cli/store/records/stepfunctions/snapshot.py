"""An execution as an integrity check reads it."""

from typing import NamedTuple


class StoredExecution(NamedTuple):
    """The columns of an execution that its history must agree with.

    `is_child`: a Map Run started it.
    """

    state_machine_arn: str
    status: str
    output: str | None
    seed: str
    revision: int
    is_child: bool
