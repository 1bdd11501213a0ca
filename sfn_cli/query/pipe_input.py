"""What a pipe's enrichment or target receives of a record: the record, or an InputTemplate.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html

    {"order": <$.body.id>, "text": "order <$.body.id> of <aws.pipes.pipe-name>"}

Paths are read from the record whose JSON in `body` or `data` has been parsed. The rules of filling a
template are those of EventBridge's rules (input_transformer.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.jsonvalue import Json, dumps, loads
from sfn_cli.query.input_transformer import filled_event_template, read_event_path, template_variables

if TYPE_CHECKING:
    from collections.abc import Mapping


class PipeFacts(NamedTuple):
    """What the predefined variables need: the pipe, and when its records arrived."""

    arn: str
    name: str
    source: str
    enrichment: str
    target: str
    ingested_at: str


_PREDEFINED = (
    "aws.pipes.pipe-arn",
    "aws.pipes.pipe-name",
    "aws.pipes.source-arn",
    "aws.pipes.enrichment-arn",
    "aws.pipes.target-arn",
    "aws.pipes.event.ingestion-time",
)


def pipe_input(template: str | None, record: Json, parsed: Json, facts: PipeFacts) -> Json:
    """Returns the value for one record; text if the filled template is no JSON."""
    if not template:
        return record
    variables: dict[str, Json] = dict(zip(_PREDEFINED, facts, strict=True))
    variables |= {"aws.pipes.event": parsed, "aws.pipes.event.json": parsed}
    for name in template_variables(template):
        if name.startswith("$"):
            variables[name] = read_event_path(name, parsed, "")
    filled = filled_event_template(template, variables)
    try:
        return loads(filled)
    except ValueError:
        return filled


def pipe_parameters(parameters: Mapping[str, Json], parsed: Json) -> dict[str, Json]:
    """Returns a target's parameters with the values of their paths, such as "$.body.customer", as text."""
    return {name: _parameter_value(value, parsed) for name, value in parameters.items()}


def _parameter_value(value: Json, parsed: Json) -> Json:
    if isinstance(value, str) and value.startswith("$."):
        found = read_event_path(value, parsed, "")
        return dumps(found) if isinstance(found, bool | int | float) else found
    if isinstance(value, dict):
        return pipe_parameters(value, parsed)
    if isinstance(value, list):
        return [_parameter_value(each, parsed) for each in value]
    return value
