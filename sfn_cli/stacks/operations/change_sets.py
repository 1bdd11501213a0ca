"""Change sets: planned before CreateChangeSet answers, so that no client has to wait for one.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
One that would change nothing, or whose transform fails, is FAILED: that is no error of the request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ApiError, UsageError
from sfn_cli.stacks.operations.identity import existing_stack, find_stack, stack_validation_error
from sfn_cli.stacks.operations.paging import stack_list_page
from sfn_cli.stacks.operations.plans import plan_sent_stack
from sfn_cli.stacks.operations.requests.request_parameters import GIVEN, described_parameters
from sfn_cli.stacks.operations.requests.sent_request import TOKEN, read_sent_stack, sent_request
from sfn_cli.stacks.operations.requests.template_faults import sent_template_error
from sfn_cli.stacks.operations.reviewed_stack import create_reviewed_stack
from sfn_cli.stacks.operations.stacks import REVIEW, check_updatable, new_stack_arn, new_stack_name
from sfn_cli.stacks.readers.sent_template import TransformError
from sfn_cli.store.records.change_sets import ChangeSet
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.stacks import StoredStack

NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)
_PROPERTY_VALUES = ("BeforeValue", "AfterValue")
_SHOWN = ("Capabilities", "NotificationARNs", "Tags", "RollbackConfiguration")

AVAILABLE, UNAVAILABLE = "AVAILABLE", "UNAVAILABLE"
EXECUTING = "EXECUTE_IN_PROGRESS"
_EXECUTED = (EXECUTING, "EXECUTE_COMPLETE", "EXECUTE_FAILED")
_DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
"""The statuses of a stack after an execution that did not fail."""


def create_change_set(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name, kind = request["ChangeSetName"], request.get("ChangeSetType", "UPDATE")
    token = request.get("ClientToken")
    stored = find_stack(service, request["StackName"])
    if stored is not None:
        for other in service.change_sets.of_stack(stored.arn):
            if other.name == name and not is_executed(other):
                if token is not None and other.facts.get(TOKEN) == token:
                    return {"Id": other.arn, "StackId": stored.arn}
                if other.status == "FAILED":
                    # The aws CLI names change sets by the second, and a second try is faster than that.
                    service.change_sets.delete(other.arn)
                    continue
                raise ApiError("AlreadyExistsException", f"ChangeSet [{name}] already exists")
    if kind == "IMPORT":
        raise stack_validation_error("sfn does not support change sets of the type IMPORT.")
    if kind == "CREATE":
        if stored is not None and stored.status != REVIEW:
            raise stack_validation_error(
                f"Stack [{stored.name}] already exists and cannot be created again with the changeSet "
                f"[{name}]."
            )
        if stored is None:
            new_stack_name(request["StackName"])
    else:
        stored = existing_stack(service, request["StackName"])
        check_updatable(stored)
    return _create(service, request, kind, stored, token)


def _create(
    service: Service, request: Mapping[str, Any], kind: str, stored: StoredStack | None, token: str | None
) -> dict[str, Any]:
    before = stored if kind == "UPDATE" else None
    name = request["StackName"] if stored is None else stored.name
    arn = new_stack_arn(service, name) if stored is None else stored.arn
    sent = sent_request(service, request, name, arn, before)
    reason, plan, parameters = None, None, []
    details = sent.details
    try:
        stack, details = read_sent_stack(service, sent)
        plan = plan_sent_stack(service, arn, before, stack, sent)
        parameters = described_parameters(stack.template, fact_object(details, GIVEN))
        if not plan.has_changes:
            reason = NO_CHANGES
    except TransformError as error:
        reason = error.message
    except UsageError as error:
        raise sent_template_error(error) from None
    except ApiError as error:
        if error.code != "InsufficientCapabilitiesException" or not _is_transformed(sent.text):
            raise
        reason = error.message  # AWS reads such a template only after it has answered
    if stored is None:
        create_reviewed_stack(service, name, arn, details)
    id = f"{request['ChangeSetName']}/{random_uuid()}"
    facts: dict[str, Any] = {
        "ChangeSetType": kind,
        "Description": request.get("Description"),
        "ExecutionStatus": AVAILABLE if reason is None else UNAVAILABLE,
        "StatusReason": reason,
        "Parameters": parameters,
        "Changes": [] if plan is None else plan.changes,
        "IncludeNestedStacks": request.get("IncludeNestedStacks"),
        "OnStackFailure": request.get("OnStackFailure"),
        "ImportExistingResources": request.get("ImportExistingResources"),
        "DeploymentConfig": request.get("DeploymentConfig"),
        TOKEN: token,
        GIVEN: dict(sent.given),
        "details": dict(details),
    }
    change_set = ChangeSet(
        f"arn:aws:cloudformation:{service.settings.region}:{service.settings.account_id}:changeSet/{id}",
        request["ChangeSetName"],
        arn,
        "CREATE_COMPLETE" if reason is None else "FAILED",
        {member: value for member, value in facts.items() if value is not None},
        sent.text,
        service.clock(),
    )
    service.change_sets.save(change_set)
    return {"Id": change_set.arn, "StackId": arn}


def describe_change_set(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    change_set = find_change_set(service, request)
    changes, token = stack_list_page(request, _member_list(change_set.facts, "Changes"))
    if not request.get("IncludePropertyValues"):
        changes = [_without_values(one) for one in changes]
    details = fact_object(change_set.facts, "details")
    return {
        **_summary(service, change_set),
        **{member: details.get(member) for member in _SHOWN},
        "Parameters": change_set.facts.get("Parameters"),
        "Changes": changes,
        "NextToken": token,
        "OnStackFailure": change_set.facts.get("OnStackFailure"),
        "DeploymentConfig": change_set.facts.get("DeploymentConfig"),
    }


def describe_change_set_hooks(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Returns no hooks: there are none."""
    change_set = find_change_set(service, request)
    members = ("ChangeSetId", "ChangeSetName", "StackId", "StackName")
    summary = _summary(service, change_set)
    return {**{member: summary[member] for member in members}, "Hooks": [], "Status": "PLANNED"}


