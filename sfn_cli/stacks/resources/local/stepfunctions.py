"""State machines, their versions and aliases, and activities.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_StepFunctions.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sfn_cli import arn
from sfn_cli.stacks.resources.calls import call_store, if_there, predicted_name
from sfn_cli.stacks.resources.local.logs import make_log_group
from sfn_cli.stacks.resources.local.machine_definition import stored_machine_definition
from sfn_cli.stacks.resources.local.roles import usable_role_arn
from sfn_cli.stacks.resources.properties import property_object, property_objects, property_tags
from sfn_cli.stacks.resources.resource import Made, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Making, Naming, Properties

_SERVICE = "stepfunctions"
_NAME_LENGTH = 80
_INITIAL = "INITIAL"
"""The revision of a machine that was never updated."""


# State machines


def _machine_name(naming: Naming, properties: Properties) -> str:
    return predicted_name(naming, properties, "StateMachineName", _NAME_LENGTH, with_stack=False)


def _predict_machine(naming: Naming, properties: Properties) -> Made:
    name = _machine_name(naming, properties)
    machine_arn = arn.state_machine_arn(naming.region, naming.account_id, name)
    return _made_machine(machine_arn, _INITIAL)


def _made_machine(machine_arn: str, revision: str) -> Made:
    name = machine_arn.rpartition(":")[2]
    return Made(machine_arn, {"Arn": machine_arn, "Name": name, "StateMachineRevisionId": revision})


def _create_machine(making: Making, properties: Properties) -> Made:
    made = _predict_machine(making.naming, properties)
    named = {"stateMachineArn": made.physical_id}
    if if_there(lambda: call_store(making, _SERVICE, "DescribeStateMachine", named)) is not None:
        return _update_machine(making, made, {}, properties)._replace(existed=True)
    request = {
        **properties,
        "Type": properties.get("StateMachineType"),
        **_machine_members(making, properties),
    }
    call_store(making, _SERVICE, "CreateStateMachine", request, {"name": made.attributes["Name"]})
    return made


def _update_machine(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    request = {"TracingConfiguration": {"Enabled": False}, **new, **_machine_members(making, new)}
    call_store(making, _SERVICE, "UpdateStateMachine", request, {"stateMachineArn": made.physical_id})
    _update_tags(making, made.physical_id, new)
    return _made_machine(made.physical_id, _machine_revision(making, made.physical_id))


def _delete_machine(making: Making, made: Made, properties: Properties) -> None:
    call_store(making, _SERVICE, "DeleteStateMachine", {"stateMachineArn": made.physical_id})


def _machine_members(making: Making, properties: Properties) -> dict[str, Any]:
    """Returns the definition, the role, and the logging to groups that are there."""
    return {
        "Definition": stored_machine_definition(making, properties),
        "RoleArn": usable_role_arn(making, properties.get("RoleArn")),
        "LoggingConfiguration": _machine_logging(making, property_object(properties, "LoggingConfiguration")),
    }


def _machine_logging(making: Making, logging: dict[str, Any]) -> dict[str, Any]:
    """Returns the logging configuration, and creates the log groups that it names.

    The ARN of a group ends in ":*" here once, whether its reader gives it so or not.
    """
    destinations = []
    for destination in property_objects(logging, "Destinations"):
        given = str(property_object(destination, "CloudWatchLogsLogGroup").get("LogGroupArn"))
        group_arn = re.sub(r"(:\*)*$", "", given)
        group = arn.log_group_name_in_arn(group_arn)
        if group is not None:
            make_log_group(making, group)
        destinations.append({"CloudWatchLogsLogGroup": {"LogGroupArn": f"{group_arn}:*"}})
    return {**logging, "Destinations": destinations} if destinations else logging


def _machine_revision(making: Making, machine_arn: str) -> str:
    described = call_store(
        making,
        _SERVICE,
        "DescribeStateMachine",
        {"stateMachineArn": machine_arn, "includedData": "METADATA_ONLY"},
    )
    return described.get("revisionId") or _INITIAL


def _update_tags(making: Making, resource_arn: str, properties: Properties) -> None:
    """Brings the tags of a machine or an activity to those of the properties."""
    named = {"resourceArn": resource_arn}
    listed = call_store(making, _SERVICE, "ListTagsForResource", named)["tags"]
    before = {tag["key"]: tag["value"] for tag in listed}
    after = property_tags(properties.get("Tags"))
    if gone := sorted(before.keys() - after.keys()):
        call_store(making, _SERVICE, "UntagResource", {**named, "tagKeys": gone})
    if after and before != after:
        call_store(making, _SERVICE, "TagResource", {**named, "tags": after})


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


def _predict_version(naming: Naming, properties: Properties) -> Made:
    return _made_version(arn.qualify_arn(str(properties.get("StateMachineArn")), 1))


def _made_version(version_arn: str) -> Made:
    return Made(version_arn, {"Arn": version_arn})


def _create_version(making: Making, properties: Properties) -> Made:
    """Publishes the revision; one that has a version gets no other."""
    listed = call_store(making, _SERVICE, "ListStateMachineVersions", properties)["stateMachineVersions"]
    request = {**properties, "RevisionId": properties.get("StateMachineRevisionId")}
    published = call_store(making, _SERVICE, "PublishStateMachineVersion", request)["stateMachineVersionArn"]
    # Of the newest revision: its version is the newest, on the first page.
    existed = any(version["stateMachineVersionArn"] == published for version in listed)
    return _made_version(published)._replace(existed=existed)


def _delete_version(making: Making, made: Made, properties: Properties) -> None:
    call_store(making, _SERVICE, "DeleteStateMachineVersion", {"stateMachineVersionArn": made.physical_id})


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


def _predict_alias(naming: Naming, properties: Properties) -> Made:
    first = next(iter(_alias_routes(properties)), {})
    machine_arn = str(first.get("StateMachineVersionArn", "")).rpartition(":")[0]
    return _made_alias(f"{machine_arn}:{_alias_name(naming, properties)}")


def _made_alias(alias_arn: str) -> Made:
    return Made(alias_arn, {"Arn": alias_arn})


def _alias_routes(properties: Properties) -> list[dict[str, Any]]:
    """Returns the versions of an alias and their weights.

    A deployment that shifts traffic in steps has ended here as soon as it starts.
    """
    deployment = property_object(properties, "DeploymentPreference")
    if deployment:
        return [{"StateMachineVersionArn": deployment.get("StateMachineVersionArn"), "Weight": 100}]
    return property_objects(properties, "RoutingConfiguration")


def _create_alias(making: Making, properties: Properties) -> Made:
    made = _predict_alias(making.naming, properties)
    named = {"stateMachineAliasArn": made.physical_id}
    if if_there(lambda: call_store(making, _SERVICE, "DescribeStateMachineAlias", named)) is not None:
        return _update_alias(making, made, {}, properties)._replace(existed=True)
    request = {**properties, "RoutingConfiguration": _alias_routes(properties)}
    own = {"name": made.physical_id.rpartition(":")[2]}
    call_store(making, _SERVICE, "CreateStateMachineAlias", request, own)
    return made


def _update_alias(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    request = {"Description": "", **new, "RoutingConfiguration": _alias_routes(new)}
    own = {"stateMachineAliasArn": made.physical_id}
    call_store(making, _SERVICE, "UpdateStateMachineAlias", request, own)
    return made


def _delete_alias(making: Making, made: Made, properties: Properties) -> None:
    request = {"stateMachineAliasArn": made.physical_id}
    if_there(lambda: call_store(making, _SERVICE, "DeleteStateMachineAlias", request))


STATE_MACHINE_ALIAS = ResourceType(
    predict=_predict_alias,
    create=_create_alias,
    update=_update_alias,
    delete=_delete_alias,
    replaced_by=frozenset({"Name"}),
    is_local=True,
)


# Activities


def _predict_activity(naming: Naming, properties: Properties) -> Made:
    name = predicted_name(naming, properties, "Name", _NAME_LENGTH, with_stack=False)
    activity_arn = arn.activity_arn(naming.region, naming.account_id, name)
    return Made(activity_arn, {"Arn": activity_arn, "Name": name})


def _create_activity(making: Making, properties: Properties) -> Made:
    made = _predict_activity(making.naming, properties)
    named = {"activityArn": made.physical_id}
    existed = if_there(lambda: call_store(making, _SERVICE, "DescribeActivity", named)) is not None
    if existed:
        _update_tags(making, made.physical_id, properties)
    else:
        call_store(making, _SERVICE, "CreateActivity", properties, {"name": made.attributes["Name"]})
    return made._replace(existed=existed)


def _update_activity(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    _update_tags(making, made.physical_id, new)
    return made


def _delete_activity(making: Making, made: Made, properties: Properties) -> None:
    call_store(making, _SERVICE, "DeleteActivity", {"activityArn": made.physical_id})


ACTIVITY = ResourceType(
    predict=_predict_activity,
    create=_create_activity,
    update=_update_activity,
    delete=_delete_activity,
    replaced_by=frozenset({"Name", "EncryptionConfiguration"}),
    name_property="Name",
    is_local=True,
)
