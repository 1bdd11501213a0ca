"""The source of the view of a stored execution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.stepfunctions import arn_checks
from sfn_cli.api.views.map_run_children import map_run_children
from sfn_cli.arn import name_of_execution
from sfn_cli.settings import VIRTUAL_CLOCK, clock_reading
from sfn_cli.views.source import ClockJump, ExecutionSource, MapRunCounts

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.store.records.executions import Execution
    from sfn_cli.store.records.map_runs import MapRun

_MAP_RUNS = 100
"""How many Map Runs of an execution, the latest first, have their counts in a view."""


def execution_source(service: Service, execution_arn: str) -> ExecutionSource:
    """Returns the source of a view of the execution, STANDARD or EXPRESS.

    Raises ApiError if there is none.
    """
    execution = service.executions.find(execution_arn)
    if execution is None:
        raise arn_checks.no_such_execution(execution_arn)
    source = ExecutionSource(
        name=name_of_execution(execution.arn),
        history=service.executions.history(execution.arn),
        definition=service.state_machines.revision(execution.revision).definition,
        arn=execution.arn,
        state_machine_arn=execution.state_machine_arn,
    )
    if execution.mocks is not None:
        from sfn_cli.interpreter.mocks import read_mocks

        mocks = read_mocks(execution.mocks)
        states = {*mocks.responses, *(fault.state for fault in mocks.faults)}
        source = source._replace(test_case=mocks.test_case, mocked_states=states)
    return _with_changing_parts(service, source, execution)


def refresh_execution_source(service: Service, source: ExecutionSource) -> ExecutionSource:
    """Returns the source with all parts that change while its execution runs, except the history.

    Raises ApiError if the execution no longer exists.
    """
    assert source.arn is not None
    execution = service.executions.find(source.arn)
    if execution is None:
        raise arn_checks.no_such_execution(source.arn)
    return _with_changing_parts(service, source, execution)


def _with_changing_parts(service: Service, source: ExecutionSource, execution: Execution) -> ExecutionSource:
    facts = service.executions.replay_facts(execution.arn)
    if facts is None:
        raise arn_checks.no_such_execution(execution.arn)
    suspension = service.suspensions.of(execution.arn) if execution.status == "RUNNING" else None
    return source._replace(
        is_machine_deleted=execution.status not in ("RUNNING", "SUCCEEDED")
        and service.state_machines.find(execution.state_machine_arn) is None,
        map_runs=_map_runs_of_execution(service, execution.arn),
        suspension=None if suspension is None else suspension.error,
        seed=facts.seed,
        is_virtual=facts.clock == VIRTUAL_CLOCK,
        speed=1.0 if facts.clock in (None, VIRTUAL_CLOCK) else float(facts.clock),
        jumps=[ClockJump(*jump) for jump in facts.jumps],
        beats={
            task: clock_reading(facts.clock, execution.started_at, at) for task, at in facts.beats.items()
        },
    )


def _map_runs_of_execution(service: Service, execution_arn: str) -> dict[str, MapRunCounts]:
    """Returns the counts of its latest Map Runs, by ARN, with children that did not succeed."""
    listed = service.map_runs.page(execution_arn, None, _MAP_RUNS)
    found = [service.map_runs.find(run.arn) for run in listed]  # listed runs have no counts
    return {
        run.arn: map_run_counts(run)._replace(children=map_run_children(service, run))
        for run in found
        if run is not None
    }


def map_run_counts(run: MapRun) -> MapRunCounts:
    """Returns the numbers of a Map Run's items."""

    def items(*statuses: str) -> int:
        return run.children(*statuses).items

    total = run.total_items if run.total_items is not None else run.started_items
    return MapRunCounts(
        status=run.status,
        total=total,
        succeeded=items("SUCCEEDED"),
        running=items("RUNNING"),
        failed=items("FAILED"),
        pending=max(0, total - run.started_items) + items("PENDING_REDRIVE"),
        aborted=items("ABORTED"),
        timed_out=items("TIMED_OUT"),
    )
