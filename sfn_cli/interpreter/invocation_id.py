"""The request ids of functions that tasks invoke.

They are derived, so that the log lines of one invocation can be found from the execution's history:
a function's log names the request id of each invocation, and a history does not.

Rule 1: each attempt has its own, because each has an event that scheduled it; a redrive's, too.
Rule 2: a task that is begun again, after its worker died, has the same: it is the same attempt, and
its newest invocation is the one that answered.
Rule 3: an execution's secret seed is part of it: an execution of the same name and machine, after
both were deleted, has others.
"""

from __future__ import annotations

from sfn_cli.query.scope import Scope


def invocation_request_id(seed: str, task: int) -> str:
    """Returns the request id of the task that the event with the id `task` scheduled."""
    return Scope(seed=f"{seed}/{task}/invocation").uuid()
