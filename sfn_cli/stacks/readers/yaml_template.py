"""Reads YAML as CloudFormation does: with short forms, and with the place of each value.

The text is first composed to nodes, within limits. Values and places are then built from the nodes.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml
from yaml.resolver import Resolver

from sfn_cli import jsonvalue
from sfn_cli.stacks.stack import Path_, SourcePlace, TemplateError
from sfn_cli.yaml_text.limits import MAX_DIGITS, InvalidYamlError, LimitedComposer, yaml_error_at

MAX_EXPANDED = 32 * 2**20
"""Larger than for other YAML, because a template may include OpenAPI documents."""

_STANDARD = "tag:yaml.org,2002:"
_NUMBER = r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*(?:[eE][-+]?[0-9]+)?)?|[-+]?\.[0-9][0-9_]*|0b[01_]+|0x[0-9a-fA-F_]+"
"""The numbers of YAML 1.1, without those in base 60 and those that JSON does not have."""
_TRUE = frozenset({"true", "yes", "on"})

_EventParser: Any
if yaml.__with_libyaml__:
    from yaml.cyaml import CParser as _EventParser  # type: ignore[attr-defined]
else:

    class _PythonParser(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):
        def __init__(self, stream: str) -> None:
            yaml.reader.Reader.__init__(self, stream)
            yaml.scanner.Scanner.__init__(self)
            yaml.parser.Parser.__init__(self)

    _EventParser = _PythonParser


class YamlTemplate(NamedTuple):
    """A YAML text that was read."""

    value: Any
    places: dict[Path_, SourcePlace]
    duplicates: list[tuple[str, SourcePlace]]
    """Keys that occur twice in an object, with the place of the second one: the last value is used."""


def load_yaml_template(text: str, file: str, *, words_are_booleans: bool = True) -> YamlTemplate:
    """Returns the value of a YAML text and the places of its parts. Raises TemplateError.

    `words_are_booleans` says whether `yes`, `no`, `on` and `off` are booleans, as in YAML 1.1.
    """
    jsonvalue.raise_recursion_limit()
    builder = _TemplateBuilder(file, words_are_booleans)
    try:
        node = _TemplateComposer(text).get_single_node()
        value = None if node is None else builder.value(node, ())
    except InvalidYamlError as error:
        place = SourcePlace(file, error.line or 1, error.column or 1)
        raise TemplateError(place, f"Invalid YAML: {error.problem}") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = SourcePlace(file, mark.line + 1, mark.column + 1) if mark else SourcePlace(file, 1, 1)
        problem = " ".join(filter(None, (error.context, error.problem)))
        raise TemplateError(place, f"Invalid YAML: {problem}") from None
    except yaml.YAMLError as error:
        raise TemplateError(
            SourcePlace(file, 1, 1), f"Invalid YAML: {' '.join(str(error).split())}"
        ) from None
    return YamlTemplate(value, builder.places, builder.duplicates)


class _TemplateComposer(LimitedComposer, _EventParser, Resolver):  # type: ignore[misc]
    """Composes nodes in Python, so that limits apply, from events (of libyaml, if installed)."""

    max_expanded = MAX_EXPANDED

    def __init__(self, text: str) -> None:
        _EventParser.__init__(self, text)
        LimitedComposer.__init__(self)
        Resolver.__init__(self)


class _TemplateBuilder:
    """Builds values from nodes, and records the place of each."""

    def __init__(self, file: str, words_are_booleans: bool) -> None:
        self.file = file
        self.words_are_booleans = words_are_booleans
        self.places: dict[Path_, SourcePlace] = {}
        self.duplicates: list[tuple[str, SourcePlace]] = []

    def value(self, node: yaml.Node, path: Path_) -> Any:
        if path not in self.places:
            self._note(path, node)
        tag = node.tag
        if tag == "!" or tag.startswith(_STANDARD):
            return self._plain_value(node, path)
        name = tag.removeprefix("!")
        if name == tag or not re.fullmatch(r"[A-Za-z0-9]+(?:::[A-Za-z0-9]+)*", name):
            raise yaml_error_at(node, f"the tag {tag} is not a CloudFormation function")
        key = name if name in {"Ref", "Condition"} else f"Fn::{name}"
        argument = self._plain_value(node, (*path, key), is_tagged=True)
        if key == "Fn::GetAtt" and isinstance(argument, str):
            argument = argument.split(".", 1)
        return {key: argument}

    def _plain_value(self, node: yaml.Node, path: Path_, *, is_tagged: bool = False) -> Any:
        if path not in self.places:
            self._note(path, node)
        if isinstance(node, yaml.MappingNode):
            return self._object(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)
        return node.value if is_tagged else self._scalar(node)

    def _object(self, node: yaml.MappingNode, path: Path_) -> dict[str, Any]:
        value: dict[str, Any] = {}
        inherited: list[Any] = []
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml_error_at(key_node, "a key must be a string")
            key = key_node.value
            inner = (*path, key)
            if key_node.tag == f"{_STANDARD}merge":
                merged = self.value(value_node, inner)
                inherited += merged if isinstance(merged, list) else [merged]
                continue
            if key in value:
                mark = key_node.start_mark
                self.duplicates.append((key, SourcePlace(self.file, mark.line + 1, mark.column + 1)))
            is_below = value_node.start_mark.line != key_node.start_mark.line
            self._note(inner, key_node if is_below else value_node)
            value[key] = self.value(value_node, inner)
        for other in inherited:
            if not isinstance(other, dict):
                raise yaml_error_at(node, "<< needs an object or a list of objects")
            value = {**other, **value}
        return value

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        text: str = node.value
        kind = node.tag.removeprefix(_STANDARD)
        if kind == "null":
            return None
        if kind == "bool" and (self.words_are_booleans or text.lower() in {"true", "false"}):
            return text.lower() in _TRUE
        if kind in {"int", "float"} and len(text) <= MAX_DIGITS and re.fullmatch(_NUMBER, text):
            return _yaml_number(text.replace("_", ""), kind)
        return text

    def _note(self, path: Path_, node: yaml.Node) -> None:
        mark = node.start_mark
        self.places[path] = SourcePlace(self.file, mark.line + 1, mark.column + 1)


def _yaml_number(text: str, kind: str) -> int | float | str:
    """Returns the number in a text; in YAML 1.1, a number that begins with 0 is octal."""
    try:
        if kind == "float":
            return float(text)
        digits = text.lstrip("+-")
        if digits.startswith("0") and digits.isdigit() and len(digits) > 1:
            return int(text, 8)
        return int(text, 0)
    except ValueError:
        return text
