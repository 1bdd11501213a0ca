"""The properties that a deploy changes, as CloudFormation's change sets describe them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import dumps
from sfn_cli.stacks.deployment.changes import Action, PropertyChange
from sfn_cli.stacks.deployment.outputs import hidden_parameter_names
from sfn_cli.stacks.evaluation.intrinsics import get_att_parts, sub_references

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from sfn_cli.stacks.deployment.changes import Change
    from sfn_cli.stacks.deployment.provisioning import Wanted
    from sfn_cli.stacks.stack import Stack


def property_changes(
    stack: Stack, wanted: Wanted, changed_parameters: Container[str], earlier: Sequence[Change]
) -> tuple[PropertyChange, ...]:
    """Returns the properties of a resource that differ, with the cause of each.

    `earlier` are the changes of resources that it may refer to.
    """
    before = {} if wanted.old is None else wanted.old.properties
    after = wanted.properties
    declared = stack.resources[wanted.logical_id].get("Properties") or {}
    hidden = hidden_parameter_names(stack)
    actions = {change.logical_id: change.action for change in earlier}
    details = []
    for name in sorted({*before, *after}):
        if before.get(name) == after.get(name):
            continue
        is_replaced = wanted.row.update is None or name in wanted.row.replaced_by
        detail = PropertyChange(
            name,
            "Always" if is_replaced else "Never",
        )
        if not _is_secret(declared.get(name), hidden):
            detail = detail._replace(
                before=_property_change_text(before.get(name)), after=_property_change_text(after.get(name))
            )
        causes = list(_change_causes(declared.get(name), changed_parameters, actions))
        details += [
            detail._replace(evaluation=how, source=source, cause=cause) for how, source, cause in causes
        ]
        if not causes:
            details.append(detail)
    return tuple(details)


def _is_secret(value: Any, hidden: Container[str]) -> bool:
    """Whether a value may contain a secret: a dynamic reference, or a parameter with NoEcho."""
    return "{{resolve:" in dumps(value) or any(name in hidden for name, _ in _value_references(value))


def _change_causes(
    value: Any, parameters: Container[str], actions: dict[str, Action]
) -> Iterator[tuple[str, str, str]]:
    """Yields the evaluation, the ChangeSource and the CausingEntity of each changed reference."""
    seen = set()
    for name, attribute in _value_references(value):
        cause = None
        if attribute is None and name in parameters:
            cause = ("Static", "ParameterReference", name)
        elif actions.get(name) is Action.REPLACE and attribute is None:
            cause = ("Dynamic", "ResourceReference", name)
        elif actions.get(name) in (Action.REPLACE, Action.UPDATE) and attribute is not None:
            cause = ("Dynamic", "ResourceAttribute", f"{name}.{attribute}")
        if cause is not None and cause not in seen:
            seen.add(cause)
            yield cause


def _value_references(value: Any) -> Iterator[tuple[str, str | None]]:
    """Yields the names that a value refers to, each with its attribute (None for Ref)."""
    if isinstance(value, list):
        for item in value:
            yield from _value_references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref" and isinstance(item, str):
                yield item, None
            elif key == "Fn::GetAtt" and (parts := get_att_parts(item)) is not None:
                yield str(parts[0]), str(parts[1])
            elif key == "Fn::Sub":
                text = item[0] if isinstance(item, list) and item else item
                for found in sub_references(text) if isinstance(text, str) else ():
                    name, dot, attribute = found.partition(".")
                    yield name, attribute if dot else None
            yield from _value_references(item)


def _property_change_text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else dumps(value)
