"""The text of docs/reference/resources.md, from the table of resource types (see reference.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.resources.resource import Extent, Naming
from sfn_cli.stacks.resources.table import known_types, resource_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.jsonvalue import Json
    from sfn_cli.stacks.resources.resource import ResourceType

HEAD = """\
# Resource types

What `sfn deploy` and `sfn run` do with each type of a template. `python -m tests.reference` writes this
page from the table in `sfn_cli/stacks/resources/table.py`.

Ref and attributes are those that AWS documents. A resource has the name that its template gives it, or one
as CloudFormation generates it, which stays the same for every deploy of the project. A change of some
properties replaces the resource; other changes are made in place. Properties that have no effect on this
machine are accepted and ignored.
"""

SECTIONS = {
    "Created in the store": """\
They are resources as `sfn create-state-machine`, `sfn lambda create-function` and so on create them, and are
there until they are deleted.
""",
    "Created in the local services": """\
They are in the memory of the server of `sfn aws endpoint`, or at the endpoint that `AWS_ENDPOINT_URL` names.
When that server has been restarted, the next deploy or run of the project creates them again, without their
data. With `SFN_AWS=real` they are left out: a deploy creates nothing at AWS.
""",
    "Listed": """\
`sfn stack show` lists them and references to them resolve. Nothing is created: no event comes from a rule, a
schedule or an API. Of event source mappings, those of an SQS queue work, without their filters: a worker
carries the queue's messages to the function while it lives.
""",
    "Named": """\
They get an ARN or a name, so that references resolve. There is nothing to create: roles and policies are not
checked on this machine.
""",
}

TAIL = """\
## Everything else

is left out, and named in one line: `Left out, since sfn does not have them: …`. So that the rest of the stack
can be created, its Ref and every attribute have a made-up value of a plausible shape.
"""

_EXAMPLE = Naming("stack", "Logical", "0123456789AB", "us-east-1", "123456789012")
_PROPERTIES: dict[str, Json] = {
    "AliasName": "alias/logical",
    "Bucket": "logical",
    "DomainName": "logical",
    "FunctionName": "Logical",
    "HashKey": "id",
    "Item": {"id": {"S": "logical"}},
    "Queues": ["logical"],
    "RoutingConfiguration": [
        {
            "StateMachineVersionArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Logical:1",
            "Weight": 100,
        }
    ],
    "SecretId": "logical",
    "StageName": "logical",
    "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Logical",
    "StateMachineRevisionId": "1",
    "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
    "TableName": "logical",
    "TargetFunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:Logical",
    "TopicArn": "arn:aws:sns:us-east-1:123456789012:logical",
}
"""What the names of some types are made of."""


def page() -> str:
    """The text of the page."""
    sections: dict[str, list[str]] = {title: [] for title in SECTIONS}
    for type in known_types():
        row = resource_type(type)
        sections[_section_of(row)].append(type)
    lines = [HEAD]
    for title, types in sections.items():
        lines += [f"## {title}", "", SECTIONS[title], *_type_table(types), ""]
    return "\n".join([*lines, TAIL])


def _section_of(row: ResourceType) -> str:
    match row.extent:
        case Extent.LISTED:
            return "Listed"
        case Extent.NAMED:
            return "Named"
        case _:
            return "Created in the store" if row.is_local else "Created in the local services"


def _type_table(types: list[str]) -> Iterator[str]:
    rows = {type: resource_type(type) for type in types}
    is_created = any(row.extent is Extent.CREATED for row in rows.values())
    yield "| type | Ref | attributes |" + (" name | replaced by a change of |" if is_created else "")
    yield "|---|---|---|" + ("---|---|" if is_created else "")
    for type, row in rows.items():
        created = row.predict(_EXAMPLE, {name: _PROPERTIES[name] for name in _sample_names(row)})
        cells = [
            f"`{type}`",
            _shape_of(created.reference),
            ", ".join(f"`{name}`" for name in created.attributes),
        ]
        if is_created:
            replaced_by = "any property" if row.update is None else ", ".join(sorted(row.replaced_by))
            cells += [row.name_property or "", replaced_by]
        yield f"| {' | '.join(cells)} |"


def _sample_names(row: ResourceType) -> list[str]:
    return [name for name in _PROPERTIES if name != row.name_property]


def _shape_of(reference: Json) -> str:
    """Says what the value of a Ref is; an empty one is a name that the template has to give."""
    text = str(reference)
    if text.startswith("arn:"):
        return "ARN"
    if text.startswith("https://"):
        return "URL"
    return "name" if not text or "logical" in text.lower() else "id"
