"""What a target of a rule receives of an event: its Input, InputPath or InputTransformer.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html

    InputPathsMap  {"id": "$.detail.id", "tags": "$.detail.tags"}
    InputTemplate  {"order": <id>, "text": "order <id> of <aws.events.rule-name>"}

Rule 1: outside quotes, a variable is replaced by its JSON.
Rule 2: within quotes, it is replaced by its text; of objects and arrays, without quotes.
Rule 3: a variable whose path names nothing is replaced by an empty string.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.errors import StatesError
from sfn_cli.jsonvalue import Json, dumps, loads
from sfn_cli.query.jsonpath.expression import PathNotFound, compile_path

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLE = re.compile(r'<\s*([^<>\s"]+)\s*>')
_QUOTED_OR_VARIABLE = re.compile(r'"(?:[^"\\]|\\.)*+"|<\s*[^<>\s"]+\s*>', re.DOTALL)


class RuleFacts(NamedTuple):
    """What the predefined variables need: the rule, and when the event arrived."""

    arn: str
    name: str
    ingested_at: str


_PREDEFINED = (
    "aws.events.rule-arn",
    "aws.events.rule-name",
    "aws.events.event.ingestion-time",
    "aws.events.event",
    "aws.events.event.json",
)


def _predefined_variables(event: Json, rule: RuleFacts) -> dict[str, Json]:
    without_detail = {name: event[name] for name in event if name != "detail"}
    return dict(zip(_PREDEFINED, (rule.arn, rule.name, rule.ingested_at, without_detail, event), strict=True))


def target_input(target: Mapping[str, Json], event: Json, rule: RuleFacts) -> str:
    """Returns the text that a target, as PutTargets takes it, receives of an event."""
    if (fixed := target.get("Input")) is not None:
        return str(fixed)
    if (path := target.get("InputPath")) is not None:
        return dumps(read_event_path(path, event, None))
    transformer = target.get("InputTransformer")
    if transformer is None:
        return dumps(event)
    paths = transformer.get("InputPathsMap") or {}
    variables = _predefined_variables(event, rule)
    variables |= {name: read_event_path(path, event, "") for name, path in paths.items()}
    return filled_event_template(str(transformer["InputTemplate"]), variables)


def read_event_path(path: str, event: Json, missing: Json) -> Json:
    """Returns the value at a JSONPath; `missing` if there is none."""
    try:
        return compile_path(path).read(event)
    except (PathNotFound, StatesError, ValueError):
        return missing


def filled_event_template(template: str, variables: Mapping[str, Json]) -> str:
    """Returns an input template's text with the values of its variables (rules 1 and 2)."""

    def replace(found: re.Match[str]) -> str:
        text = found[0]
        if text[0] != '"':
            name = text[1:-1].strip()
            return dumps(variables[name]) if name in variables else text
        return _VARIABLE.sub(
            lambda inner: _text_in_quotes(variables[inner[1]]) if inner[1] in variables else inner[0], text
        )

    filled = _QUOTED_OR_VARIABLE.sub(replace, template)
    try:
        return dumps(loads(filled))  # AWS sends JSON without the template's white space
    except ValueError:
        return filled  # lines of text


def template_variables(template: str) -> set[str]:
    """Returns the names between < and > in a template."""
    return {found[1] for found in _VARIABLE.finditer(template)}


def _text_in_quotes(value: Json) -> str:
    if isinstance(value, str):
        return dumps(value)[1:-1]
    text = dumps(value)
    return text.replace('"', "") if isinstance(value, dict | list) else text


def input_template_problem(transformer: Mapping[str, Json]) -> str | None:
    """Returns what is wrong with a transformer, if anything: a variable, a path, or the template's JSON."""
    paths = transformer.get("InputPathsMap") or {}
    for name, path in paths.items():
        if name.startswith("aws.") or name.lower() == "aws":
            return f"The variable name {name} is reserved."
        if not is_event_path(path):
            return f"InputPathsMap: {path} is not a valid JSONPath."
    template = str(transformer.get("InputTemplate"))
    known = {*paths, *_PREDEFINED}
    filled = filled_event_template(template, dict.fromkeys(known, ""))
    left = [found[0] for found in _QUOTED_OR_VARIABLE.finditer(template) if found[0][0] == "<"]
    if unknown := [text for text in left if text[1:-1].strip() not in known]:
        return f"InputTemplate: the placeholder {unknown[0]} is not defined."
    try:
        loads(filled)
    except ValueError as error:
        lines = [line for line in filled.splitlines() if line.strip()]
        if not lines or not all(_is_json_string(line.strip()) for line in lines):
            return f"InputTemplate is not valid JSON: {error}."
    return None


def is_event_path(path: Json) -> bool:
    """Whether a value is a JSONPath that can be an InputPath."""
    try:
        return compile_path(str(path)).root == "$"
    except ValueError:
        return False


def _is_json_string(text: str) -> bool:
    try:
        return isinstance(loads(text), str)
    except ValueError:
        return False
