"""The intrinsic functions of CloudFormation, in one table.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from sfn_cli import jsonvalue
from sfn_cli.stacks.evaluation.cidr import CidrError, cidr_blocks
from sfn_cli.stacks.evaluation.resolution import NO_VALUE, Resolution
from sfn_cli.stacks.evaluation.suggestions import suggested_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.jsonvalue import Json
    from sfn_cli.stacks.evaluation.resolution import Intrinsic
    from sfn_cli.stacks.stack import Path_

_SUB_VARIABLE = re.compile(r"\$\{([^}]*)\}")


def sub_references(text: str) -> list[str]:
    """Returns the references in a text of Fn::Sub, "Name" or "Name.Attribute", without literals."""
    found = (name.strip() for name in _SUB_VARIABLE.findall(text))
    return [name for name in found if not name.startswith("!")]


def get_att_parts(argument: Any) -> tuple[Any, Any] | None:
    """Returns the resource and the attribute in the argument of Fn::GetAtt; None if it is invalid."""
    if isinstance(argument, str) and "." in argument:
        name, attribute = argument.split(".", 1)
        return name, attribute
    if isinstance(argument, list) and len(argument) == 2:
        return argument[0], argument[1]
    if isinstance(argument, list) and len(argument) > 2 and all(isinstance(part, str) for part in argument):
        return argument[0], ".".join(argument[1:])
    return None


def _call_ref(resolution: Resolution, argument: Any, path: Path_) -> Json:
    return resolution.reference(
        argument if isinstance(argument, str) else resolution.value(argument, path), path
    )


def _call_get_att(resolution: Resolution, argument: Any, path: Path_) -> Json:
    parts = get_att_parts(argument)
    if parts is None:
        raise resolution.error(path, "Fn::GetAtt needs a resource and an attribute: [RESOURCE, ATTRIBUTE].")
    return resolution.attribute(resolution.text(parts[0], path), resolution.text(parts[1], path), path)


def _call_sub(resolution: Resolution, argument: Any, path: Path_) -> Json:
    text, own, own_path = argument, {}, path
    if isinstance(argument, list):
        if len(argument) != 2 or not isinstance(argument[1], dict):
            raise resolution.error(path, "Fn::Sub needs a string, or a list: [STRING, {NAME: VALUE}].")
        text, own = argument
        own_path = (*path, 1)
    if not isinstance(text, str):
        raise resolution.error(path, "Fn::Sub needs a string, or a list: [STRING, {NAME: VALUE}].")
    values = {name: resolution.value(value, (*own_path, name)) for name, value in own.items()}

    def replacement(found: re.Match[str]) -> str:
        name = found[1].strip()
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if name in values:
            value = values[name]
            return "" if value is NO_VALUE else resolution.as_text(value, (*own_path, name))
        if "." in name and "::" not in name:
            resource, attribute = name.split(".", 1)
            value = resolution.attribute(resource, attribute, path)
        else:
            value = resolution.reference(name, path)
        if isinstance(value, list | dict) or value is NO_VALUE:
            raise resolution.error(path, f'"${{{name}}}" in Fn::Sub is not a string.')
        return resolution.as_text(value, path)

    return _SUB_VARIABLE.sub(replacement, text)


def _call_join(resolution: Resolution, argument: Any, path: Path_) -> Json:
    if not (isinstance(argument, list) and len(argument) == 2 and isinstance(argument[0], str)):
        raise resolution.error(path, "Fn::Join needs a delimiter and a list: [DELIMITER, [VALUE, …]].")
    items = resolution.sequence(argument[1], (*path, 1))
    return argument[0].join(resolution.as_text(item, (*path, 1, index)) for index, item in enumerate(items))


def _call_split(resolution: Resolution, argument: Any, path: Path_) -> Json:
    if not (
        isinstance(argument, list) and len(argument) == 2 and isinstance(argument[0], str) and argument[0]
    ):
        raise resolution.error(path, "Fn::Split needs a delimiter and a string: [DELIMITER, STRING].")
    return resolution.text(argument[1], (*path, 1)).split(argument[0])


def _call_select(resolution: Resolution, argument: Any, path: Path_) -> Json:
    if not (isinstance(argument, list) and len(argument) == 2):
        raise resolution.error(path, "Fn::Select needs an index and a list: [INDEX, [VALUE, …]].")
    index = resolution.text(argument[0], (*path, 0))
    items = resolution.sequence(argument[1], (*path, 1))
    if not index.isdecimal():
        raise resolution.error((*path, 0), f'The index of Fn::Select must be 0 or greater, not "{index}".')
    if int(index) >= len(items):
        raise resolution.error(
            path, f"The index of Fn::Select is {index} (the first is 0), but the list has {len(items)} items."
        )
    return items[int(index)]


def _call_if(resolution: Resolution, argument: Any, path: Path_) -> Json:
    if not (isinstance(argument, list) and len(argument) == 3):
        raise resolution.error(
            path, "Fn::If needs a condition and two values: [CONDITION, IF TRUE, IF FALSE]."
        )
    name = argument[0]
    holds = (
        resolution.condition(name, (*path, 0))
        if isinstance(name, str)
        else resolution.boolean(name, (*path, 0))
    )
    branch = 1 if holds else 2
    return resolution.value(argument[branch], (*path, branch))


def _call_equals(resolution: Resolution, argument: Any, path: Path_) -> Json:
    if not (isinstance(argument, list) and len(argument) == 2):
        raise resolution.error(path, "Fn::Equals needs two values: [VALUE, VALUE].")
    left, right = (resolution.value(item, (*path, index)) for index, item in enumerate(argument))
    if isinstance(left, list | dict) or isinstance(right, list | dict):
        return left == right
    return resolution.as_text(left, (*path, 0)) == resolution.as_text(right, (*path, 1))


def _operands(resolution: Resolution, argument: Any, path: Path_, name: str) -> list[bool]:
    if not (isinstance(argument, list) and argument):
        raise resolution.error(path, f"{name} needs a list of conditions.")
    return [resolution.boolean(item, (*path, index)) for index, item in enumerate(argument)]


def _call_and(resolution: Resolution, argument: Any, path: Path_) -> Json:
    return all(_operands(resolution, argument, path, "Fn::And"))


def _call_or(resolution: Resolution, argument: Any, path: Path_) -> Json:
    return any(_operands(resolution, argument, path, "Fn::Or"))


def _call_not(resolution: Resolution, argument: Any, path: Path_) -> Json:
    operands = _operands(resolution, argument, path, "Fn::Not")
    if len(operands) != 1:
        raise resolution.error(path, "Fn::Not needs a list with one condition.")
    return not operands[0]


def _call_find_in_map(resolution: Resolution, argument: Any, path: Path_) -> Json:
    if not (isinstance(argument, list) and len(argument) in (3, 4)):
        raise resolution.error(path, "Fn::FindInMap needs a map and two keys: [MAP, TOP KEY, SECOND KEY].")
    options = argument[3] if len(argument) > 3 else {}
    if not isinstance(options, dict):
        raise resolution.error((*path, 3), "The fourth value of Fn::FindInMap must be {DefaultValue: VALUE}.")
    default = options.get("DefaultValue", NO_VALUE)
    found = resolution.stack.template.get("Mappings") or {}
    for index, kind in enumerate(("mapping", "top-level key", "second-level key")):
        key = resolution.text(argument[index], (*path, index))
        if not isinstance(found, dict) or key not in found:
            if default is not NO_VALUE:
                return resolution.value(default, (*path, 3, "DefaultValue"))
            names = [str(name) for name in found] if isinstance(found, dict) else []
            raise resolution.error((*path, index), f'There is no {kind} "{key}".{suggested_name(key, names)}')
        found = found[key]
    return found


def _call_import_value(resolution: Resolution, argument: Any, path: Path_) -> Json:
    name = resolution.text(argument, path)
    value = resolution.lookups.export(name)
    if value is None:
        raise resolution.error(path, f'No stack exports "{name}". Deploy the stack that exports it first.')
    return value


def _call_base64(resolution: Resolution, argument: Any, path: Path_) -> Json:
    return base64.b64encode(resolution.text(argument, path).encode()).decode()


def _call_cidr(resolution: Resolution, argument: Any, path: Path_) -> Json:
    if not (isinstance(argument, list) and len(argument) in (2, 3)):
        raise resolution.error(
            path, "Fn::Cidr needs a block, a count and the bits of a subnet: [BLOCK, COUNT, BITS]."
        )
    block, *numbers = (resolution.text(item, (*path, index)) for index, item in enumerate(argument))
    try:
        return cidr_blocks(block, *numbers)
    except CidrError as error:
        raise resolution.error(path, str(error)) from None


def _call_get_azs(resolution: Resolution, argument: Any, path: Path_) -> Json:
    region = resolution.text(argument, path) or resolution.reference("AWS::Region", path)
    return [f"{region}{zone}" for zone in "abc"]


def _call_length(resolution: Resolution, argument: Any, path: Path_) -> Json:
    return len(resolution.sequence(argument, path))


def _call_to_json_string(resolution: Resolution, argument: Any, path: Path_) -> Json:
    return jsonvalue.dumps(resolution.value(argument, path))


def _call_transform(resolution: Resolution, argument: Any, path: Path_) -> Json:
    name = argument.get("Name") if isinstance(argument, dict) else None
    if name == "AWS::Include":
        raise resolution.error(path, "AWS::Include reads only local files. Set Location to a local path.")
    raise resolution.error(path, f'The macro "{name}" is not supported: macros run only in an AWS account.')


FUNCTIONS: Mapping[str, Intrinsic] = {
    "Ref": _call_ref,
    "Fn::And": _call_and,
    "Fn::Base64": _call_base64,
    "Fn::Cidr": _call_cidr,
    "Fn::Equals": _call_equals,
    "Fn::FindInMap": _call_find_in_map,
    "Fn::GetAZs": _call_get_azs,
    "Fn::GetAtt": _call_get_att,
    "Fn::If": _call_if,
    "Fn::ImportValue": _call_import_value,
    "Fn::Join": _call_join,
    "Fn::Length": _call_length,
    "Fn::Not": _call_not,
    "Fn::Or": _call_or,
    "Fn::Select": _call_select,
    "Fn::Split": _call_split,
    "Fn::Sub": _call_sub,
    "Fn::ToJsonString": _call_to_json_string,
    "Fn::Transform": _call_transform,
}
