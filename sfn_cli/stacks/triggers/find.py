"""The triggers of a store, by their names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfn_cli.errors import UsageError
from sfn_cli.stacks.deployment.names import stored_stacks
from sfn_cli.stacks.triggers.apis import api_triggers
from sfn_cli.stacks.triggers.rules import rule_triggers, schedule_triggers
from sfn_cli.stacks.triggers.services import service_triggers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.stacks.triggers.trigger import Trigger
    from sfn_cli.store.records.stacks import StoredResource

_MAPPING = "AWS::Lambda::EventSourceMapping"
_PIPE = "AWS::Pipes::Pipe"


def all_triggers(service: Service) -> list[Trigger]:
    """Returns every trigger of the store: rules, schedules, then those of each stack."""
    stacks = [service.stacks.resources(stack.name) for stack in stored_stacks(service.stacks)]
    found = [*_named_in_stacks([*rule_triggers(service), *schedule_triggers(service)], stacks)]
    for resources in stacks:
        found += api_triggers(service, resources)
        own = [trigger for resource in resources for trigger in service_triggers(resource)]
        found += _with_mappings(own, resources)
    return found


def find_trigger(service: Service, name: str) -> Trigger:
    """Returns the trigger of this name: "GET /orders/1" is one of the route "GET /orders/{id}".

    Raises UsageError if there is none, or several.
    """
    triggers = all_triggers(service)
    found = [trigger for trigger in triggers if name in trigger.names]
    if not found:
        by_api = {one.route.base: one for one in triggers if one.route is not None and one.route.fits(name)}
        found = list(by_api.values())  # the API itself chooses among its routes
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(f"{one.kind} {one.names[-1]}" for one in found)
        raise UsageError(f"{name} is the name of several: {several}. Use one of these longer names.")
    known = ", ".join(f'"{one.name}"' if " " in one.name else one.name for one in triggers)
    raise UsageError(f'No trigger named "{name}". {f"Triggers: {known}" if known else "There are none."}')


def _named_in_stacks(
    triggers: Sequence[Trigger], stacks: Sequence[Sequence[StoredResource]]
) -> Iterator[Trigger]:
    """Adds the logical ids of rules and schedules that belong to a stack."""
    logical_ids = {
        _rule_name(resource): resource.logical_id
        for resources in stacks
        for resource in resources
        if resource.type in ("AWS::Events::Rule", "AWS::Scheduler::Schedule")
    }
    for trigger in triggers:
        known = [logical_ids[name] for name in trigger.names if name in logical_ids]
        yield trigger._replace(names=(*known, *trigger.names))


def _rule_name(resource: StoredResource) -> str:
    """Returns the name of a rule ("BUS|NAME" becomes "BUS/NAME") or of a schedule."""
    return resource.physical_id.replace("|", "/")


def _with_mappings(triggers: Sequence[Trigger], resources: Sequence[StoredResource]) -> Iterator[Trigger]:
    """Adds the names of the mappings and pipes that read from a queue, table or stream."""
    for trigger in triggers:
        more = [
            name
            for resource in resources
            if resource.type in (_MAPPING, _PIPE) and _source_name(resource) in trigger.names
            for name in (resource.logical_id, resource.physical_id)
        ]
        yield trigger._replace(names=(*trigger.names[:-1], *more, trigger.names[-1]))


def _source_name(resource: StoredResource) -> str:
    """Returns the name of a mapping's queue, stream or table."""
    source = str(resource.properties.get("EventSourceArn") or resource.properties.get("Source") or "")
    table = re.search(r":table/([^/]+)/stream/", source)
    return table[1] if table else source.rpartition(":")[2].rpartition("/")[2]
