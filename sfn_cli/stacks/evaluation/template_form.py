"""Checks the form of a template before its evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.evaluation.suggestions import suggested_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.stacks.stack import Path_, TemplateError

_SECTIONS = ("Parameters", "Mappings", "Conditions", "Resources", "Outputs")
_TYPED = {"Parameters": "parameter", "Resources": "resource"}
_LIMITS = ("MinLength", "MaxLength", "MinValue", "MaxValue")


def check_template_form(template: Mapping[str, Any], error: Callable[[Path_, str], TemplateError]) -> None:
    """Checks that sections are objects, and that parameters and resources have types.

    Raises the TemplateError that `error` returns for a path and a message.
    """
    for section in _SECTIONS:
        if not isinstance(template.get(section) or {}, dict):
            raise error((section,), f"{section} must be an object.")
    if not template.get("Resources"):
        raise error(("Resources",), "The template has no Resources.")
    for section, noun in _TYPED.items():
        for name, declaration in (template.get(section) or {}).items():
            if not isinstance(declaration, dict) or not isinstance(declaration.get("Type"), str):
                raise error((section, name), f'The {noun} "{name}" must be an object with a Type.')
    for name, declaration in (template.get("Parameters") or {}).items():
        for limit in _LIMITS:
            if not _is_number(declaration.get(limit, 0)):
                raise error(
                    ("Parameters", name, limit), f'{limit} of the parameter "{name}" must be a number.'
                )


def check_dependencies(template: Mapping[str, Any], error: Callable[[Path_, str], TemplateError]) -> None:
    """Checks that every DependsOn names a resource of the template, after its transforms.

    Raises the TemplateError that `error` returns for a path and a message.
    """
    resources = template["Resources"]
    for logical_id, resource in resources.items():
        names = resource.get("DependsOn")
        for name in names if isinstance(names, list) else [names]:
            if isinstance(name, str) and name not in resources:
                raise error(
                    ("Resources", logical_id, "DependsOn"),
                    f'There is no resource "{name}".{suggested_name(name, resources)}',
                )


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
