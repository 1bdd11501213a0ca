"""CloudFormation templates as stacks: local paths, includes, loops, nested stacks, samconfig."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import UsageError
from sfn_cli.stacks.readers.cloudformation import read_cloudformation_stack
from sfn_cli.stacks.readers.templates.samconfig import parameter_overrides
from sfn_cli.stacks.stack import TemplateError, valid_stack_name
from tests.stacks.project_files import write_project

if TYPE_CHECKING:
    from pathlib import Path


def _properties(folder: Path, resource: str, **files: str) -> Any:
    """Returns a resource's properties, given in YAML with the other files of its folder."""
    write_project(folder, {"template.yaml": f"Resources:\n  One: {resource}\n", **files})
    return read_cloudformation_stack(folder / "template.yaml").resources["One"].get("Properties")


@pytest.mark.parametrize("resource, properties", [
    ("{Type: AWS::Lambda::Function, Properties: {Code: src/price}}",
     {"Code": {"CodeDir": "PROJECT/src/price"}}),
    ("{Type: AWS::Lambda::Function, Properties: {Code: ../price.zip}}",
     {"Code": {"CodeDir": "BESIDE/price.zip"}}),
    ("{Type: AWS::Lambda::Function, Properties: {Code: {ZipFile: x}}}", {"Code": {"ZipFile": "x"}}),
    ("{Type: AWS::Lambda::Function, Properties: {Code: s3://b/k}}", {"Code": "s3://b/k"}),
    ("{Type: AWS::Lambda::LayerVersion, Properties: {Content: layer}}",
     {"Content": {"CodeDir": "PROJECT/layer"}}),
    ("{Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionUri: a.asl.json}}",
     {"DefinitionUri": "PROJECT/a.asl.json"}),
    ("{Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionS3Location: a.asl.yaml}}",
     {"DefinitionUri": "PROJECT/a.asl.yaml"}),
    ("{Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionS3Location: {Bucket: b, Key: k}}}",
     {"DefinitionS3Location": {"Bucket": "b", "Key": "k"}}),
    ("{Type: AWS::SQS::Queue}", None),
])  # fmt: skip
def test_local_paths(tmp_path: Path, resource: str, properties: Any) -> None:
    """Local files have absolute paths, whether they exist or not."""
    text = str(_properties(tmp_path / "p", resource))
    expected = str(properties).replace("PROJECT", str(tmp_path / "p")).replace("BESIDE", str(tmp_path))
    assert text == expected


def test_include(tmp_path: Path) -> None:
    """An included local file is inserted, and its errors point into that file."""
    files = {
        "template.yaml": (
            "Transform: {Name: AWS::Include, Parameters: {Location: ./more.yaml}}\n"
            "Resources:\n"
            "  Queue:\n"
            "    Type: AWS::SQS::Queue\n"
            "    Properties:\n"
            "      DelaySeconds: 5\n"
            "      Fn::Transform: {Name: AWS::Include, Parameters: {Location: queue.json}}\n"
        ),
        "more.yaml": "Resources:\n  Topic: {Type: AWS::SNS::Topic}\n",
        "queue.json": '{"QueueName": {"Ref": "Gone"}}',
    }
    write_project(tmp_path, files)
    stack = read_cloudformation_stack(tmp_path / "template.yaml")
    assert stack.resources["Queue"]["Properties"] == {"QueueName": {"Ref": "Gone"}, "DelaySeconds": 5}
    assert stack.resources["Topic"] == {"Type": "AWS::SNS::Topic"}
    assert {file.name for file in stack.files} == {"template.yaml", "more.yaml", "queue.json"}
    place = stack.place(("Resources", "Queue", "Properties", "QueueName"))
    assert place == (str(tmp_path / "queue.json"), 1, 2)


def test_include_of_an_absent_file(tmp_path: Path) -> None:
    """A missing included file is an error, or only a note for an API's definition."""
    include = "{Fn::Transform: {Name: AWS::Include, Parameters: {Location: gone.yaml}}}"
    with pytest.raises(TemplateError, match=r"template\.yaml:2:.*gone\.yaml does not exist"):
        _properties(tmp_path, f"{{Type: AWS::SQS::Queue, Properties: {include}}}")
    body = f"{{Type: AWS::ApiGateway::RestApi, Properties: {{Body: {include}}}}}"
    assert _properties(tmp_path, body) == {"Body": {}}


