"""The request ids of functions that tasks invoke.

A function's log has the request id of each invocation, and a history does not. The ids are derived from
the history, so that the log lines of an invocation can be found.

Rule 1: each attempt has its own id, because each has an event that scheduled it, also after a redrive.
Rule 2: a task that starts again after its worker died has the same id: it is the same attempt, and its
latest invocation is the one with the result.
Rule 3: the id depends on the execution's secret seed: if machine and execution are deleted and created
again with the same names, the ids differ.
"""

from __future__ import annotations

from sfn_cli.query.scope import Scope


def invocation_request_id(seed: str, task: int) -> str:
    """Returns the request id of the task that the event with the id `task` scheduled."""
    return Scope(seed=f"{seed}/{task}/invocation").uuid()
