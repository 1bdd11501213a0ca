"""docs/reference/resources.md, from the tables of resource types and of intrinsic functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.evaluation.intrinsics import FUNCTIONS
from sfn_cli.stacks.evaluation.surroundings import PseudoParameters
from sfn_cli.stacks.resources.resource import Extent, Naming
from sfn_cli.stacks.resources.table import known_types, resource_type
from tests.reference_pages.markdown import code_list, generated_head, markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.jsonvalue import Json
    from sfn_cli.stacks.resources.resource import ResourceType

INTRODUCTION = """\
A project is read as a CloudFormation template, whatever it is written in: SAM, CDK, the Serverless
Framework, Terraform or an [sfn folder](folder.md). This page lists what `sfn run` and `sfn deploy` do
with each part of it. [Your project](../guides/your-project.md) explains the commands.

A resource of a template is in one of five groups:

| group | what a deploy does |
|---|---|
| [created in the store](#created-in-the-store) | creates the resource, as the `sfn` commands do |
| [created in the local AWS services](#created-in-the-local-aws-services) | creates the resource in the local AWS services |
| [listed](#listed) | creates nothing, lists the resource in `sfn stack show` and resolves references to it |
| [named](#named) | creates nothing and resolves references to the resource |
| [left out](#left-out) | creates nothing and prints one line that names the resource |

`Ref` and the attributes of `Fn::GetAtt` are the ones that AWS documents. If a template does not name a
resource, the resource gets a generated name in CloudFormation's form. The name stays the same in every
deploy of the project. Some changes replace a resource; all others update it. A property without an effect
on this machine is accepted and ignored.
"""

SECTIONS = {
    "Created in the store": """\
These resources are the same as those of `sfn create-state-machine`, `sfn lambda create-function` and so on.
They exist until you delete them or their stack.
""",
    "Created in the local AWS services": """\
These resources are in the memory of the local AWS services, or at the endpoint in `AWS_ENDPOINT_URL`.
After a restart of the local AWS services, the next deploy or run of the project creates them again, without
their data. With `SFN_AWS=real`, they are left out: a deploy creates nothing in AWS.
""",
    "Listed": """\
`sfn stack show` lists these resources, and references to them resolve. Nothing is created: a rule, a
schedule or an API sends no events.

Event source mappings for an SQS queue are an exception: they work, without their filters. While a worker
runs, it passes the queue's messages to the function.
""",
    "Named": """\
These resources get an ARN or a name, so that references resolve. Roles and policies are not checked on this
machine, so there is nothing to create.
""",
}

LEFT_OUT = """\
## Left out

Every other type is left out, and one line names it: `Left out, since sfn does not have them: …`. `Ref` and
every attribute have a placeholder value of a plausible form, so that the other resources can be created.
"""

TEMPLATE_PARTS = """\
## Templates

| part of a template | support |
|---|---|
| `Parameters` | all types and constraints; `--parameter NAME=VALUE`, `samconfig.toml`, or the default |
| `Mappings`, `Conditions`, `Outputs`, `Export` | yes |
| `DependsOn`, `DeletionPolicy` | yes |
| `Transform: AWS::Serverless-2016-10-31` | yes, by AWS's own translator; needs the extra `stacks` |
| `Transform: AWS::LanguageExtensions` | `Fn::ForEach`, `Fn::Length`, `Fn::ToJsonString`, a default of `Fn::FindInMap` |
| `AWS::Include` | a local file only |
| other macros | no: they run in an AWS account only |
| `AWS::CloudFormation::Stack`, `AWS::Serverless::Application` | a local template; its resources become part of the stack |
| `{{resolve:ssm:…}}`, `{{resolve:ssm-secure:…}}`, `{{resolve:secretsmanager:…}}` | values in the local AWS services |
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
"""Sample properties: the names of some types are derived from them."""


def page() -> str:
    """Returns the text of the page."""
    sections: dict[str, list[str]] = {title: [] for title in SECTIONS}
    for type in known_types():
        row = resource_type(type)
        sections[_section_of(row)].append(type)
    lines = [generated_head("Template support", "sfn_cli/stacks/resources/table.py"), INTRODUCTION]
    for title, types in sections.items():
        lines += [f"## {title}", "", SECTIONS[title], *_type_table(types), ""]
    return "\n".join([*lines, LEFT_OUT, TEMPLATE_PARTS, *_functions()])


def _functions() -> Iterator[str]:
    functions = [name for name in FUNCTIONS if name != "Fn::Transform"]
    yield "## Intrinsic functions and pseudo parameters"
    yield ""
    yield f"Functions: {code_list(functions)}, `Fn::ForEach`."
    yield ""
    pseudo = PseudoParameters("123456789012", "us-east-1", "stack", "arn").values()
    yield f"Pseudo parameters: {code_list([*pseudo, 'AWS::NoValue'])}."
    yield ""


def _section_of(row: ResourceType) -> str:
    match row.extent:
        case Extent.LISTED:
            return "Listed"
        case Extent.NAMED:
            return "Named"
        case _:
            return "Created in the store" if row.is_local else "Created in the local AWS services"


def _type_table(types: list[str]) -> Iterator[str]:
    rows = {type: resource_type(type) for type in types}
    is_made = any(row.extent is Extent.MADE for row in rows.values())
    header = ["type", "Ref", "attributes"] + (["name", "replaced by a change of"] if is_made else [])
    yield from markdown_table(header, (_type_cells(type, row, is_made=is_made) for type, row in rows.items()))


def _type_cells(type: str, row: ResourceType, *, is_made: bool) -> list[str]:
    made = row.predict(_EXAMPLE, {name: _PROPERTIES[name] for name in _sample_names(row)})
    cells = [f"`{type}`", _shape_of(made.reference), code_list(made.attributes)]
    if not is_made:
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
