"""Templates with values of the wrong kind in any place: one line says what is wrong, never a traceback.

SFN_FUZZ=50 tries fifty times as many.
"""

from __future__ import annotations

import copy
import os
import random
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import SfnError
from sfn_cli.stacks.definitions import machine_definition
from sfn_cli.stacks.evaluation.evaluation import StackEvaluation
from sfn_cli.stacks.readers.cloudformation import cloudformation_stack
from sfn_cli.stacks.readers.template_file import read_template_file
from sfn_cli.stacks.resources.resource import CreatedResource
from sfn_cli.stacks.stack import STATE_MACHINE
from tests.stacks.evaluations import LOOKUPS, PSEUDO
from tests.stacks.project_files import write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TIMES = 40 * int(os.environ.get("SFN_FUZZ", "1"))

TEMPLATE = """
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod], AllowedPattern: "[a-z]+", MinLength: 1}
  Zones: {Type: CommaDelimitedList, Default: "a,b"}
Mappings: {Limits: {dev: {Rate: 1}}}
Conditions: {IsDev: !Equals [!Ref Stage, dev], IsBoth: !And [!Condition IsDev, !Not [!Condition IsDev]]}
Globals: {Function: {Runtime: python3.12, CodeUri: src}}
Resources:
  Price:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: esbuild}
    Properties:
      Handler: app.handler
      Environment: {Variables: {RATE: !FindInMap [Limits, !Ref Stage, Rate, DefaultValue: 3]}}
      Policies: [AmazonSQSFullAccess, SQSPollerPolicy: {QueueName: !GetAtt Queue.QueueName}]
      Events: {Sent: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}}
  Flow:
    Type: AWS::Serverless::StateMachine
    DependsOn: [Queue]
    Properties:
      Definition: {StartAt: A, States: {A: {Type: Task, Resource: "${Price}", End: true}}}
      DefinitionSubstitutions: {Price: !GetAtt Price.Arn}
      Logging: {Level: ALL}
      Tags: {stage: !If [IsDev, !Sub "${Stage}-x", !Ref AWS::NoValue]}
  Queue:
    Type: AWS::SQS::Queue
    Condition: IsDev
    Properties: {QueueName: !Join ["-", [!Select [0, !Ref Zones], !Sub ["${x}", {x: !Base64 y}]]]}
  Fn::ForEach::Topics: [Name, !Ref Zones, {"Topic${Name}": {Type: AWS::SNS::Topic}}]
  Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: gone.yaml}}
Outputs:
  Url: {Value: !Ref Queue, Export: {Name: !Sub "${AWS::StackName}-url"}, Condition: IsDev}
"""

ODD: list[Any] = [
    None, [], {}, "x", 5, -1.5, True, [None], {"Ref": None}, {"Ref": "AWS::NoValue"}, {"Fn::GetAtt": []},
    {"Fn::GetAtt": [{}, "a"]}, {"Fn::Sub": []}, {"Fn::Sub": ["${a}", {"a": []}]}, {"Fn::If": [1]},
    {"Fn::Join": {}}, {"Fn::Transform": 5}, {"Fn::Transform": {"Name": "AWS::Include", "Parameters": []}},
    {"Fn::ForEach::X": [1]}, {"Fn::FindInMap": ["a", {}, None, 3]}, "${x}", "{{resolve:ssm:}}",
]  # fmt: skip


class _AnyAttribute(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return f"arn:aws:sqs:eu-west-1:123456789012:{name}"


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    for key, item in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from _paths(item, (*path, key))


@pytest.mark.parametrize("seed", range(TIMES))
def test_odd_value(tmp_path: Path, seed: int) -> None:
    """A value of any kind in any place is accepted, or rejected in one line."""
    write_project(tmp_path, {"template.yaml": TEMPLATE})
    file = read_template_file(tmp_path / "template.yaml")
    chance = random.Random(seed)
    value = copy.deepcopy(file.value)
    for _ in range(chance.choice((1, 1, 2))):
        path = chance.choice(list(_paths(value)))
        inner = value
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = copy.deepcopy(chance.choice(ODD))
    message = ""
    try:
        stack = cloudformation_stack(file._replace(value=value), {}, "eu-west-1")
        evaluation = StackEvaluation(stack, {}, PSEUDO, LOOKUPS)
        created = {name: CreatedResource(name.lower(), _AnyAttribute()) for name in stack.resources}
        for name in evaluation.order:
            properties = evaluation.properties(name, created)
            if stack.resources[name]["Type"] == STATE_MACHINE:
                machine_definition(stack, name, properties)
        evaluation.outputs(created)
    except SfnError as error:
        message = str(error)
    assert "\n" not in message
