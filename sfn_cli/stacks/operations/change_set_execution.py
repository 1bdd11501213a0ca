"""ExecuteChangeSet: deploys what a change set has planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ApiError, UsageError
from sfn_cli.stacks.deployment.deploy import deploy_stack
from sfn_cli.stacks.operations.change_sets import (
    AVAILABLE,
    EXECUTING,
    execution_status,
    fact_object,
    find_change_set,
    is_executed,
)
from sfn_cli.stacks.operations.identity import IN_BRACKETS, no_such_stack
from sfn_cli.stacks.operations.requests.request_parameters import GIVEN
from sfn_cli.stacks.operations.requests.sent_request import SentRequest, deploy_options, read_sent_stack
from sfn_cli.stacks.operations.requests.template_faults import sent_template_error
from sfn_cli.stacks.operations.stacks import (
    check_current,
    disables_rollback,
    run_stack_work,
    stack_request,
)

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.stacks.deployment.deploy import StackRequest
    from sfn_cli.store.records.change_sets import ChangeSet


def execute_change_set(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    change_set = find_change_set(service, request)
    token = request.get("ClientRequestToken")
    if token is not None and change_set.facts.get("executed by") == token:
        return {}
    if (status := execution_status(service, change_set)) != AVAILABLE:
        raise _not_executable(change_set, status)
    stored = service.stacks.find_by_arn(change_set.stack_arn)
    if stored is None:
        raise no_such_stack(change_set.stack_arn, IN_BRACKETS)
    check_current(stored)
    facts = change_set.facts
    sent = SentRequest(
        stored.name,
        stored.folder,
        change_set.template,
        {name: str(value) for name, value in fact_object(facts, GIVEN).items()},
        fact_object(facts, "details"),
    )
    try:
        stack, details = read_sent_stack(service, sent)
    except UsageError as error:
        raise sent_template_error(error) from None
    details = {
        **details,
        "ChangeSetId": change_set.arn,
        "DisableRollback": disables_rollback(request),
    }
    on_failure = facts.get("OnStackFailure")
    merged = {**request, **({"OnFailure": on_failure} if isinstance(on_failure, str) else {})}

    with_request = stack_request(stored.arn, sent, details, merged, check_current)

    def work(own: Service, of_stack: StackRequest) -> None:
        def started() -> None:
            _mark(own, change_set, EXECUTING, token)
            of_stack.started()

        try:
            deploy_stack(own, stack, deploy_options(own, sent, of_stack._replace(started=started)))
        finally:
            _finish(own, change_set, token)

    run_stack_work(service, with_request, work)
    return {}


def _mark(service: Service, change_set: ChangeSet, status: str, token: str | None) -> None:
    facts = {**change_set.facts, "ExecutionStatus": status}
    if token is not None:
        facts["executed by"] = token
    service.change_sets.save(change_set._replace(facts=facts))
    for other in service.change_sets.of_stack(change_set.stack_arn):
        if other.arn != change_set.arn and not is_executed(other):
            service.change_sets.delete(other.arn)  # they were planned for what the stack no longer is


def _finish(service: Service, change_set: ChangeSet, token: str | None) -> None:
    """Stores how an execution has ended, if it has started."""
    current = service.change_sets.find(change_set.arn)
    if current is None or current.facts.get("ExecutionStatus") != EXECUTING:
        return
    _mark(service, change_set, execution_status(service, current, is_ended=True), token)


def _not_executable(change_set: ChangeSet, status: str) -> ApiError:
    kind = "status" if change_set.status == "FAILED" else "execution status"
    shown = change_set.status if change_set.status == "FAILED" else status
    return ApiError(
        "InvalidChangeSetStatus",
        f"ChangeSet [{change_set.arn}] cannot be executed in its current {kind} of [{shown}]",
    )
