"""The targets of rules: PutTargets and related operations.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn, quotas
from sfn_cli.api.events.lists import events_page
from sfn_cli.api.events.names import bus_arn, existing_bus, existing_rule, no_such_rule, rule_arn
from sfn_cli.errors import ApiError
from sfn_cli.jsonvalue import loads
from sfn_cli.query.input_transformer import input_template_problem, is_event_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.events.rules import EventRule

_INPUTS = ("Input", "InputPath", "InputTransformer")


def put_targets(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Adds targets to a rule, and replaces those with the same Id."""
    targets = request["Targets"]
    for target in targets:
        _check_target(target)

    def change(rule: EventRule) -> EventRule:
        merged = {one["Id"]: one for one in rule.targets} | {one["Id"]: one for one in targets}
        if len(merged) > quotas.RULE_TARGETS:
            raise ApiError(
                "LimitExceededException", "The requested resource exceeds the maximum number allowed."
            )
        return rule._replace(targets=[merged[id] for id in sorted(merged)])

    _change_targets(service, request, change)
    return {"FailedEntryCount": 0, "FailedEntries": []}


def remove_targets(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    ids = set(request["Ids"])

    def change(rule: EventRule) -> EventRule:
        return rule._replace(targets=[target for target in rule.targets if target["Id"] not in ids])

    _change_targets(service, request, change)
    return {"FailedEntryCount": 0, "FailedEntries": []}


def _change_targets(service: Service, request: Mapping[str, Any], change: Any) -> None:
    bus = request.get("EventBusName")
    existing_bus(service, bus)
    if service.event_rules.change(rule_arn(bus_arn(service, bus), request["Rule"]), change) is None:
        raise no_such_rule(request["Rule"], bus)


def list_targets_by_rule(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    rule = existing_rule(service, request["Rule"], request.get("EventBusName"))

    def read(after: str, limit: int) -> list[Mapping[str, Any]]:
        return [target for target in rule.targets if target["Id"] > after][:limit]

    targets, token = events_page(service, request, "ListTargetsByRule", read, lambda target: target["Id"])
    return {"Targets": targets, "NextToken": token}


def list_rule_names_by_target(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    bus = request.get("EventBusName")
    existing_bus(service, bus)
    of_bus, target_arn = bus_arn(service, bus), request["TargetArn"]

    def read(after: str, limit: int) -> list[str]:
        names: list[str] = []
        while len(names) < limit and (rules := service.event_rules.page(of_bus, "", after, 100)):
            after = rules[-1].name
            names += [
                rule.name for rule in rules if any(target["Arn"] == target_arn for target in rule.targets)
            ]
        return names[:limit]

    names, token = events_page(service, request, "ListRuleNamesByTarget", read, str)
    return {"RuleNames": names, "NextToken": token}


def _check_target(target: Mapping[str, Any]) -> None:
    """Raises ApiError ValidationException."""
    id, target_arn = target["Id"], target["Arn"]
    parsed = arn.parse_arn(target_arn)
    if parsed is None or not parsed.service:
        raise ApiError(
            "ValidationException",
            f"Parameter {target_arn} is not valid. Reason: Provided Arn is not in correct format.",
        )
    if sum(target.get(member) is not None for member in _INPUTS) > 1:
        raise ApiError(
            "ValidationException",
            f"Only one of Input, InputPath, or InputTransformer must be provided for target {id}.",
        )
    if (text := target.get("Input")) is not None and not _is_json_text(text):
        raise ApiError("ValidationException", f"JSON syntax error in Input for target {id}: {text}")
    if (path := target.get("InputPath")) is not None and not is_event_path(path):
        raise ApiError("ValidationException", f"Invalid InputPath for target {id}.")
    transformer = target.get("InputTransformer")
    if transformer is not None and (problem := input_template_problem(transformer)) is not None:
        raise ApiError("ValidationException", f"Invalid InputTemplate for target {id} : {problem}")
    if parsed.service == "sqs" and target_arn.endswith(".fifo") and not target.get("SqsParameters"):
        raise ApiError(
            "ValidationException", f"Parameter(s) SqsParameters must be specified for target: {id}."
        )


def _is_json_text(text: str) -> bool:
    try:
        loads(text)
    except (RecursionError, ValueError):
        return False
    return True
