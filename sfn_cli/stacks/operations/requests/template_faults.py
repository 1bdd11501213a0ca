"""Faults of a template that CloudFormation finds before it changes anything, in its own words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.evaluation.context import PseudoParameters
from sfn_cli.stacks.evaluation.parameter_values import ParameterError
from sfn_cli.stacks.evaluation.references import value_references
from sfn_cli.stacks.operations.identity import stack_validation_error
from sfn_cli.stacks.readers.sent_template import TransformError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.errors import ApiError, UsageError


_SECTIONS = frozenset(
    (
        "AWSTemplateFormatVersion", "Conditions", "Description", "Hooks", "Mappings", "Metadata", "Outputs",
        "Parameters", "Resources", "Rules", "Transform",
    )
)  # fmt: skip
_ATTRIBUTES = frozenset(
    (
        "Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type",
        "UpdatePolicy", "UpdateReplacePolicy",
    )
)  # fmt: skip
_PSEUDO_PARAMETERS = frozenset((*PseudoParameters("", "", "", "").values(), "AWS::NoValue"))
_TYPE = re.compile(r"(?:Custom::[A-Za-z0-9_@-]+|[A-Za-z0-9]{2,64}(?:::[A-Za-z0-9]{2,64}){2,3})")
_TERRAFORM = "Terraform::"
_MAX_DESCRIPTION = 1024


def check_sent_template(template: Mapping[str, Any]) -> None:
    """Checks a template after its transforms. Raises ApiError ValidationError."""
    unknown = [name for name in template if name not in _SECTIONS]
    if unknown:
        raise stack_validation_error(f"Invalid template property or properties [{', '.join(unknown)}]")
    description = template.get("Description")
    if description is not None and not isinstance(description, str):
        raise _format_error("Description must be a string.")
    if isinstance(description, str) and len(description.encode()) > _MAX_DESCRIPTION:
        raise _format_error(f"'Description' length is greater than {_MAX_DESCRIPTION}.")
    _check_sent_resources(template["Resources"])
    names = {*(template.get("Parameters") or {}), *template["Resources"], *_PSEUDO_PARAMETERS}
    for section in ("Resources", "Outputs"):
        _check_sent_references(template, section, names)


def _check_sent_resources(resources: Mapping[str, Mapping[str, Any]]) -> None:
    for logical_id, resource in resources.items():
        if not (logical_id.isascii() and logical_id.isalnum()):
            raise _format_error(f"Resource name {logical_id} is non alphanumeric.")
        for attribute in resource:
            if attribute not in _ATTRIBUTES:
                raise stack_validation_error(f"Invalid template resource property '{attribute}'")
    unknown = [
        kind
        for resource in resources.values()
        if not _TYPE.fullmatch(kind := resource["Type"]) or kind.startswith(_TERRAFORM)
    ]
    if unknown:
        raise _format_error(f"Unrecognized resource types: [{', '.join(dict.fromkeys(unknown))}]")


def _check_sent_references(template: Mapping[str, Any], section: str, names: set[str]) -> None:
    found = template.get(section) or {}
    unresolved: dict[str, None] = {}
    for logical_id, value in found.items():
        depends_on = value.get("DependsOn") if section == "Resources" else None
        for name in depends_on if isinstance(depends_on, list) else [depends_on]:
            if isinstance(name, str) and name not in template["Resources"]:
                unresolved[name] = None
        if section == "Outputs" and not (isinstance(value, dict) and "Value" in value):
            raise _format_error(f"Output {logical_id} is malformed. Every output needs a Value.")
        for name, is_attribute in value_references(value):
            if is_attribute and name not in template["Resources"]:
                raise stack_validation_error(
                    f"Template error: instance of Fn::GetAtt references undefined resource {name}"
                )
            if not is_attribute and name not in names:
                unresolved[name] = None
    if unresolved:
        raise _format_error(
            f"Unresolved resource dependencies [{', '.join(unresolved)}] in the {section} block of the "
            "template"
        )


def _format_error(message: str) -> ApiError:
    return stack_validation_error(f"Template format error: {message}")


# Errors of reading and of evaluation


def sent_template_error(error: UsageError) -> ApiError:
    """Returns an error of reading or evaluating a template in CloudFormation's words, where known."""
    if isinstance(error, ParameterError):
        return stack_validation_error(_parameter_fault_text(error))
    message = getattr(error, "message", str(error))
    if isinstance(error, TransformError):
        return stack_validation_error(message)
    place = getattr(error, "place", None)
    for language in ("YAML", "JSON"):
        prefix = f"Invalid {language}: "
        if message.startswith(prefix) and place is not None:
            where = f"(line {place.line}, column {place.column})"
            return _format_error(f"{language} not well-formed. {where}: {message.removeprefix(prefix)}")
    if message == "A template must be an object.":
        return _format_error("unsupported structure.")
    if message == "The template has no Resources.":
        return _format_error("At least one Resources member must be defined.")
    if message.endswith("must be an object with a Type."):
        noun, name = ("Resources" if "resource" in message else "Parameters"), message.split('"')[1]
        return _format_error(f"[/{noun}/{name}] Every {noun} object must contain a Type member.")
    if message.startswith("Circular dependency between resources: "):
        names = dict.fromkeys(message.removeprefix("Circular dependency between resources: ").split(" -> "))
        return stack_validation_error(f"Circular dependency between resources: [{', '.join(names)}]")
    if message.startswith("No stack exports "):
        return stack_validation_error(f"No export named {message.split(chr(34))[1]} found")
    return stack_validation_error(f"Template error: {message}")


def _parameter_fault_text(error: ParameterError) -> str:
    name, bound = error.name, error.fault.bound
    if error.fault.constraint == "Stored":
        return f"Unable to fetch parameters [{bound}] from parameter store for this account."
    if error.description is not None:
        return f"Parameter {name} failed to satisfy constraint: {error.description}"
    return {
        "AllowedValues": f"Parameter '{name}' must be one of AllowedValues",
        "AllowedPattern": f"Parameter '{name}' must match pattern {bound}",
        "Number": f"Parameter '{name}' must be a number.",
        "MinValue": f"Parameter '{name}' must be a number not less than {bound}",
        "MaxValue": f"Parameter '{name}' must be a number not greater than {bound}",
        "MinLength": f"Parameter '{name}' must contain at least {bound} characters",
        "MaxLength": f"Parameter '{name}' must contain at most {bound} characters",
    }[error.fault.constraint]
