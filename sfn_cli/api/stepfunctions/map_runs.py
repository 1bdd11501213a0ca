"""Map Runs: DescribeMapRun, ListMapRuns, UpdateMapRun.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.protocol import paging
from sfn_cli.api.stepfunctions.references import existing_execution, existing_map_run
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_stepfunctions.type_defs import (
        DescribeMapRunInputTypeDef,
        ListMapRunsInputTypeDef,
        UpdateMapRunInputTypeDef,
    )

    from sfn_cli.api.model.answers import DescribeMapRunAnswer, EmptyAnswer, ListMapRunsAnswer
    from sfn_cli.api.service import Service
    from sfn_cli.store.records.map_runs import Count, MapRun

_CHANGES = {
    "maxConcurrency": "max_concurrency",
    "toleratedFailureCount": "tolerated_failure_count",
    "toleratedFailurePercentage": "tolerated_failure_percentage",
}


def describe_map_run(service: Service, request: DescribeMapRunInputTypeDef) -> DescribeMapRunAnswer:
    run = existing_map_run(service, request["mapRunArn"])
    answer: DescribeMapRunAnswer = {
        "mapRunArn": run.arn,
        "executionArn": run.execution_arn,
        "status": run.status,
        "startDate": run.started_at,
        "stopDate": run.stopped_at,
        "maxConcurrency": run.max_concurrency,
        "toleratedFailureCount": run.tolerated_failure_count,
        "toleratedFailurePercentage": run.tolerated_failure_percentage,
        "itemCounts": _map_run_counts(run, 1, run.total_items or 0, _waiting_map_run_items(run)),
        "executionCounts": _map_run_counts(run, 0, run.children(*run.counts).executions, 0),
    }
    if run.redriven_at is not None:
        # Observed: a run that was never redriven has no redrive members.
        answer |= {"redriveCount": run.redrive_count, "redriveDate": run.redriven_at}
    return answer


def _waiting_map_run_items(run: MapRun) -> int:
    """Returns the number of items without a child, also after a failure: a redrive starts them."""
    return max(0, (run.total_items or 0) - run.started_items)


def _map_run_counts(run: MapRun, part: int, total: int, waiting: int) -> dict[str, int]:
    """Returns MapRunItemCounts (part 1 of each Count) or MapRunExecutionCounts (part 0)."""

    def of(status: str) -> int:
        count: Count = run.children(status)
        return count[part]

    counts = {
        "pending": waiting,
        "running": of("RUNNING"),
        "succeeded": of("SUCCEEDED"),
        "failed": of("FAILED"),
        "timedOut": of("TIMED_OUT"),
        "aborted": of("ABORTED"),
        "total": total,
        # Observed: results count as written even without a ResultWriter.
        "resultsWritten": of("SUCCEEDED") if run.status == "SUCCEEDED" else 0,
    }
    if run.redriven_at is not None:
        counts |= {"failuresNotRedrivable": 0, "pendingRedrive": of("PENDING_REDRIVE")}
    return counts


def list_map_runs(service: Service, request: ListMapRunsInputTypeDef) -> ListMapRunsAnswer:
    """Lists the Map Runs of an execution, newest first."""
    execution = existing_execution(service, request["executionArn"])
    runs, token = paging.sealed_page(
        request,
        f"ListMapRuns {execution.arn}",
        service.clock(),
        lambda before, limit: service.map_runs.page(execution.arn, before, limit),
        lambda run: run.arn,
        parse=str,
    )
    return {
        "mapRuns": [
            {
                "executionArn": run.execution_arn,
                "mapRunArn": run.arn,
                "stateMachineArn": run.state_machine_arn,
                "startDate": run.started_at,
                "stopDate": run.stopped_at,
            }
            for run in runs
        ],
        "nextToken": token,
    }


def update_map_run(service: Service, request: UpdateMapRunInputTypeDef) -> EmptyAnswer:
    """Changes the limits of an active run; failures so far count too."""
    run = existing_map_run(service, request["mapRunArn"])
    requested: Mapping[str, Any] = request
    changes = {column: requested[member] for member, column in _CHANGES.items() if member in requested}
    if not changes:
        raise ApiError(
            "ValidationException",
            # (ours)
            "At least one of maxConcurrency, toleratedFailurePercentage, or toleratedFailureCount must be "
            "specified",
            reason="MISSING_REQUIRED_PARAMETER",
        )
    if not service.map_runs.update(run.arn, changes):
        ended = existing_map_run(service, run.arn)
        raise ApiError(
            "ValidationException",
            f"Map Run is in status {ended.status} and cannot be updated",  # (ours)
            reason="CANNOT_UPDATE_COMPLETED_MAP_RUN",
        )
    return {}
