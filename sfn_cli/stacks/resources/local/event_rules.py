"""Rules of event buses, with their targets.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html
A target that is no ARN belongs to a resource that is left out of the stack. So may an event bus: a rule
of a bus that does not exist gets one. Both are reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn
from sfn_cli.stacks.resources.calls import (
    already_exists,
    call_store,
    is_not_found,
    none_if_missing,
    predicted_name,
)
from sfn_cli.stacks.resources.local.tags import replace_tags
from sfn_cli.stacks.resources.properties import property_objects, property_text
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "events"
_DEFAULT_BUS = "default"
_NAME_LENGTH = 64


def _rule_bus(properties: Properties) -> str:
    return str(properties.get("EventBusName") or _DEFAULT_BUS).rpartition("/")[2]


def _predict_rule(naming: Naming, properties: Properties) -> CreatedResource:
    """Returns a rule's name, which includes its event bus unless that is the default bus."""
    name, bus = predicted_name(naming, properties, "Name", _NAME_LENGTH), _rule_bus(properties)
    if bus == _DEFAULT_BUS:
        return CreatedResource(name, {"Arn": naming.arn(_SERVICE, f"rule/{name}")})
    return CreatedResource(f"{bus}|{name}", {"Arn": naming.arn(_SERVICE, f"rule/{bus}/{name}")})


def _create_rule(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_rule(context.naming, properties)
    named = _rule_names(created)
    existed = none_if_missing(lambda: call_store(context, _SERVICE, "DescribeRule", {}, named)) is not None
    return _put_rule(context, created, properties)._replace(existed=existed)


def _update_rule(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    return _put_rule(context, created, new)


def _put_rule(
    context: ProvisioningContext, created: CreatedResource, properties: Properties
) -> CreatedResource:
    """Creates or replaces the rule, its targets and its tags."""
    named = _rule_names(created)
    pattern = properties.get("EventPattern")
    given = {
        **{name: properties.get(name) for name in ("Description", "RoleArn", "ScheduleExpression", "State")},
        "EventPattern": None if pattern is None else property_text(pattern),
    }
    try:
        response = call_store(context, _SERVICE, "PutRule", given, named)
    except ResourceError as error:
        if not is_not_found(error):
            raise
        _create_missing_bus(context, named["EventBusName"])
        response = call_store(context, _SERVICE, "PutRule", given, named)
    _put_rule_targets(context, named, property_objects(properties, "Targets"))
    replace_tags(context, _SERVICE, response["RuleArn"], properties.get("Tags"))
    return created._replace(attributes={"Arn": response["RuleArn"]})


def _create_missing_bus(context: ProvisioningContext, name: str) -> None:
    context.report(f"{context.naming.logical_id}: there was no event bus {name}. It was created.")
    try:
        call_store(context, _SERVICE, "CreateEventBus", {}, {"Name": name})
    except ResourceError as error:
        if not already_exists(error):
            raise


def _put_rule_targets(
    context: ProvisioningContext, named: dict[str, str], targets: list[dict[str, Any]]
) -> None:
    usable = []
    for target in targets:
        if arn.parse_arn(property_text(target.get("Arn") or "")) is None:
            context.report(f"{context.naming.logical_id}: target {target.get('Id')} is not created here.")
        else:
            usable.append(target)
    of_rule = {"Rule": named["Name"], "EventBusName": named["EventBusName"]}
    wanted = {target.get("Id") for target in usable}
    found = call_store(context, _SERVICE, "ListTargetsByRule", {}, of_rule)["Targets"]
    if gone := [target["Id"] for target in found if target["Id"] not in wanted]:
        call_store(context, _SERVICE, "RemoveTargets", {}, {**of_rule, "Ids": gone})
    if usable:
        call_store(context, _SERVICE, "PutTargets", {"Targets": usable}, of_rule)


def _delete_rule(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    named = _rule_names(created)
    if none_if_missing(lambda: call_store(context, _SERVICE, "DescribeRule", {}, named)) is None:
        return
    _put_rule_targets(context, named, [])
    call_store(context, _SERVICE, "DeleteRule", {}, named)


def _rule_names(created: CreatedResource) -> dict[str, str]:
    bus, _, name = created.physical_id.rpartition("|")
    return {"Name": name, "EventBusName": bus or _DEFAULT_BUS}


RULE = ResourceType(
    predict=_predict_rule,
    create=_create_rule,
    update=_update_rule,
    delete=_delete_rule,
    replaced_by=frozenset({"Name", "EventBusName"}),
    name_property="Name",
    is_local=True,
)
