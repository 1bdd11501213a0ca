"""Inlines nested stacks into their parent: the result has no AWS::CloudFormation::Stack.

The resources of a nested stack with a local template become resources of its parent. Their logical
ids begin with that of the nested stack: "Billing" and "Queue" become "BillingQueue". References to a
parameter are replaced with the value that the parent passes, and references to an output
({"Fn::GetAtt": ["Billing", "Outputs.Url"]}) with the output's value. Conditions and mappings move too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.evaluation.intrinsics import get_att_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STACK = "AWS::CloudFormation::Stack"

_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")
_NO_VALUE = {"Ref": "AWS::NoValue"}

Template = dict[str, Any]


def inline_nested_stacks(
    template: Mapping[str, Any], template_of: Callable[[str, Mapping[str, Any]], Mapping[str, Any] | None]
) -> Template:
    """Returns a template in which nested stacks are replaced with their resources.

    `template_of` is called with a nested stack's logical id and resource. It returns the nested
    template, whose own nested stacks are already inlined, or None if the template is not a local file.
    Such a nested stack is left unchanged.
    """
    result: Template = dict(template)
    resources: dict[str, Any] = dict(template.get("Resources") or {})
    inlined: dict[str, _InlinedStack] = {}
    for logical_id, resource in list(resources.items()):
        if not isinstance(resource, dict) or resource.get("Type") != STACK:
            continue
        nested = template_of(logical_id, resource)
        if nested is not None:
            inlined[logical_id] = _InlinedStack(logical_id, resource, nested)
            del resources[logical_id]
    if not inlined:
        return result
    for stack in inlined.values():
        resources.update(stack.resources())
        for section in ("Conditions", "Mappings"):
            if added := stack.section(section):
                result[section] = {**(result.get(section) or {}), **added}
    outputs = {name: stack.outputs() for name, stack in inlined.items()}
    rewriter = _ParentRewriter(outputs, {name: list(stack.resources()) for name, stack in inlined.items()})
    # An argument of a nested stack may be the output of another: each pass resolves one level.
    for _ in range(len(inlined) + 1):
        resources = rewriter.rewrite(resources)
    result["Resources"] = resources
    if "Outputs" in result:
        result["Outputs"] = rewriter.rewrite(rewriter.rewrite(result["Outputs"]))
    return result


class _InlinedStack:
    """The parts of one nested stack, with their names in the parent."""

    def __init__(self, prefix: str, resource: Mapping[str, Any], template: Mapping[str, Any]) -> None:
        self._resource = resource
        self._template = template
        properties = resource.get("Properties") or {}
        given = properties.get("Parameters") or {}
        self._parameters = {
            name: given.get(name, declared.get("Default", _NO_VALUE))
            for name, declared in (template.get("Parameters") or {}).items()
        }
        self._names: dict[str, dict[str, str]] = {
            section: {name: prefix + name for name in template.get(section) or {}}
            for section in ("Resources", "Conditions", "Mappings")
        }

    def resources(self) -> Template:
        found: Template = {}
        waits_for = _names_of_depends_on(self._resource.get("DependsOn"))
        for name, resource in (self._template.get("Resources") or {}).items():
            renamed = self._renamed(resource)
            if "Condition" in resource:
                renamed["Condition"] = self._names["Conditions"].get(
                    resource["Condition"], resource["Condition"]
                )
            elif "Condition" in self._resource:
                renamed["Condition"] = self._resource["Condition"]
            own = [
                self._names["Resources"].get(other, other)
                for other in _names_of_depends_on(resource.get("DependsOn"))
            ]
            if own or waits_for:
                renamed["DependsOn"] = [*own, *waits_for]
            found[self._names["Resources"][name]] = renamed
        return found

    def section(self, name: str) -> Template:
        values = self._template.get(name) or {}
        return {self._names[name][key]: self._renamed(value) for key, value in values.items()}

    def outputs(self) -> Template:
        return {
            name: self._renamed(output.get("Value"))
            for name, output in (self._template.get("Outputs") or {}).items()
        }

    def _renamed(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._renamed(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((function, argument),) = value.items()
            match function, argument:
                case "Ref", str():
                    if argument in self._parameters:
                        return self._parameters[argument]
                    return {"Ref": self._names["Resources"].get(argument, argument)}
                case "Fn::GetAtt", [str() as name, *rest]:
                    return {function: [self._names["Resources"].get(name, name), *self._renamed(rest)]}
                case "Fn::GetAtt", str():
                    name, _, attribute = argument.partition(".")
                    return {function: [self._names["Resources"].get(name, name), attribute]}
                case "Condition", str():
                    return {function: self._names["Conditions"].get(argument, argument)}
                case "Fn::If", [str() as name, *rest]:
                    return {function: [self._names["Conditions"].get(name, name), *self._renamed(rest)]}
                case "Fn::FindInMap", [str() as name, *rest]:
                    return {function: [self._names["Mappings"].get(name, name), *self._renamed(rest)]}
                case "Fn::Sub", str():
                    return self._renamed_sub(argument, {})
                case "Fn::Sub", [str() as text, dict() as variables]:
                    return self._renamed_sub(text, self._renamed(variables))
        return {key: self._renamed(item) for key, item in value.items()}

    def _renamed_sub(self, text: str, variables: Template) -> Template:
        """Returns Fn::Sub with the parent's names; parameters become its variables."""
        added = dict(variables)

        def renamed(match: re.Match[str]) -> str:
            name = match[1]
            first, dot, attribute = name.partition(".")
            if name in variables or name.startswith("AWS::"):
                return match[0]
            if name in self._parameters:
                added[name] = self._parameters[name]
                return match[0]
            return "${" + self._names["Resources"].get(first, first) + dot + attribute + "}"

        text = _VARIABLE.sub(renamed, text)
        return {"Fn::Sub": [text, added] if added else text}


class _ParentRewriter:
    """Replaces references to nested stacks in their parent."""

    def __init__(self, outputs: Mapping[str, Template], resources: Mapping[str, list[str]]) -> None:
        self._outputs = outputs
        self._resources = resources

    def rewrite(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.rewrite(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((function, argument),) = value.items()
            if function == "Fn::GetAtt":
                name, attribute = get_att_parts(argument) or ("", "")
                output = str(attribute).removeprefix("Outputs.")
                if output != attribute and output in self._outputs.get(name, {}):
                    return self._outputs[name][output]
            elif function == "Fn::Sub":
                return self._rewrite_sub(argument)
        rewritten = {key: self.rewrite(item) for key, item in value.items()}
        if "Type" in rewritten and "DependsOn" in rewritten:
            rewritten["DependsOn"] = [
                other
                for name in _names_of_depends_on(rewritten["DependsOn"])
                for other in self._resources.get(name, [name])
            ]
        return rewritten

    def _rewrite_sub(self, argument: Any) -> Template:
        text, variables = argument if isinstance(argument, list) else (argument, {})
        added = {name: self.rewrite(item) for name, item in variables.items()}

        def rewritten(match: re.Match[str]) -> str:
            name, _, output = match[1].partition(".Outputs.")
            if output not in self._outputs.get(name, {}):
                return match[0]
            added[variable := f"{name}Outputs{output}"] = self._outputs[name][output]
            return "${" + variable + "}"

        text = _VARIABLE.sub(rewritten, text)
        return {"Fn::Sub": [text, added] if added else text}


def _names_of_depends_on(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])