def test_for_each(tmp_path: Path) -> None:
    """A loop creates a resource for each value of a list or a parameter."""
    template = """
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: "in,out-1"}
Resources:
  Fn::ForEach::Queues:
    - Name
    - !Ref Names
    - Queue&{Name}:
        Type: AWS::SQS::Queue
        Properties:
          QueueName: !Sub "${AWS::StackName}-${Name}"
          Tags: [{Key: name, Value: !Ref Name}]
Outputs:
  Fn::ForEach::Outer:
    - A
    - [x, y]
    - Fn::ForEach::Inner:
        - B
        - [1, 2]
        - "${A}${B}": {Value: "${A}-${B}"}
"""
    write_project(tmp_path, {"template.yaml": template})
    file = tmp_path / "template.yaml"
    stack = read_cloudformation_stack(file, {"Names": "a,b-c"})
    assert list(stack.resources) == ["Queuea", "Queuebc"]
    assert stack.resources["Queuebc"]["Properties"] == {
        "QueueName": {"Fn::Sub": "${AWS::StackName}-b-c"},
        "Tags": [{"Key": "name", "Value": "b-c"}],
    }
    assert list(read_cloudformation_stack(file).resources) == ["Queuein", "Queueout1"]
    outputs = {name: output["Value"] for name, output in stack.template["Outputs"].items()}
    assert outputs == {"x1": "x-1", "x2": "x-2", "y1": "y-1", "y2": "y-2"}
    assert stack.place(("Resources", "Queuea", "Type")).line == 6


def test_loops_that_multiply(tmp_path: Path) -> None:
    """Nested loops have a limit."""
    items = ", ".join(map(str, range(100)))
    template = "Transform: AWS::LanguageExtensions\nResources:\n"
    for depth, name in enumerate("ABC"):
        template += f"{'  ' * (depth * 2 + 1)}Fn::ForEach::{name}:\n"
        indent = "  " * (depth * 2 + 2)
        template += f"{indent}- {name}\n{indent}- [{items}]\n{indent}-\n"
    template += '                Q${A}x${B}x${C}: {Type: "AWS::SQS::Queue"}\n'
    write_project(tmp_path, {"template.yaml": template})
    with pytest.raises(TemplateError, match="A template's loops can create at most 10,000 members"):
        read_cloudformation_stack(tmp_path / "template.yaml")


def test_nested_stack(tmp_path: Path) -> None:
    """A nested stack's local template is inlined; one in S3 stays, with a note."""
    files = {
        "template.yaml": (
            "Resources:\n"
            "  Billing:\n"
            "    Type: AWS::CloudFormation::Stack\n"
            "    Properties: {TemplateURL: nested/billing.yaml, Parameters: {Stage: prod}}\n"
            "  Far:\n"
            "    Type: AWS::CloudFormation::Stack\n"
            "    Properties: {TemplateURL: https://example.com/far.yaml}\n"
            "Outputs: {Url: {Value: !GetAtt Billing.Outputs.Url}}\n"
        ),
        "nested/billing.yaml": (
            "Parameters: {Stage: {Type: String}}\n"
            "Resources:\n"
            "  Price: {Type: AWS::Lambda::Function, Properties: {Code: src, Description: !Ref Stage}}\n"
            "Outputs: {Url: {Value: !Ref Price}}\n"
        ),
    }
    write_project(tmp_path, files)
    stack = read_cloudformation_stack(tmp_path / "template.yaml")
    assert stack.resources["BillingPrice"]["Properties"] == {
        "Description": "prod",
        "Code": {"CodeDir": str(tmp_path / "nested/src")},
    }
    assert stack.template["Outputs"]["Url"]["Value"] == {"Ref": "BillingPrice"}
    assert stack.place(("Resources", "BillingPrice")) == (str(tmp_path / "nested/billing.yaml"), 3, 10)
    assert stack.notes == (
        "Far: the template of this nested stack is not a local file (https://example.com/far.yaml).",
    )


def test_template_nested_in_itself(tmp_path: Path) -> None:
    """Templates that nest each other are rejected."""
    nested = "Resources: {A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: template.yaml}}}"
    write_project(tmp_path, {"template.yaml": nested})
    with pytest.raises(TemplateError, match="The template is nested in itself"):
        read_cloudformation_stack(tmp_path / "template.yaml")


