"""Rules: PutRule and related operations.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.events.lists import events_page
from sfn_cli.api.events.names import (
    DEFAULT_BUS,
    bus_arn,
    bus_name,
    existing_bus,
    existing_rule,
    no_such_rule,
    rule_arn,
)
from sfn_cli.api.events.tags import tags_of_request
from sfn_cli.errors import ApiError
from sfn_cli.query.event_pattern import EventPatternError, event_pattern
from sfn_cli.query.schedule_expression import ScheduleExpressionError, schedule_times
from sfn_cli.store.records.events.rules import DISABLED, ENABLED, EventRule

if TYPE_CHECKING:
    from sfn_cli.api.service import Service


def put_rule(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Creates a rule, or replaces the rule of this name. Its targets and tags stay."""
    name, pattern = request["Name"], request.get("EventPattern") or None
    schedule = request.get("ScheduleExpression") or None
    existing_bus(service, request.get("EventBusName"))
    of_bus = bus_arn(service, request.get("EventBusName"))
    if pattern is None and schedule is None:
        raise ApiError(
            "ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified."
        )
    if schedule is not None and bus_name(of_bus) != DEFAULT_BUS:
        raise ApiError(
            "ValidationException", "ScheduleExpression is supported only on the default event bus."
        )
    if pattern is not None:
        check_event_pattern(pattern)
    now = service.clock()
    arn = rule_arn(of_bus, name)
    old = service.event_rules.find(arn)
    rule = EventRule(
        arn=arn,
        bus_arn=of_bus,
        name=name,
        pattern=pattern,
        schedule=schedule,
        state=request.get("State") or ENABLED,
        details={member: request[member] for member in ("Description", "RoleArn") if request.get(member)},
        targets=old.targets if old is not None else [],
        tags=old.tags if old is not None else tags_of_request(request),
        created_at=now if old is None or old.schedule != schedule else old.created_at,
    )
    next_at = rule_next_at(rule, now)  # checks the expression of a disabled rule, too
    service.event_rules.put(rule._replace(next_at=None if rule.state == DISABLED else next_at))
    return {"RuleArn": arn}


def check_event_pattern(pattern: str) -> None:
    """Raises ApiError InvalidEventPatternException."""
    try:
        event_pattern(pattern)
    except EventPatternError as error:
        raise ApiError(
            "InvalidEventPatternException", f"Event pattern is not valid. Reason: {error}"
        ) from error


def rule_next_at(rule: EventRule, after: int) -> int | None:
    """Returns when a rule's schedule is due next, in milliseconds since 1970. Raises ApiError."""
    if rule.schedule is None:
        return None
    try:
        return schedule_times(rule.schedule, created_at=rule.created_at, is_rule=True).next_after(after)
    except ScheduleExpressionError as error:
        raise ApiError("ValidationException", "Parameter ScheduleExpression is not valid.") from error


def describe_rule(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    rule = existing_rule(service, request["Name"], request.get("EventBusName"))
    return {**_rule_summary(rule), "CreatedBy": service.settings.account_id}


def list_rules(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    existing_bus(service, request.get("EventBusName"))
    of_bus = bus_arn(service, request.get("EventBusName"))
    rules, token = events_page(
        service,
        request,
        "ListRules",
        lambda after, limit: service.event_rules.page(of_bus, request.get("NamePrefix", ""), after, limit),
        lambda rule: rule.name,
    )
    return {"Rules": [_rule_summary(rule) for rule in rules], "NextToken": token}


def delete_rule(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Deletes a rule. A rule that does not exist is no error; one with targets is."""
    existing_bus(service, request.get("EventBusName"))
    arn = rule_arn(bus_arn(service, request.get("EventBusName")), request["Name"])
    rule = service.event_rules.find(arn)
    if rule is not None and rule.targets:
        raise ApiError("ValidationException", "Rule can't be deleted since it has targets.")
    service.event_rules.delete(arn)
    return {}


def enable_rule(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    return _set_rule_state(service, request, ENABLED)


def disable_rule(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    return _set_rule_state(service, request, DISABLED)


def _set_rule_state(service: Service, request: dict[str, Any], state: str) -> dict[str, Any]:
    name, bus = request["Name"], request.get("EventBusName")
    existing_bus(service, bus)
    now = service.clock()

    def change(rule: EventRule) -> EventRule:
        next_at = rule_next_at(rule, now) if state == ENABLED else None
        return rule._replace(state=state, next_at=next_at)

    if service.event_rules.change(rule_arn(bus_arn(service, bus), name), change) is None:
        raise no_such_rule(name, bus)
    return {}


def _rule_summary(rule: EventRule) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "Name": rule.name,
        "Arn": rule.arn,
        "EventPattern": rule.pattern,
        "ScheduleExpression": rule.schedule,
        "State": rule.state,
        **rule.details,
        "EventBusName": rule.bus_name,
    }
    return {member: value for member, value in summary.items() if value is not None}
