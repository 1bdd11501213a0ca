"""Reads definitions in YAML: their value as JSON, or the places of values in the text.

Plain scalars are read by YAML's JSON schema, as in the AWS Toolkit: a date, a version such as 1.2.3,
`yes` and `on` are strings, and every field's name is a string.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import yaml

from sfn_cli import jsonvalue
from sfn_cli.json_locations import Place
from sfn_cli.json_pointer import pointer
from sfn_cli.yaml_text.limited_loader import LimitedLoader, yaml_error_of_parser
from sfn_cli.yaml_text.limits import MAX_CHARACTERS, MAX_DIGITS, InvalidYamlError, yaml_error_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sfn_cli.jsonvalue import Json

_TAG = "tag:yaml.org,2002:"


class _DefinitionLoader(LimitedLoader):
    """Composes nodes with the tags of YAML's JSON schema and of `<<`."""


_DefinitionLoader.yaml_implicit_resolvers = {}
for _kind, _plain in {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?(?:0b[01]+|0o[0-7]+|0x[0-9a-fA-F]+|[0-9]+)",
    "float": r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)",
    "merge": r"<<",
}.items():
    _DefinitionLoader.add_implicit_resolver(f"{_TAG}{_kind}", re.compile(rf"(?:{_plain})\Z"), None)


def load_yaml_definition(text: str) -> Json:
    """Returns the value of a definition in YAML. Raises InvalidYamlError."""
    return _node_value(_compose_definition(text))


def yaml_places(text: str, locations: Iterable[str]) -> dict[str, Place]:
    """Returns the place of each existing location in a YAML text, as `json_places` does for JSON.

    Fields that `<<` merges have no place. Raises InvalidYamlError.
    """
    wanted = {"" if location == "/" else location: location for location in locations}
    root = _compose_definition(text)
    return {wanted[path]: place for path, place in _node_places(root, "", None) if path in wanted}


def _compose_definition(text: str) -> yaml.Node:
    if len(text) > MAX_CHARACTERS:
        raise InvalidYamlError(f"the text is longer than {MAX_CHARACTERS:,} characters")
    jsonvalue.raise_recursion_limit()
    try:
        node = _DefinitionLoader(text).get_single_node()
    except InvalidYamlError:
        raise
    except (yaml.YAMLError, ValueError) as error:
        raise yaml_error_of_parser(error) from None
    if node is None:
        raise InvalidYamlError("the document is empty")
    return node


def _node_value(node: yaml.Node) -> Json:
    kind = node.tag.removeprefix(_TAG)
    if isinstance(node, yaml.MappingNode) and kind == "map":
        return _mapping_node_value(node)
    if isinstance(node, yaml.SequenceNode) and kind == "seq":
        return [_node_value(item) for item in node.value]
    if isinstance(node, yaml.ScalarNode):
        match kind:
            case "str" | "merge":
                return str(node.value)
            case "null":
                return None
            case "bool":
                return str(node.value).lower() == "true"
            case "int" | "float":
                return _number_node_value(node)
    raise yaml_error_at(node, f"the tag {node.tag.replace(_TAG, '!!')} is not supported in a definition")


def _mapping_node_value(node: yaml.MappingNode) -> dict[str, Json]:
    """Returns an object; the fields that `<<` merges come first, and the node's fields override them."""
    merged: dict[str, Json] = {}
    own: dict[str, Json] = {}
    for key, value in node.value:
        if _is_merge_key(key):
            for fields in reversed(_merged_node_values(value)):  # the first map that has a field has priority
                merged.update(fields)
            continue
        name = _node_name(key)
        if name in own:
            raise yaml_error_at(key, f"the name {name!r} occurs twice")
        own[name] = _node_value(value)
    return {**merged, **own}


def _merged_node_values(node: yaml.Node) -> list[dict[str, Json]]:
    nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
    maps = [each for each in nodes if isinstance(each, yaml.MappingNode)]
    if len(maps) < len(nodes):
        raise yaml_error_at(node, "'<<' can merge only maps")
    return [_mapping_node_value(each) for each in maps]


def _is_merge_key(key: yaml.Node) -> bool:
    return key.tag == f"{_TAG}merge"


def _node_name(key: yaml.Node) -> str:
    if not isinstance(key, yaml.ScalarNode):
        raise yaml_error_at(key, "a field's name must be a string, not a list or a map")
    return str(key.value)


def _number_node_value(node: yaml.ScalarNode) -> int | float:
    text = str(node.value)
    try:
        if len(text) > MAX_DIGITS:
            raise ValueError
        digits = text.lstrip("+-")
        base = {"0b": 2, "0o": 8, "0x": 16}.get(digits[:2], 10)
        if base != 10:
            return int(digits, base) * (-1 if text.startswith("-") else 1)
        if digits.isdigit():
            return int(text)
        number = float(text)
        if math.isfinite(number):
            return number
    except ValueError:
        pass
    raise yaml_error_at(node, "JSON does not support this number")


def _node_places(node: yaml.Node, path: str, key: int | None) -> Iterator[tuple[str, Place]]:
    yield path, Place(key, node.start_mark.index, not isinstance(node, yaml.ScalarNode))
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if not _is_merge_key(name):
                yield from _node_places(value, f"{path}/{pointer(_node_name(name))}", name.start_mark.index)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _node_places(item, f"{path}[{index}]", None)
