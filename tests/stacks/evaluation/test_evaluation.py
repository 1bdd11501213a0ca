"""The resources of a stack, their order, and its outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfn_cli.stacks.evaluation.evaluation import StackOutput
from sfn_cli.stacks.stack import TemplateError
from tests.stacks.evaluations import CREATED, RESOURCES, evaluation

if TYPE_CHECKING:
    from pathlib import Path


def _resources(**properties: str) -> str:
    """Returns a template with queues; each value is YAML beside the queue's Type."""
    rows = [f"  {name}: {{Type: 'AWS::SQS::Queue', {rest}}}" for name, rest in properties.items()]
    return "\n".join(["Resources:", *rows, ""])


@pytest.mark.parametrize("resources, order", [
    ({"A": "", "B": "", "C": ""}, "A B C"),
    ({"A": "Properties: {X: !Ref B}", "B": ""}, "B A"),
    ({"A": "Properties: {X: [!GetAtt B.Arn]}", "B": "Properties: {X: !Sub '${C.Arn}'}", "C": ""}, "C B A"),
    ({"A": "Properties: {X: !Sub ['${x}', {x: !Ref B}]}", "B": ""}, "B A"),
    ({"A": "DependsOn: B", "B": "DependsOn: [C]", "C": ""}, "C B A"),
    ({"A": "Properties: {X: !Sub '${!B}'}", "B": ""}, "A B"),
    ({"A": "Properties: {X: !If [Never, !Ref B, 1]}", "B": ""}, "A B"),
    ({"A": "Properties: {X: !If [Never, 1, !Ref B]}", "B": ""}, "B A"),
    ({"A": "Condition: Never", "B": "DependsOn: A"}, "B"),
])  # fmt: skip
def test_order(tmp_path: Path, resources: dict[str, str], order: str) -> None:
    """A resource comes after those that it refers to; one whose condition is false is not created."""
    text = _resources(**resources) + "Conditions: {Never: !Equals [a, b]}\n"
    assert " ".join(evaluation(tmp_path, text).order) == order


@pytest.mark.parametrize("text, line, message", [
    (_resources(A="DependsOn: B", B="Properties: {X: !Ref C}", C="Properties: {X: !GetAtt A.Arn}"), 2,
     "Circular dependency between resources: A -> B -> C -> A"),
    (_resources(A="Condition: Gone"), 2, 'There is no condition "Gone".'),
    (_resources(A="Condition: X") + "Conditions:\n  X: !Not [!Condition Y]\n  Y: !Not [!Condition X]", 4,
     'The condition "X" depends on itself.'),
    (_resources(A="Condition: X") + "Conditions:\n  X: !Equals [!Ref A, b]", 4,
     'A condition cannot refer to a resource ("A").'),
    (_resources(A="Condition: X") + "Conditions:\n  X: !If [X, 1, 2]", 4,
     'The condition "X" depends on itself.'),
    (_resources(A="Condition: X") + "Conditions:\n  X: text", 4,
     "Expected a condition: Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition."),
    ("Resources: []", 1, "The template has no Resources."),
    ("Resources: [a]", 1, "Resources must be an object."),
    ("Resources:\n  A: x", 2, 'The resource "A" must be an object with a Type.'),
    ("Resources:\n  A:\n    Properties: {}", 2, 'The resource "A" must be an object with a Type.'),
])  # fmt: skip
def test_error(tmp_path: Path, text: str, line: int, message: str) -> None:
    """A circular dependency or a malformed template is an error at its place."""
    with pytest.raises(TemplateError) as caught:
        _ = evaluation(tmp_path, text).order
    assert (caught.value.message, caught.value.place.line) == (message, line)


def test_resource_that_is_not_made(tmp_path: Path) -> None:
    """A reference to a resource that is not created is an error that says so."""
    text = _resources(
        A="Condition: Never", B="Properties: {X: !Ref A}", C="Properties: {X: !Ref D}", D="DependsOn: B"
    )
    evaluated = evaluation(tmp_path, text + "Conditions: {Never: !Equals [a, b]}\n")
    with pytest.raises(TemplateError, match='"A" is not created: its condition "Never" is false'):
        evaluated.properties("B", {})
    with pytest.raises(TemplateError, match=r'"D" \(AWS::SQS::Queue\) is not created'):
        evaluated.properties("C", {})


def test_outputs(tmp_path: Path) -> None:
    """Outputs have their resolved values and their export names."""
    text = RESOURCES + (
        "Conditions: {Never: !Equals [a, b]}\n"
        "Outputs:\n"
        "  Url: {Value: !Ref Queue, Description: where to send}\n"
        "  Arn: {Value: !GetAtt Queue.Arn, Export: {Name: !Sub '${AWS::StackName}-queue'}}\n"
        "  Hidden: {Value: !Ref Gone, Condition: Never}\n"
    )
    assert evaluation(tmp_path, text).outputs(CREATED) == [
        StackOutput("Url", "https://sqs/queue", None, "where to send"),
        StackOutput("Arn", "arn:aws:sqs:eu-west-1:123456789012:queue", "shop-queue"),
    ]


def test_properties_that_can_be_resolved(tmp_path: Path) -> None:
    """Properties that cannot be resolved are left out for a resource that is only named."""
    text = _resources(A="Properties: {X: !Ref Gone, Y: !Ref B, Z: !Ref AWS::NoValue, W: [!Ref Gone]}", B="")
    assert evaluation(tmp_path, text).resolvable_properties("A", {"B": CREATED["Queue"]}) == {
        "Y": "https://sqs/queue"
    }
