"""docs/reference/resources.md, from the tables of resource types and of intrinsic functions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sfn_cli.stacks.evaluation.context import PseudoParameters
from sfn_cli.stacks.evaluation.intrinsics import FUNCTIONS
from sfn_cli.stacks.resources.resource import Extent, Naming
from sfn_cli.stacks.resources.table import known_types, resource_type
from tests.reference_pages.markdown import code_list, markdown_table, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.jsonvalue import Json
    from sfn_cli.stacks.resources.resource import ResourceType
    from tests.reference_pages.markdown import Parts

SECTIONS = ("store", "local AWS services", "listed", "named")

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
"""Sample properties: the names of some types are derived from them."""


def _types_of(section: str) -> Iterator[str]:
    yield from _type_table([type for type in known_types() if _section_of(resource_type(type)) == section])


def _functions() -> Iterator[str]:
    functions = [name for name in FUNCTIONS if name != "Fn::Transform"]
    yield from paragraph(f"Functions: {code_list(functions)}, `Fn::ForEach`.")
    yield ""
    pseudo = PseudoParameters("123456789012", "us-east-1", "stack", "arn").values()
    yield from paragraph(f"Pseudo parameters: {code_list([*pseudo, 'AWS::NoValue'])}.")


def _section_of(row: ResourceType) -> str:
    match row.extent:
        case Extent.LISTED:
            return "listed"
        case Extent.NAMED:
            return "named"
        case _:
            return "store" if row.is_local else "local AWS services"


def _type_table(types: list[str]) -> Iterator[str]:
    rows = {type: resource_type(type) for type in types}
    is_created = any(row.extent is Extent.CREATED for row in rows.values())
    header = ["type", "Ref", "attributes"] + (["name", "replaced by a change of"] if is_created else [])
    cells = (_type_cells(type, row, is_created=is_created) for type, row in rows.items())
    yield from markdown_table(header, cells)


def _type_cells(type: str, row: ResourceType, *, is_created: bool) -> list[str]:
    created = row.predict(_EXAMPLE, {name: _PROPERTIES[name] for name in _sample_names(row)})
    cells = [f"`{type}`", _shape_of(created.reference), code_list(created.attributes)]
    if not is_created:
        return cells
    replaced_by = "any property" if row.update is None else code_list(sorted(row.replaced_by))
    return [*cells, f"`{row.name_property}`" if row.name_property else "", replaced_by]


def _sample_names(row: ResourceType) -> list[str]:
    return [name for name in _PROPERTIES if name != row.name_property]


def _shape_of(reference: Json) -> str:
    """Returns the form of a Ref. An empty one is a name that the template has to contain."""
    text = str(reference)
    if text.startswith("arn:"):
        return "ARN"
    if text.startswith("https://"):
        return "URL"
    return "name" if not text or "logical" in text.lower() else "id"


PARTS: Parts = {
    **{section: partial(_types_of, section) for section in SECTIONS},
    "functions": _functions,
}
