"""Descriptions of suspended executions for people: what failed, and how to continue.

An execution is suspended after sfn itself failed on it (store/sqlite/stepfunctions/suspensions.py).
In AWS's API, its status is RUNNING.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.errors import SuspendedError

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.store.records.stepfunctions.suspensions import Suspension


def describe_suspension(suspension: Suspension) -> str:
    """Describes a suspension in one line: the cause, how to see the traceback, and how to end it."""
    return (
        f"Execution {suspension.execution_arn} is suspended: "
        f"sfn {suspension.version} failed on it {suspension.attempts} times ({suspension.error}). "
        "To see the traceback, run: sfn worker status. "
        f"To end the execution, run: sfn stop-execution --execution-arn {suspension.execution_arn}. "
        "A newer version of sfn tries it again."
    )


def describe_suspensions(service: Service) -> list[dict[str, Any]]:
    """Describes every suspended execution, oldest first; `failedAt` is milliseconds since 1970."""
    return [
        {
            "executionArn": suspension.execution_arn,
            "attempts": suspension.attempts,
            "sfnVersion": suspension.version,
            "failedAt": suspension.failed_at,
            "error": suspension.error,
            "traceback": suspension.traceback,
        }
        for suspension in service.suspensions.all()
    ]


def refuse_to_wait_for_suspended(service: Service, execution_arn: str) -> None:
    """Raises SuspendedError if the execution cannot end."""
    for suspension in service.suspensions.blocking([execution_arn]).values():
        raise SuspendedError(describe_suspension(suspension))
    if service.executions.find(execution_arn) is None:
        raise SuspendedError(f"Execution {execution_arn} is damaged: it is no longer in the store.")