SAMCONFIG_TOML = """
version = 0.1
[default.global.parameters]
stack_name = "shop"
[default.deploy.parameters]
region = "eu-west-1"
parameter_overrides = "A=1 B=\\"two words\\""
"""

SAMCONFIG_YAML = """
default:
  deploy:
    parameters: {stack_name: shop, parameter_overrides: [A=1, B=two words]}
"""


@pytest.mark.parametrize(
    "name, text", [("samconfig.toml", SAMCONFIG_TOML), ("samconfig.yaml", SAMCONFIG_YAML)]
)
def test_samconfig(tmp_path: Path, name: str, text: str) -> None:
    """samconfig sets the stack's name and parameters; parameters of other templates are ignored."""
    template = "Parameters: {A: {Type: String}}\nResources: {Q: {Type: AWS::SQS::Queue}}\n"
    write_project(tmp_path / "My project", {"template.yaml": template})
    stack = read_cloudformation_stack(tmp_path / "My project/template.yaml")
    assert (stack.name, stack.parameters, stack.folder) == ("My-project", {}, tmp_path / "My project")
    write_project(tmp_path / "My project", {name: text})
    stack = read_cloudformation_stack(tmp_path / "My project/template.yaml")
    assert (stack.name, stack.parameters) == ("shop", {"A": "1"})
    assert stack.files == (tmp_path / "My project/template.yaml", tmp_path / "My project" / name)


def test_samconfig_that_is_not_toml(tmp_path: Path) -> None:
    """A file that cannot be read is one line."""
    write_project(tmp_path, {"template.yaml": "Resources: {}", "samconfig.toml": "a ="})
    with pytest.raises(UsageError, match=r"samconfig\.toml: Invalid TOML: "):
        read_cloudformation_stack(tmp_path / "template.yaml")


@pytest.mark.parametrize("value, parameters", [
    (None, {}),
    ("", {}),
    ("A=1 B=2", {"A": "1", "B": "2"}),
    ('A="1 2" B=""', {"A": "1 2", "B": ""}),
    (r'A="say \"hi\"" B=x\ y', {"A": 'say "hi"', "B": "x y"}),
    ("ParameterKey=A,ParameterValue=1 ParameterKey=B,ParameterValue=\"2 3\"", {"A": "1", "B": "2 3"}),
    ("A=a,b,c B=x=y", {"A": "a,b,c", "B": "x=y"}),
    (["A=1", "B=two words", "C='x'"], {"A": "1", "B": "two words", "C": "x"}),
    (["ParameterKey=A,ParameterValue=1"], {"A": "1"}),
    ({"A": 1, "B": True, "C": ["x", "y"]}, {"A": "1", "B": "true", "C": "x,y"}),
])  # fmt: skip
def test_parameter_overrides(value: Any, parameters: dict[str, str]) -> None:
    """Every form that `sam deploy` takes."""
    assert parameter_overrides(value) == parameters


@pytest.mark.parametrize("text, name", [
    ("shop", "shop"), ("my_shop 2", "my-shop-2"), ("2shops", "stack-2shops"), ("...", "stack"),
])  # fmt: skip
def test_valid_stack_name(text: str, name: str) -> None:
    """A folder's name becomes a name that CloudFormation accepts."""
    assert valid_stack_name(text) == name


def test_template_that_is_no_object(tmp_path: Path) -> None:
    """A string or a list is not a template."""
    write_project(tmp_path, {"template.yaml": "- a\n"})
    with pytest.raises(TemplateError, match=r"template\.yaml:1:1: A template must be an object\."):
        read_cloudformation_stack(tmp_path / "template.yaml")


def test_dependency_that_is_not_there(tmp_path: Path) -> None:
    """DependsOn names a resource of the template, which SAM may have generated."""
    text = (
        "Transform: AWS::Serverless-2016-10-31\n"
        "Resources:\n"
        "  Price:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties: {InlineCode: x, Handler: index.handler, Runtime: python3.12}\n"
        "  Queue: {Type: AWS::SQS::Queue, DependsOn: [Price, PriceRole]}\n"
    )
    write_project(tmp_path, {"template.yaml": text, "bad.yaml": text.replace("[Price,", "[Prize,")})
    read_cloudformation_stack(tmp_path / "template.yaml")
    message = r'bad\.yaml:6:45: There is no resource "Prize"\. Did you mean "Price"\?'
    with pytest.raises(TemplateError, match=message):
        read_cloudformation_stack(tmp_path / "bad.yaml")
