"""The values of a template's parameters: given, default, or looked up, with the checks that AWS does.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.errors import UsageError
from sfn_cli.stacks.evaluation.suggestions import suggested_name
from sfn_cli.stacks.stack import TemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.jsonvalue import Json
    from sfn_cli.stacks.evaluation.context import Lookups
    from sfn_cli.stacks.stack import Path_, SourcePlace, Stack

_STORED = re.compile(r"AWS::SSM::Parameter::Value<(.*)>")
_LIST = re.compile(r"(?:AWS::[A-Za-z0-9:]+::)?List<(.*)>")

HIDDEN = "****"
"""What CloudFormation shows instead of the value of a parameter with NoEcho."""


class ParameterFault(NamedTuple):
    """The constraint that a value violates, or "Stored" for an SSM parameter that does not exist."""

    constraint: str
    """AllowedValues, AllowedPattern, Number, MinValue, MaxValue, MinLength or MaxLength."""
    bound: str
    """The constraint's value; for "Stored", the name of the SSM parameter."""
    reason: str
    """For people: "is not one of: dev, prod"."""


class ParameterError(TemplateError):
    """A value that violates its parameter's constraints; `description` is the ConstraintDescription."""

    def __init__(
        self, place: SourcePlace, message: str, name: str, fault: ParameterFault, description: str | None
    ) -> None:
        super().__init__(place, message)
        self.name = name
        self.fault = fault
        self.description = description


def is_hidden_parameter(declaration: Mapping[str, Any]) -> bool:
    """Whether the value of a parameter is a secret (NoEcho)."""
    return str(declaration.get("NoEcho")).lower() == "true"


REGION: Mapping[str, str] = {"Ref": "AWS::Region"}
"""The value of a project's parameter that is the deployment's region."""


def with_region_parameters(stack: Stack, given: Mapping[str, str], region: str) -> dict[str, str]:
    """Returns the user's values, with the region for the parameters that the project sets to REGION."""
    return {**{name: region for name, value in stack.parameters.items() if value == REGION}, **given}


def parameter_values(stack: Stack, given: Mapping[str, str], lookups: Lookups) -> dict[str, Json]:
    """Returns the value of each parameter as Ref returns it: a text, a number or a list.

    The user's values override the project's, which override defaults. Raises UsageError for unknown
    names and for parameters without a value, TemplateError for values that violate the parameter's
    constraints.
    """
    declared = stack.template.get("Parameters") or {}
    for name in given:
        if name not in declared:
            raise UsageError(f'{stack.source} has no parameter "{name}".{suggested_name(name, declared)}')
    values: dict[str, Json] = {}
    absent = []
    for name, declaration in declared.items():
        path = ("Parameters", name)
        text = given.get(name, stack.parameters.get(name, declaration.get("Default")))
        if text is None:
            absent.append(name)
        else:
            values[name] = _parameter_value(stack, lookups, declaration, text, path)
    if absent:
        raise UsageError(_missing_parameters_message(stack, absent))
    return values


def _missing_parameters_message(stack: Stack, names: list[str]) -> str:
    needed = " ".join(f"--parameter {name}=VALUE" for name in names)
    what = (
        f'The parameter "{names[0]}" needs a value'
        if len(names) == 1
        else (f"The parameters {', '.join(names)} need values")
    )
    return f"{stack.place(('Parameters', names[0]))}: {what}: {needed}"


def _parameter_value(
    stack: Stack, lookups: Lookups, declaration: Mapping[str, Any], given: Any, path: Path_
) -> Json:
    kind: str = declaration["Type"]
    name = path[-1]
    text = _parameter_text(given)
    if text is None:
        raise stack.error(
            (*path, "Default"), f'The value of the parameter "{name}" must be a string or a number.'
        )
    _check_parameter(stack, declaration, kind, text, path)
    if stored := _STORED.fullmatch(kind):
        found = lookups.stored_parameter(text, None)
        if found is None:
            raise ParameterError(
                stack.place(path),
                f'The parameter "{name}" refers to the SSM parameter "{text}", which does not exist locally. '
                f"Create it, or name another one: --parameter {name}=NAME",
                str(name),
                ParameterFault("Stored", text, "does not exist"),
                None,
            )
        text, kind = found, stored[1]
    if kind == "CommaDelimitedList" or (items := _LIST.fullmatch(kind)):
        parts = [part.strip() for part in text.split(",")] if text else []
        is_numbers = kind != "CommaDelimitedList" and items is not None and items[1] == "Number"
        return [_number(part) for part in parts] if is_numbers else parts
    return _number(text) if kind == "Number" else text


def _parameter_text(value: Any) -> str | None:
    """Returns a default or given value as text; None for an object or null."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, list):
        parts = [_parameter_text(item) for item in value]
        return None if None in parts else ",".join(filter(None, parts))
    return None


def _number(text: str) -> int | float:
    value = float(text)
    return int(text) if re.fullmatch(r"[-+]?\d+", text) else value


def _check_parameter(stack: Stack, declaration: Mapping[str, Any], kind: str, text: str, path: Path_) -> None:
    """Checks a value against the parameter's constraints. Raises TemplateError."""
    is_list = kind == "CommaDelimitedList" or (_LIST.fullmatch(kind) is not None)
    fault = next(
        (
            found
            for part in ([part.strip() for part in text.split(",")] if is_list else [text])
            if (found := _parameter_fault(declaration, kind, part)) is not None
        ),
        None,
    )
    if fault is not None:
        shown = HIDDEN if is_hidden_parameter(declaration) else f'"{text}"'
        constraint = declaration.get("ConstraintDescription")
        reason = f"is not valid: {str(constraint).rstrip('.')}" if constraint else fault.reason
        raise ParameterError(
            stack.place(path),
            f'The value {shown} of the parameter "{path[-1]}" {reason}.',
            str(path[-1]),
            fault,
            str(constraint) if constraint else None,
        )


def _parameter_fault(declaration: Mapping[str, Any], kind: str, text: str) -> ParameterFault | None:
    """Returns why a value is invalid for a parameter, or None."""
    allowed = declaration.get("AllowedValues")
    if isinstance(allowed, list) and text not in (
        texts := [_parameter_text(value) or "" for value in allowed]
    ):
        return ParameterFault("AllowedValues", ", ".join(texts), f"is not one of: {', '.join(texts)}")
    pattern = declaration.get("AllowedPattern")
    if isinstance(pattern, str) and not _matches_pattern(pattern, text):
        return ParameterFault("AllowedPattern", pattern, f"does not match the pattern {pattern}")
    if "Number" in kind:
        try:
            number = float(text)
        except ValueError:
            return ParameterFault("Number", "", "is not a number")
        for limit, is_beyond, words in (
            ("MinValue", number.__lt__, "less"),
            ("MaxValue", number.__gt__, "more"),
        ):
            bound = declaration.get(limit)
            if bound is not None and is_beyond(float(bound)):
                return ParameterFault(limit, str(bound), f"is {words} than {bound}")
    else:
        size = float(len(text))
        for limit, is_past, words in (
            ("MinLength", size.__lt__, "shorter"),
            ("MaxLength", size.__gt__, "longer"),
        ):
            bound = declaration.get(limit)
            if bound is not None and is_past(float(bound)):
                return ParameterFault(limit, str(bound), f"is {words} than {bound} characters")
    return None


def _matches_pattern(pattern: str, text: str) -> bool:
    """Whether a text matches a pattern of the template; an invalid pattern matches every text."""
    import regex

    try:
        return regex.fullmatch(pattern, text, timeout=1) is not None
    except (regex.error, TimeoutError):
        return True
