"""The source of a view at an endpoint (--endpoint-url), read by AWS's operations alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api import model
from sfn_cli.arn import LAST_EXECUTION, execution_arn, name_of_execution
from sfn_cli.cli import arn_names
from sfn_cli.cli.failures import OperationError
from sfn_cli.cli.operations import paging
from sfn_cli.errors import ApiError
from sfn_cli.views.source import ExecutionSource, MapRunCounts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.cli.operations.backend import Backend


def remote_execution_source(backend: Backend, name: str) -> ExecutionSource:
    """Returns the source of the execution with this name or ARN.

    Raises OperationError. Where the endpoint refuses to describe the definition or the Map Runs,
    the source has none.
    """
    from sfn_cli import json_text
    from sfn_cli.views.history.api_history import read_api_history

    arn = remote_execution_arn(backend, name)
    if arn is None:
        raise OperationError(
            "DescribeExecution", ApiError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{name}'")
        )
    described = _call(backend, "DescribeExecution", {"executionArn": arn})
    definition = _definition_of_remote(backend, arn)
    events = list(_items(backend, "GetExecutionHistory", {"executionArn": arn}))
    machine_arn = str(described["stateMachineArn"])
    return ExecutionSource(
        name=name_of_execution(arn),
        history=read_api_history(events, None if definition is None else json_text.loads_json(definition)),
        definition=definition,
        arn=arn,
        state_machine_arn=machine_arn,
        map_runs=dict(_map_runs_of_remote(backend, arn)) if _has_map_run(events) else {},
    )


def remote_execution_arn(backend: Backend, name: str) -> str | None:
    """Returns the ARN of the execution with this name or ARN, or None if none has the name."""
    if name.startswith("arn:"):
        return name
    machine, _, child = name.partition("/")
    label, is_child, child = child.rpartition("/")
    names = () if is_child else (name,) if child else (name, f"{name}/{LAST_EXECUTION}")
    for meant in names:
        arn = str(arn_names.resolve_arn_names({"executionArn": meant}, backend.call)["executionArn"])
        if arn.startswith("arn:"):
            return arn
    if is_child:
        arn = str(arn_names.resolve_arn_names({"stateMachineArn": machine}, backend.call)["stateMachineArn"])
        if arn.startswith("arn:"):
            return execution_arn(f"{arn}/{label}", child)
    return None


def _definition_of_remote(backend: Backend, arn: str) -> str | None:
    try:
        described = _call(backend, "DescribeStateMachineForExecution", {"executionArn": arn})
    except OperationError:
        return None
    return str(described["definition"])


def _has_map_run(events: list[dict[str, Any]]) -> bool:
    return any(event["type"] == "MapRunStarted" for event in events)


def _map_runs_of_remote(backend: Backend, arn: str) -> Iterator[tuple[str, MapRunCounts]]:
    try:
        for run in _items(backend, "ListMapRuns", {"executionArn": arn}):
            described = _call(backend, "DescribeMapRun", {"mapRunArn": run["mapRunArn"]})
            yield str(run["mapRunArn"]), _map_run_counts(described)
    except OperationError:
        return


def _map_run_counts(described: Mapping[str, Any]) -> MapRunCounts:
    items = described["itemCounts"]
    return MapRunCounts(
        status=described["status"],
        total=items["total"],
        succeeded=items["succeeded"],
        running=items["running"],
        failed=items["failed"],
        pending=items["pending"] + items.get("pendingRedrive", 0),
        aborted=items["aborted"],
        timed_out=items["timedOut"],
    )


def _items(backend: Backend, name: str, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return paging.all_items(backend.call, model.load_model("stepfunctions", name), request)


def _call(backend: Backend, name: str, request: dict[str, Any]) -> dict[str, Any]:
    return backend.call(model.load_model("stepfunctions", name), request)