def list_change_sets(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    stored = existing_stack(service, request["StackName"])
    found = [one for one in service.change_sets.of_stack(stored.arn) if not is_executed(one)]
    page, token = stack_list_page(request, found)
    return {"Summaries": [_summary(service, one) for one in page], "NextToken": token}


def delete_change_set(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Deletes a change set; one that does not exist is deleted already."""
    try:
        change_set = find_change_set(service, request)
    except ApiError as error:
        if error.code != "ChangeSetNotFound":
            raise
        return {}
    if execution_status(service, change_set) == EXECUTING:
        raise ApiError(
            "InvalidChangeSetStatus",
            f"ChangeSet [{change_set.arn}] cannot be deleted in its current execution status of "
            f"[{EXECUTING}]",
        )
    service.change_sets.delete(change_set.arn)
    return {}


def find_change_set(service: Service, request: Mapping[str, Any]) -> ChangeSet:
    """Returns the change set that a request names: by its ARN, or by name, unless it was executed.

    Raises ApiError ChangeSetNotFound or ValidationError.
    """
    name, stack_name = request["ChangeSetName"], request.get("StackName")
    if name.startswith("arn:"):
        found = service.change_sets.find(name)
        if found is not None:
            return found
        raise _no_such_change_set(name)
    if stack_name is None:
        raise stack_validation_error(
            "StackName must be specified if ChangeSetName is not specified as an ARN."
        )
    stored = existing_stack(service, stack_name)
    for change_set in reversed(service.change_sets.of_stack(stored.arn)):
        if change_set.name == name and not is_executed(change_set):
            return change_set
    raise _no_such_change_set(name)


def execution_status(service: Service, change_set: ChangeSet, *, is_ended: bool = False) -> str:
    """Returns the ExecutionStatus.

    A process that was killed while it executed the change set has not stored how that ended: then, and
    with `is_ended`, the stack's status says it.
    """
    status = str(change_set.facts.get("ExecutionStatus"))
    if status != EXECUTING:
        return status
    stored = service.stacks.find_by_arn(change_set.stack_arn)
    if stored is not None and stored.status.endswith("_IN_PROGRESS") and not is_ended:
        return status
    return "EXECUTE_COMPLETE" if stored is not None and stored.status in _DONE else "EXECUTE_FAILED"


def is_executed(change_set: ChangeSet) -> bool:
    """Whether a change set has been executed, or is: then its name is free for another one."""
    return change_set.facts.get("ExecutionStatus") in _EXECUTED


def _no_such_change_set(name: str) -> ApiError:
    return ApiError("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", status=404)


def _summary(service: Service, change_set: ChangeSet) -> dict[str, Any]:
    facts = change_set.facts
    return {
        "ChangeSetName": change_set.name,
        "ChangeSetId": change_set.arn,
        "StackId": change_set.stack_arn,
        "StackName": change_set.stack_arn.split("/")[1],
        "Description": facts.get("Description"),
        "CreationTime": change_set.created_at,
        "ExecutionStatus": execution_status(service, change_set),
        "Status": change_set.status,
        "StatusReason": facts.get("StatusReason"),
        "IncludeNestedStacks": facts.get("IncludeNestedStacks", False),
        "ImportExistingResources": facts.get("ImportExistingResources"),
    }


def _without_values(change: Any) -> Any:
    """Returns a change without the values of properties before and after it."""
    resource = change["ResourceChange"]
    details = [
        {
            **detail,
            "Target": {
                name: value for name, value in detail["Target"].items() if name not in _PROPERTY_VALUES
            },
        }
        for detail in resource.get("Details", ())
    ]
    return {**change, "ResourceChange": {**resource, "Details": details}}


def _is_transformed(text: str) -> bool:
    from sfn_cli.stacks.operations.requests.capabilities import used_macros
    from sfn_cli.stacks.operations.requests.stored_template import parsed_template

    template = parsed_template(text)
    return isinstance(template, dict) and bool(used_macros(template))


def fact_object(facts: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Returns a fact of a change set that is an object; {} if there is none."""
    found = facts.get(name)
    return found if isinstance(found, dict) else {}


def _member_list(facts: Mapping[str, Any], name: str) -> list[Any]:
    found = facts.get(name)
    return found if isinstance(found, list) else []
