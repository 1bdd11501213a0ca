"""Parses Terraform's JSON syntax (*.tf.json) to the syntax tree of HCL.

Strings are templates; nested blocks are objects or lists of objects.
https://developer.hashicorp.com/terraform/language/syntax/json
"""

from __future__ import annotations

import json
from typing import Any

from sfn_cli.stacks.readers.terraform.language.parser import parse_template_file
from sfn_cli.stacks.readers.terraform.language.syntax import (
    Attribute,
    Block,
    Expression,
    HclBody,
    Literal,
    ObjectItems,
    Position,
    SourceText,
    TupleItems,
)

_LABELS = {"resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "provider": 1, "locals": 0}


def parse_json_body(source: SourceText) -> HclBody:
    """Parses a *.tf.json file. Raises TemplateError."""
    at = Position(source, 0)
    try:
        document = json.loads(source.text)
    except json.JSONDecodeError as error:
        raise Position(source, error.pos).error(f"Invalid JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise at.error(f"Invalid JSON: {error}") from None
    body = HclBody()
    if not isinstance(document, dict):
        raise at.error("The file is not a JSON object")
    for type, content in document.items():
        if type in _LABELS:
            for labels, arguments in _json_blocks(content, _LABELS[type]):
                body.blocks.append(Block(type, labels, _json_body(arguments, source), at))
    return body


def _json_blocks(content: Any, labels: int) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    """Returns the blocks of a type with their labels."""
    if isinstance(content, list):
        return [found for item in content for found in _json_blocks(item, labels)]
    if not isinstance(content, dict):
        return []
    if labels == 0:
        return [((), content)]
    return [
        ((label, *others), arguments)
        for label, inner in content.items()
        for others, arguments in _json_blocks(inner, labels - 1)
    ]


def _json_body(arguments: dict[str, Any], source: SourceText) -> HclBody:
    at = Position(source, 0)
    return HclBody(
        {name: Attribute(name, _json_expression(value, source), at) for name, value in arguments.items()}
    )


def _json_expression(value: Any, source: SourceText) -> Expression:
    at = Position(source, 0)
    if isinstance(value, str):
        if "${" not in value and "%{" not in value:
            return Literal(value, at)
        start = max(source.text.find(json.dumps(value, ensure_ascii=False)), 0)
        return parse_template_file(SourceText(str(source.place(start)), value))
    if isinstance(value, list):
        return TupleItems(tuple(_json_expression(item, source) for item in value), at)
    if isinstance(value, dict):
        items = ((Literal(key, at), _json_expression(item, source)) for key, item in value.items())
        return ObjectItems(tuple(items), at)
    return Literal(value, at)
