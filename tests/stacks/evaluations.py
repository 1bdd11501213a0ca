"""Evaluates templates for tests, with given resources and lookups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.evaluation.context import Lookups, PseudoParameters
from sfn_cli.stacks.evaluation.evaluation import StackEvaluation
from sfn_cli.stacks.readers.cloudformation import read_cloudformation_stack
from sfn_cli.stacks.resources.resource import CreatedResource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PSEUDO = PseudoParameters(
    "123456789012", "eu-west-1", "shop", "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1"
)

CREATED = {
    "Queue": CreatedResource(
        "https://sqs/queue", {"Arn": "arn:aws:sqs:eu-west-1:123456789012:queue", "QueueName": "queue"}
    ),
    "Nested": CreatedResource("arn:nested", {"Outputs.Url": "https://nested"}),
}

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf"

LOOKUPS = Lookups(
    export={"shared-topic": "arn:aws:sns:eu-west-1:123456789012:shared"}.get,
    stored_parameter=lambda name, version: {
        ("/shop/url", None): "https://shop",
        ("/shop/url", "2"): "https://old",
        ("/shop/zones", None): "a,b",
    }.get((name, version)),
    secret=lambda secret, stage, _: {
        ("shop", None): '{"user": "ann", "port": 5432}',
        ("shop", "AWSPREVIOUS"): '{"user": "bob"}',
        (SECRET, None): '{"user": "eve"}',
    }.get((secret, stage)),
)

RESOURCES = """
Resources:
  Queue:
    Type: AWS::SQS::Queue
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: https://example.com/nested.yaml}
"""


def evaluation(folder: Path, text: str, given: Mapping[str, str] | None = None) -> StackEvaluation:
    """Returns the evaluation of a template's text, which is first written to a file in the folder."""
    file = folder / "template.yaml"
    file.write_text(text)
    return StackEvaluation(read_cloudformation_stack(file), given or {}, PSEUDO, LOOKUPS)


def resolved(folder: Path, value: str, sections: str = "", given: Mapping[str, str] | None = None) -> Any:
    """Returns the resolved form of a value, in YAML, as a property beside the resources above.

    It is on line 10 of the template, unless it has several lines itself.
    """
    text = (
        RESOURCES
        + f"  Subject:\n    Type: AWS::SSM::Parameter\n    Properties: {{Value: {value}}}\n"
        + sections
    )
    return evaluation(folder, text, given).properties("Subject", CREATED).get("Value", "(absent)")
