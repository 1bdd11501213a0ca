"""ListExecutions: the executions of a state machine, a version or an alias, or a Map Run's children.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.protocol import paging
from sfn_cli.api.stepfunctions import qualifiers
from sfn_cli.api.stepfunctions.executions import execution_members
from sfn_cli.api.stepfunctions.references import (
    existing_machine,
    existing_map_run,
    machine_type_not_supported,
)
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_stepfunctions.type_defs import ListExecutionsInputTypeDef

    from sfn_cli.api.model.answers import ExecutionListItem, ListExecutionsAnswer
    from sfn_cli.api.service import Service
    from sfn_cli.store.records.executions import ExecutionFilter


def list_executions(service: Service, request: ListExecutionsInputTypeDef) -> ListExecutionsAnswer:
    """Lists the executions of a state machine, version or alias, or a Map Run's children.

    Newest first.
    """
    filter = _executions_filter(service, request)
    executions, token = paging.sealed_page(
        request,
        _executions_page_scope(filter),
        service.clock(),
        lambda before, limit: service.executions.page(filter, before, limit),
        lambda execution: f"{execution.started_at}.{execution.arn}",
        parse=_execution_start_and_arn,
    )
    items: list[ExecutionListItem] = [
        {**execution_members(execution), "itemCount": execution.item_count} for execution in executions
    ]
    return {"executions": items, "nextToken": token}


def _executions_page_scope(filter: ExecutionFilter) -> str:
    """Returns the scope of a page's token.

    Its form must not change, so that tokens remain valid after an upgrade.
    """
    fields = {**filter._asdict(), "map_run": filter.map_run_arn}
    names = ("state_machine_arn", "map_run", "version", "alias", "status", "redriven")
    return f"ListExecutions Whose({', '.join(f'{name}={fields[name]!r}' for name in names)})"


def _executions_filter(service: Service, request: Mapping[str, Any]) -> ExecutionFilter:
    """Returns the filter of the requested list."""
    from sfn_cli.store.records.executions import ExecutionFilter

    status, redriven = request.get("statusFilter"), _REDRIVEN.get(request.get("redriveFilter"))
    if ("stateMachineArn" in request) == ("mapRunArn" in request):
        raise ApiError("ValidationException", "Must provide a StateMachine ARN or MapRun ARN")
    if "mapRunArn" in request:
        return ExecutionFilter(
            map_run_arn=existing_map_run(service, request["mapRunArn"]).arn, status=status, redriven=redriven
        )
    if redriven is not None:
        raise ApiError("ValidationException", "redriveFilter is only supported with mapRunArn")
    if status == "PENDING_REDRIVE":
        # (ours)
        raise ApiError("ValidationException", "statusFilter PENDING_REDRIVE is only supported with mapRunArn")
    machine = existing_machine(service, request["stateMachineArn"])
    if machine.type == "EXPRESS":
        raise machine_type_not_supported()
    return ExecutionFilter(machine.arn, status=status, **qualifiers.qualifier_started_by(machine))


_REDRIVEN = {None: None, "REDRIVEN": True, "NOT_REDRIVEN": False}


def _execution_start_and_arn(key: str) -> tuple[int, str]:
    started_at, _, arn = key.partition(".")
    return int(started_at), arn
