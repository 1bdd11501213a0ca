"""State machines, their versions and aliases, and activities.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_StepFunctions.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sfn_cli import arn
from sfn_cli.stacks.resources.calls import call_store, none_if_missing, predicted_name
from sfn_cli.stacks.resources.local.logs import make_log_group
from sfn_cli.stacks.resources.local.machine_definition import stored_machine_definition
from sfn_cli.stacks.resources.local.roles import usable_role_arn
from sfn_cli.stacks.resources.local.tags import replace_tags
from sfn_cli.stacks.resources.properties import property_object, property_objects
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "stepfunctions"
_NAME_LENGTH = 80
_INITIAL = "INITIAL"
"""The revision of a machine that has never been updated."""


# State machines


def _machine_name(naming: Naming, properties: Properties) -> str:
    return predicted_name(naming, properties, "StateMachineName", _NAME_LENGTH, with_stack=False)


def _predict_machine(naming: Naming, properties: Properties) -> CreatedResource:
    name = _machine_name(naming, properties)
    machine_arn = arn.state_machine_arn(naming.region, naming.account_id, name)
    return _created_machine(machine_arn, _INITIAL)


def _created_machine(machine_arn: str, revision: str) -> CreatedResource:
    name = machine_arn.rpartition(":")[2]
    return CreatedResource(
        machine_arn, {"Arn": machine_arn, "Name": name, "StateMachineRevisionId": revision}
    )


def _create_machine(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_machine(context.naming, properties)
    named = {"stateMachineArn": created.physical_id}
    if none_if_missing(lambda: call_store(context, _SERVICE, "DescribeStateMachine", named)) is not None:
        return _update_machine(context, created, {}, properties)._replace(existed=True)
    request = {
        **properties,
        "Type": properties.get("StateMachineType"),
        **_machine_members(context, properties),
    }
    call_store(context, _SERVICE, "CreateStateMachine", request, {"name": created.attributes["Name"]})
    return created


def _update_machine(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    request = {"TracingConfiguration": {"Enabled": False}, **new, **_machine_members(context, new)}
    call_store(context, _SERVICE, "UpdateStateMachine", request, {"stateMachineArn": created.physical_id})
    replace_tags(context, _SERVICE, created.physical_id, new.get("Tags"))
    return _created_machine(created.physical_id, _machine_revision(context, created.physical_id))


def _delete_machine(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    call_store(context, _SERVICE, "DeleteStateMachine", {"stateMachineArn": created.physical_id})


def _machine_members(context: ProvisioningContext, properties: Properties) -> dict[str, Any]:
    """Returns the definition, the role, and the logging configuration, creating its log groups."""
    return {
        "Definition": stored_machine_definition(context, properties),
        "RoleArn": usable_role_arn(context, properties.get("RoleArn")),
        "LoggingConfiguration": _machine_logging(
            context, property_object(properties, "LoggingConfiguration")
        ),
    }


def _machine_logging(context: ProvisioningContext, logging: dict[str, Any]) -> dict[str, Any]:
    """Returns the logging configuration, and creates the log groups that it names.

    The returned ARN of a group always ends in a single ":*", whether the template's ARN has it or not.
    """
    destinations = []
    for destination in property_objects(logging, "Destinations"):
        given = str(property_object(destination, "CloudWatchLogsLogGroup").get("LogGroupArn"))
        group_arn = re.sub(r"(:\*)*$", "", given)
        group = arn.log_group_name_in_arn(group_arn)
        if group is not None:
            make_log_group(context, group)
        destinations.append({"CloudWatchLogsLogGroup": {"LogGroupArn": f"{group_arn}:*"}})
    return {**logging, "Destinations": destinations} if destinations else logging


def _machine_revision(context: ProvisioningContext, machine_arn: str) -> str:
    described = call_store(
        context,
        _SERVICE,
        "DescribeStateMachine",
        {"stateMachineArn": machine_arn, "includedData": "METADATA_ONLY"},
    )
    return described.get("revisionId") or _INITIAL


STATE_MACHINE = ResourceType(
    predict=_predict_machine,
    create=_create_machine,
    update=_update_machine,
    delete=_delete_machine,
    replaced_by=frozenset({"StateMachineName", "StateMachineType"}),
    name_property="StateMachineName",
    is_local=True,
)


# Versions


def _predict_version(naming: Naming, properties: Properties) -> CreatedResource:
    return _created_version(arn.qualify_arn(str(properties.get("StateMachineArn")), 1))


def _created_version(version_arn: str) -> CreatedResource:
    return CreatedResource(version_arn, {"Arn": version_arn})


def _create_version(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    """Publishes the current revision, unless it already has a version."""
    listed = call_store(context, _SERVICE, "ListStateMachineVersions", properties)["stateMachineVersions"]
    request = {**properties, "RevisionId": properties.get("StateMachineRevisionId")}
    published = call_store(context, _SERVICE, "PublishStateMachineVersion", request)["stateMachineVersionArn"]
    # The version of the latest revision is the latest version, on the first page.
    existed = any(version["stateMachineVersionArn"] == published for version in listed)
    return _created_version(published)._replace(existed=existed)


def _delete_version(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    call_store(
        context, _SERVICE, "DeleteStateMachineVersion", {"stateMachineVersionArn": created.physical_id}
    )


STATE_MACHINE_VERSION = ResourceType(
    predict=_predict_version,
    create=_create_version,
    update=None,
    delete=_delete_version,
    is_local=True,
)


# Aliases


def _alias_name(naming: Naming, properties: Properties) -> str:
    return predicted_name(naming, properties, "Name", _NAME_LENGTH, with_stack=False)


def _predict_alias(naming: Naming, properties: Properties) -> CreatedResource:
    first = next(iter(_alias_routes(properties)), {})
    machine_arn = str(first.get("StateMachineVersionArn", "")).rpartition(":")[0]
    return _created_alias(f"{machine_arn}:{_alias_name(naming, properties)}")


def _created_alias(alias_arn: str) -> CreatedResource:
    return CreatedResource(alias_arn, {"Arn": alias_arn})


def _alias_routes(properties: Properties) -> list[dict[str, Any]]:
    """Returns the versions of an alias and their weights.

    A deployment that shifts traffic in steps completes immediately.
    """
    deployment = property_object(properties, "DeploymentPreference")
    if deployment:
        return [{"StateMachineVersionArn": deployment.get("StateMachineVersionArn"), "Weight": 100}]
    return property_objects(properties, "RoutingConfiguration")


def _create_alias(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_alias(context.naming, properties)
    named = {"stateMachineAliasArn": created.physical_id}
    if none_if_missing(lambda: call_store(context, _SERVICE, "DescribeStateMachineAlias", named)) is not None:
        return _update_alias(context, created, {}, properties)._replace(existed=True)
    request = {**properties, "RoutingConfiguration": _alias_routes(properties)}
    own = {"name": created.physical_id.rpartition(":")[2]}
    call_store(context, _SERVICE, "CreateStateMachineAlias", request, own)
    return created


def _update_alias(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    request = {"Description": "", **new, "RoutingConfiguration": _alias_routes(new)}
    own = {"stateMachineAliasArn": created.physical_id}
    call_store(context, _SERVICE, "UpdateStateMachineAlias", request, own)
    return created


def _delete_alias(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    request = {"stateMachineAliasArn": created.physical_id}
    none_if_missing(lambda: call_store(context, _SERVICE, "DeleteStateMachineAlias", request))


STATE_MACHINE_ALIAS = ResourceType(
    predict=_predict_alias,
    create=_create_alias,
    update=_update_alias,
    delete=_delete_alias,
    replaced_by=frozenset({"Name"}),
    is_local=True,
)


# Activities


def _predict_activity(naming: Naming, properties: Properties) -> CreatedResource:
    name = predicted_name(naming, properties, "Name", _NAME_LENGTH, with_stack=False)
    activity_arn = arn.activity_arn(naming.region, naming.account_id, name)
    return CreatedResource(activity_arn, {"Arn": activity_arn, "Name": name})


def _create_activity(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_activity(context.naming, properties)
    named = {"activityArn": created.physical_id}
    existed = none_if_missing(lambda: call_store(context, _SERVICE, "DescribeActivity", named)) is not None
    if existed:
        replace_tags(context, _SERVICE, created.physical_id, properties.get("Tags"))
    else:
        call_store(context, _SERVICE, "CreateActivity", properties, {"name": created.attributes["Name"]})
    return created._replace(existed=existed)


def _update_activity(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    replace_tags(context, _SERVICE, created.physical_id, new.get("Tags"))
    return created


def _delete_activity(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    call_store(context, _SERVICE, "DeleteActivity", {"activityArn": created.physical_id})


ACTIVITY = ResourceType(
    predict=_predict_activity,
    create=_create_activity,
    update=_update_activity,
    delete=_delete_activity,
    replaced_by=frozenset({"Name", "EncryptionConfiguration"}),
    name_property="Name",
    is_local=True,
)
