"""The results of intrinsic functions, and the places of their errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.stacks.stack import TemplateError
from tests.stacks.evaluations import SECRET, resolved

if TYPE_CHECKING:
    from pathlib import Path

SECTIONS = """
Parameters:
  Stage: {Type: String, Default: dev}
  Size: {Type: Number, Default: 5}
  Zones: {Type: CommaDelimitedList, Default: "a, b"}
Mappings:
  Limits:
    dev: {Rate: 1, Names: [x, y]}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  IsProd: !Not [!Condition IsDev]
  IsEither: !Or [!Condition IsDev, !Condition IsProd]
  IsBoth: !And [!Condition IsDev, !Condition IsProd]
"""


@pytest.mark.parametrize("value, result", [
    ("!Ref Stage", "dev"),
    ("!Ref Size", 5),
    ("!Ref Zones", ["a", "b"]),
    ("!Ref Queue", "https://sqs/queue"),
    ("!Ref AWS::Region", "eu-west-1"),
    ("!Ref AWS::AccountId", "123456789012"),
    ("!Ref AWS::StackName", "shop"),
    ("!Ref AWS::Partition", "aws"),
    ("!Ref AWS::URLSuffix", "amazonaws.com"),
    ("!Ref AWS::NotificationARNs", []),
    ("!Ref AWS::NoValue", "(absent)"),
    ("[1, !Ref AWS::NoValue, {a: !Ref AWS::NoValue, b: 2}]", [1, {"b": 2}]),
    ("!GetAtt Queue.Arn", "arn:aws:sqs:eu-west-1:123456789012:queue"),
    ("!GetAtt [Queue, QueueName]", "queue"),
    ("{'Fn::GetAtt': Queue.QueueName}", "queue"),
    ("!GetAtt Nested.Outputs.Url", "https://nested"),
    ("!GetAtt [Nested, Outputs, Url]", "https://nested"),
    ("!Sub 'x-${Stage}-${Size}-${Queue.QueueName}-${AWS::Region}'", "x-dev-5-queue-eu-west-1"),
    ("!Sub 'keep ${!Literal} and ${Stage}'", "keep ${Literal} and dev"),
    ("!Sub ['${a}/${Stage}', {a: !Ref Queue}]", "https://sqs/queue/dev"),
    ("!Sub ['${Stage}', {Stage: own}]", "own"),
    ("!Join ['-', [a, !Ref Size, true]]", "a-5-true"),
    ("!Join [',', !Ref Zones]", "a,b"),
    ("!Split ['/', a/b/c]", ["a", "b", "c"]),
    ("!Select [1, [a, b]]", "b"),
    ("!Select ['2', !Split ['/', a/b/c]]", "c"),
    ("!If [IsDev, yes-it-is, !Ref Missing]", "yes-it-is"),
    ("!If [IsProd, !Ref Missing, [1]]", [1]),
    ("!If [IsProd, 1, !Ref AWS::NoValue]", "(absent)"),
    ("!If [IsEither, 1, 2]", 1),
    ("!If [IsBoth, 1, 2]", 2),
    ("!FindInMap [Limits, !Ref Stage, Rate]", 1),
    ("!FindInMap [Limits, dev, Names]", ["x", "y"]),
    ("!FindInMap [Limits, prod, Rate, DefaultValue: 9]", 9),
    ("!ImportValue shared-topic", "arn:aws:sns:eu-west-1:123456789012:shared"),
    ("!ImportValue {'Fn::Sub': ['shared-${Kind}', {Kind: topic}]}",
     "arn:aws:sns:eu-west-1:123456789012:shared"),
    ("!Base64 hello", "aGVsbG8="),
    ("!Cidr [10.0.0.0/16, 2, 8]", ["10.0.0.0/24", "10.0.1.0/24"]),
    ("!GetAZs ''", ["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
    ("!GetAZs us-east-2", ["us-east-2a", "us-east-2b", "us-east-2c"]),
    ("{'Fn::Length': !Ref Zones}", 2),
    ("{'Fn::ToJsonString': {a: !Ref Size, b: [!Ref Stage]}}", '{"a":5,"b":["dev"]}'),
    ("'{{resolve:ssm:/shop/url}}'", "https://shop"),
    ("'{{resolve:ssm:/shop/url:2}}/x'", "https://old/x"),
    ("'{{resolve:ssm-secure:/shop/url}}'", "https://shop"),
    ("'{{resolve:secretsmanager:shop:SecretString:user}}'", "ann"),
    ("'{{resolve:secretsmanager:shop:SecretString:port}}'", "5432"),
    ("'{{resolve:secretsmanager:shop}}'", '{"user": "ann", "port": 5432}'),
    ("'{{resolve:secretsmanager:shop:SecretString:user:AWSPREVIOUS}}'", "bob"),
    (f"'{{{{resolve:secretsmanager:{SECRET}:SecretString:user}}}}'", "eve"),
    ("{Condition: {StringEquals: {a: b}}}", {"Condition": {"StringEquals": {"a": "b"}}}),
])  # fmt: skip
def test_value(tmp_path: Path, value: str, result: Any) -> None:
    """Each function returns what CloudFormation documents."""
    assert resolved(tmp_path, value, SECTIONS) == result


@pytest.mark.parametrize("value, column, message", [
    ("!Ref Stag", 25, 'There is no parameter or resource "Stag". Did you mean "Stage"?'),
    ("!Ref Nothing", 25, 'There is no parameter or resource "Nothing".'),
    ("[x, !Ref Stag]", 29, 'There is no parameter or resource "Stag". Did you mean "Stage"?'),
    ("!GetAtt Queu.Arn", 25, 'There is no resource "Queu". Did you mean "Queue"?'),
    ("!GetAtt Queue.QueueNam", 25,
     'Queue (AWS::SQS::Queue) has no attribute "QueueNam". Did you mean "QueueName"?'),
    ("!GetAtt Queue", 25, "Fn::GetAtt needs a resource and an attribute: [RESOURCE, ATTRIBUTE]."),
    ("!Sub '${Stag}'", 25, 'There is no parameter or resource "Stag". Did you mean "Stage"?'),
    ("!Sub '${Zones}'", 25, '"${Zones}" in Fn::Sub is not a string.'),
    ("!Sub [a]", 25, "Fn::Sub needs a string, or a list: [STRING, {NAME: VALUE}]."),
    ("!Join [',', a]", 37, "Expected a list."),
    ("!Join [',', [[a]]]", 38, "Expected a string, found a list."),
    ("!Join a", 25, "Fn::Join needs a delimiter and a list: [DELIMITER, [VALUE, …]]."),
    ("!Select [2, [a, b]]", 25, "The index of Fn::Select is 2 (the first is 0), but the list has 2 items."),
    ("!Select [x, [a, b]]", 34, 'The index of Fn::Select must be 0 or greater, not "x".'),
    ("!Split ['', a]", 25, "Fn::Split needs a delimiter and a string: [DELIMITER, STRING]."),
    ("!If [IsDe, 1, 2]", 30, 'There is no condition "IsDe". Did you mean "IsDev"?'),
    ("!If [IsDev, 1]", 25, "Fn::If needs a condition and two values: [CONDITION, IF TRUE, IF FALSE]."),
    ("!FindInMap [Limit, dev, Rate]", 37, 'There is no mapping "Limit". Did you mean "Limits"?'),
    ("!FindInMap [Limits, de, Rate]", 45, 'There is no top-level key "de". Did you mean "dev"?'),
    ("!FindInMap [Limits, dev, Rat]", 50, 'There is no second-level key "Rat". Did you mean "Rate"?'),
    ("!ImportValue gone", 25, 'No stack exports "gone". Deploy the stack that exports it first.'),
    ("!Cidr [10.0.0.0/24, 300, 4]", 25,
     "Cannot split 10.0.0.0/24 into 300 subnets with 4 address bits each."),
    ("{'Fn::Jion': [a]}", 25, 'Unknown function "Fn::Jion". Did you mean "Fn::Join"?'),
    ("!Transform {Name: MyMacro}", 25,
     'The macro "MyMacro" is not supported: macros run only in an AWS account.'),
    ("'{{resolve:ssm:/gone}}'", 25, 'There is no SSM parameter "/gone". Create it first.'),
    ("'{{resolve:secretsmanager:gone}}'", 25, 'There is no secret "gone". Create it first.'),
    ("'{{resolve:secretsmanager:shop:SecretString:x}}'", 25, 'The secret "shop" has no key "x".'),
])  # fmt: skip
def test_error(tmp_path: Path, value: str, column: int, message: str) -> None:
    """A value that cannot be resolved is an error at its place, with the closest name."""
    with pytest.raises(TemplateError) as caught:
        resolved(tmp_path, value, SECTIONS)
    assert caught.value.message == message
    assert caught.value.place == (str(tmp_path / "template.yaml"), 10, column)
