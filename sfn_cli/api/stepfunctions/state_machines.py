"""State machines: creating, updating, deleting, describing and listing them.

CreateStateMachine, UpdateStateMachine, DeleteStateMachine, DescribeStateMachine,
ListStateMachines.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
CreateStateMachine is idempotent: a request with the same name, definition (as text), type,
configurations, publish and versionDescription gets the same response; a different role or different
tags are ignored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn, jsonvalue
from sfn_cli.api.protocol import paging
from sfn_cli.api.stepfunctions import arn_checks, configurations, definitions, qualifiers, tags
from sfn_cli.api.stepfunctions.references import (
    active_unqualified_machine,
    existing_machine,
    machine_does_not_exist,
    machine_is_deleting,
)
from sfn_cli.errors import ApiError
from sfn_cli.store.records.state_machines import StateMachine
from sfn_cli.store.records.stepfunctions.revisions import Revision
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_stepfunctions.type_defs import (
        CreateStateMachineInputTypeDef,
        DeleteStateMachineInputTypeDef,
        DescribeStateMachineForExecutionInputTypeDef,
        DescribeStateMachineInputTypeDef,
        ListStateMachinesInputTypeDef,
        UpdateStateMachineInputTypeDef,
    )

    from sfn_cli.api.model.answer_parts import DescribedPart, RevisionMembers
    from sfn_cli.api.model.answers import (
        CreateStateMachineAnswer,
        DescribeStateMachineAnswer,
        DescribeStateMachineForExecutionAnswer,
        EmptyAnswer,
        ListStateMachinesAnswer,
        UpdateStateMachineAnswer,
    )
    from sfn_cli.api.service import Service


def create_state_machine(
    service: Service, request: CreateStateMachineInputTypeDef
) -> CreateStateMachineAnswer:
    name, type_, now = request["name"], request.get("type", "STANDARD"), service.clock()
    arn_checks.check_arn_name(name)
    arn_checks.check_role_arn(request["roleArn"])
    _check_machine_publishing(request)
    machine = StateMachine(
        arn=arn.state_machine_arn(service.settings.region, service.settings.account_id, name),
        name=name,
        type=type_,
        status="ACTIVE",
        created_at=now,
        tags=tags.tags_of_new_resource(request.get("tags", []), name),
        revision=Revision(
            revision_id=None,
            definition=definitions.check_definition(service, request["definition"], type_),
            role_arn=request["roleArn"],
            logging_configuration=configurations.logging_configuration(service, request),
            tracing_configuration=configurations.tracing_configuration(request),
            encryption_configuration=configurations.encryption_configuration(request),
            created_at=now,
        ),
        first_version=request.get("versionDescription", "") if request.get("publish") else None,
    )
    stored = service.state_machines.create(machine)
    if stored is not machine:
        _check_machine_is_same(service, stored, machine)
    return {
        "stateMachineArn": stored.arn,
        "creationDate": stored.created_at,
        "stateMachineVersionArn": None if machine.first_version is None else arn.qualify_arn(stored.arn, 1),
    }


def update_state_machine(
    service: Service, request: UpdateStateMachineInputTypeDef
) -> UpdateStateMachineAnswer:
    changing = (
        "definition",
        "roleArn",
        "loggingConfiguration",
        "tracingConfiguration",
        "encryptionConfiguration",
    )
    arn_checks.check_machine_arn(request["stateMachineArn"])
    if not any(member in request for member in changing):
        raise ApiError(
            "MissingRequiredParameter",
            "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration "
            "must be specified",
        )
    if "roleArn" in request:
        arn_checks.check_role_arn(request["roleArn"])
    _check_machine_publishing(request)
    while True:
        machine = active_unqualified_machine(service, request["stateMachineArn"])
        old = machine.revision
        changed = old._replace(
            definition=definitions.check_definition(service, request["definition"], machine.type)
            if "definition" in request
            else old.definition,
            role_arn=request.get("roleArn", old.role_arn),
            logging_configuration=configurations.logging_configuration(
                service, request, old.logging_configuration
            ),
            tracing_configuration=configurations.tracing_configuration(request, old.tracing_configuration),
            encryption_configuration=configurations.encryption_configuration(
                request, old.encryption_configuration
            ),
        )
        now, publish = service.clock(), request.get("publish", False)
        if changed != old:
            changed = changed._replace(revision_id=random_uuid(), created_at=now, id=0)
        elif not publish:
            # Observed: an update that changes nothing creates no revision.
            return {"updateDate": old.created_at, "revisionId": old.revision_id}
        # If another update came first, try again on top of its result.
        updated = revise_state_machine(
            service, machine, changed, publish=publish, description=request.get("versionDescription") or None
        )
        if updated is not None:
            return {
                "updateDate": changed.created_at,
                "revisionId": changed.revision_id,
                "stateMachineVersionArn": qualifiers.qualified_version_arn(updated),
            }


def revise_state_machine(
    service: Service,
    machine: StateMachine,
    revision: Revision,
    *,
    publish: bool,
    description: str | None = None,
) -> StateMachine | None:
    """Returns the machine with this latest revision, at the published version if `publish`.

    None if the machine was changed or deleted since it was read. Raises ApiError
    ServiceQuotaExceededException.
    """
    from sfn_cli.store.records.versions import QuotaReached

    try:
        publish_at = service.clock() if publish else None
        return service.state_machines.update(
            machine, revision, publish_at=publish_at, description=description
        )
    except QuotaReached as error:
        raise ApiError("ServiceQuotaExceededException", str(error)) from None


def delete_state_machine(service: Service, request: DeleteStateMachineInputTypeDef) -> EmptyAnswer:
    """Deletes the machine; also succeeds if it does not exist.

    Its executions end at their next transition. All of them are removed a while after that.
    """
    machine_arn = request["stateMachineArn"]
    if ":" in arn_checks.check_machine_arn(machine_arn).resource_id:
        raise ApiError(
            "ValidationException",
            "A state machine version or alias ARN cannot be used to delete a state machine",
        )
    service.state_machines.delete(machine_arn, service.clock())
    return {}


def describe_state_machine(
    service: Service, request: DescribeStateMachineInputTypeDef
) -> DescribeStateMachineAnswer:
    """Describes the machine, or a version of it with the version's date and description.

    For an alias, this is its first version. The ARN of a Distributed Map state in the machine returns
    the definition of the Map's children.
    """
    arn_checks.check_arn(request["stateMachineArn"], "stateMachine")
    machine_arn, _, label = request["stateMachineArn"].partition("/")
    if label:
        return _describe_machine_label(existing_machine(service, machine_arn), label, request)
    machine = existing_machine(service, machine_arn)
    version = machine.version
    part: DescribedPart = (
        {"creationDate": version.created_at, "description": version.description or None}
        if version
        else {"creationDate": machine.created_at}
    )
    return {
        "stateMachineArn": request["stateMachineArn"],
        "name": machine.name,
        "status": machine.status,
        "type": machine.type,
        **part,
        **_machine_revision_members(machine.revision, request),
    }


def _describe_machine_label(
    machine: StateMachine, label: str, request: Mapping[str, Any]
) -> DescribeStateMachineAnswer:
    from sfn_cli.api.stepfunctions import labelled_arns  # the interpreter is slow to import

    children = labelled_arns.find_labelled_map(machine.arn, machine.revision.definition, label)
    if children is None:
        raise machine_does_not_exist(request["stateMachineArn"])
    part: DescribedPart = {"creationDate": machine.created_at, "label": label}
    return {
        "stateMachineArn": request["stateMachineArn"],
        "name": f"{machine.name}/{label}",
        "status": machine.status,
        "type": children.type,
        **part,
        **_machine_revision_members(machine.revision._replace(definition=children.definition), request),
    }


def describe_state_machine_for_execution(
    service: Service, request: DescribeStateMachineForExecutionInputTypeDef
) -> DescribeStateMachineForExecutionAnswer:
    """Describes the machine at the time when the execution started."""
    arn_checks.check_arn(request["executionArn"], "execution")
    execution = service.executions.find(request["executionArn"])
    if execution is None:
        raise ApiError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{request['executionArn']}'")
    revision = service.state_machines.revision(execution.revision)
    return {
        "stateMachineArn": execution.state_machine_arn,
        "name": execution.state_machine_arn.rpartition(":")[2],
        "updateDate": revision.created_at,
        "mapRunArn": execution.map_run_arn,
        "label": None if execution.map_run_arn is None else execution.state_machine_arn.rpartition("/")[2],
        **_machine_revision_members(revision, request),
    }


def list_state_machines(service: Service, request: ListStateMachinesInputTypeDef) -> ListStateMachinesAnswer:
    """Lists the machines by name; AWS does not document an order."""
    prefix = arn.state_machine_arn(service.settings.region, service.settings.account_id, "")
    machines, token = paging.sealed_page(
        request,
        f"ListStateMachines {prefix}",
        service.clock(),
        lambda after, limit: service.state_machines.page(prefix, after or "", limit),
        lambda machine: machine.name,
        parse=str,
    )
    return {
        "stateMachines": [
            {
                "stateMachineArn": machine.arn,
                "name": machine.name,
                "type": machine.type,
                "creationDate": machine.created_at,
            }
            for machine in machines
        ],
        "nextToken": token,
    }


def _machine_revision_members(revision: Revision, request: Mapping[str, Any]) -> RevisionMembers:
    metadata_only = request.get("includedData") == "METADATA_ONLY"
    return {
        "definition": "{}" if metadata_only else revision.definition,
        "roleArn": revision.role_arn,
        "loggingConfiguration": jsonvalue.loads(revision.logging_configuration),
        "tracingConfiguration": jsonvalue.loads(revision.tracing_configuration),
        "encryptionConfiguration": jsonvalue.loads(revision.encryption_configuration),
        "revisionId": revision.revision_id,
        # They would reveal parts of the definition, which METADATA_ONLY excludes.
        "variableReferences": None
        if metadata_only
        else definitions.definition_variable_references(revision.definition),
    }


def _check_machine_is_same(service: Service, stored: StateMachine, requested: StateMachine) -> None:
    """Checks that a second CreateStateMachine is idempotent.

    Also after updates, what is published is compared with version 1, whatever its revision (observed).
    Raises ApiError StateMachineDeleting or StateMachineAlreadyExists.
    """
    if stored.status == "DELETING":
        raise machine_is_deleting(stored.arn)
    if _machine_identity(stored) != _machine_identity(requested):
        raise _machine_already_exists(f"'{stored.arn}'")
    description = requested.first_version
    first = service.versions.find(stored.id, 1)
    if first is None and description is not None:
        # (ours)
        raise _machine_already_exists("This state machine was already created without a published version.")
    if first is not None and description is None:
        raise _machine_already_exists("This state machine was already created with a published version.")
    if first is not None and description != first.description:
        raise _machine_already_exists(
            "This state machine was already created with a published version using a different description."
        )


def _machine_already_exists(reason: str) -> ApiError:
    return ApiError("StateMachineAlreadyExists", f"State Machine Already Exists: {reason}")


def _machine_identity(machine: StateMachine) -> tuple[str, ...]:
    """Returns the members that must be equal for a second CreateStateMachine to be idempotent."""
    revision = machine.revision
    return (
        machine.type,
        revision.definition,
        revision.logging_configuration,
        revision.tracing_configuration,
        revision.encryption_configuration,
    )


def _check_machine_publishing(request: Mapping[str, Any]) -> None:
    if request.get("versionDescription") and not request.get("publish"):
        raise ApiError("ValidationException", "Version description can only be set when publish is true")
