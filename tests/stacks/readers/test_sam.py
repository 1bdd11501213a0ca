"""SAM templates as stacks: the transform's results, the paths of code, and errors."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import ConfigurationError
from sfn_cli.stacks.readers.cloudformation import read_cloudformation_stack
from sfn_cli.stacks.stack import TemplateError
from tests.stacks.project_files import write_project

if TYPE_CHECKING:
    from pathlib import Path

    from sfn_cli.stacks.stack import Stack

HEAD = "Transform: AWS::Serverless-2016-10-31\n"

SHOP = (
    HEAD
    + """
Parameters:
  Stage: {Type: String, Default: dev}
Globals:
  Function:
    CodeUri: src
    Environment: {Variables: {STAGE: !Ref Stage}}
Resources:
  Price:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: esbuild, BuildProperties: {Minify: true}}
    Properties:
      Handler: app.handler
      Runtime: python3.12
      Policies:
        - AmazonMadeUpAccess
        - DynamoDBCrudPolicy: {TableName: !Ref Orders}
      Layers: [!Ref Shared]
      Events:
        Sent: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}
        Called: {Type: Api, Properties: {Path: /price, Method: get}}
  Ship:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.handler, Runtime: python3.12, CodeUri: ./ship/}
  Inline:
    Type: AWS::Serverless::Function
    Properties: {Handler: index.handler, Runtime: python3.12, InlineCode: "x = 1"}
  Picture:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image}
  Shared:
    Type: AWS::Serverless::LayerVersion
    Metadata: {BuildMethod: python3.12}
    Properties: {ContentUri: layer}
  Flow:
    Type: AWS::Serverless::StateMachine
    Connectors: {Calls: {Properties: {Destination: {Id: Price}, Permissions: [Write]}}}
    Properties:
      DefinitionUri: flow.asl.yaml
      DefinitionSubstitutions: {Price: !GetAtt Price.Arn}
      Events:
        Daily: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
  Written:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {StartAt: A, States: {A: {Type: Task, Resource: !GetAtt Ship.Arn, End: true}}}
  Orders:
    Type: AWS::Serverless::SimpleTable
  Queue:
    Type: AWS::SQS::Queue
  Web:
    Type: AWS::Serverless::HttpApi
  Other:
    Type: AWS::Serverless::Application
    Properties:
      Location: {ApplicationId: "arn:aws:serverlessrepo:us-east-1:1:applications/x", SemanticVersion: 1.0.0}
"""
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    folder = tmp_path_factory.mktemp("shop")
    write_project(folder, {"template.yaml": SHOP})
    return read_cloudformation_stack(folder / "template.yaml")


def test_types(shop: Stack) -> None:
    """SAM's resources, their events, connectors and globals become CloudFormation's."""
    types = {name: resource["Type"] for name, resource in shop.resources.items()}
    assert (shop.kind, shop.template.get("Globals"), shop.template.get("Transform")) == (
        "SAM template",
        None,
        None,
    )
    assert not [type for type in types.values() if type.startswith("AWS::Serverless")]
    assert {
        "Price": "AWS::Lambda::Function",
        "PriceRole": "AWS::IAM::Role",
        "PriceSent": "AWS::Lambda::EventSourceMapping",
        "Flow": "AWS::StepFunctions::StateMachine",
        "FlowDaily": "AWS::Events::Rule",
        "FlowCallsPolicy": "AWS::IAM::ManagedPolicy",
        "Written": "AWS::StepFunctions::StateMachine",
        "Orders": "AWS::DynamoDB::Table",
        "ServerlessRestApi": "AWS::ApiGateway::RestApi",
        "Web": "AWS::ApiGatewayV2::Api",
        "Other": "AWS::CloudFormation::Stack",
    }.items() <= types.items()


@pytest.mark.parametrize("logical_id, name, value", [
    ("Price", "Code", {"CodeDir": "PROJECT/src"}),
    ("Ship", "Code", {"CodeDir": "PROJECT/ship"}),
    ("Inline", "Code", {"ZipFile": "x = 1"}),
    ("Picture", "Code", {"ImageUri": "picture:latest"}),
    ("Price", "Environment", {"Variables": {"STAGE": {"Ref": "Stage"}}}),
    ("Flow", "DefinitionUri", "PROJECT/flow.asl.yaml"),
    ("Flow", "DefinitionSubstitutions", {"Price": {"Fn::GetAtt": ["Price", "Arn"]}}),
    ("Written", "DefinitionSubstitutions", {"definition_substitution_1": {"Fn::GetAtt": ["Ship", "Arn"]}}),
])  # fmt: skip
def test_property(shop: Stack, logical_id: str, name: str, value: Any) -> None:
    """Code and definitions have absolute paths; intrinsic functions are left for the evaluation."""
    found = shop.resources[logical_id]["Properties"][name]
    assert str(found) == str(value).replace("PROJECT", str(shop.folder))


def test_metadata_and_layer(shop: Stack) -> None:
    """A resource's build settings are copied to the resource that SAM generates."""
    assert shop.resources["Price"]["Metadata"]["BuildProperties"] == {"Minify": True}
    (layer,) = (name for name, one in shop.resources.items() if one["Type"] == "AWS::Lambda::LayerVersion")
    assert layer.startswith("Shared")
    assert shop.resources[layer]["Properties"]["Content"] == {"CodeDir": str(shop.folder / "layer")}
    assert shop.resources[layer]["Metadata"]["BuildMethod"] == "python3.12"
    assert shop.resources["Price"]["Properties"]["Layers"] == [{"Ref": layer}]


def test_policies(shop: Stack) -> None:
    """Every managed policy has an ARN without a lookup in an account."""
    arns = shop.resources["PriceRole"]["Properties"]["ManagedPolicyArns"]
    assert "arn:aws:iam::aws:policy/AmazonMadeUpAccess" in arns


def test_order(shop: Stack) -> None:
    """Resources are in template order, with generated resources after their source."""
    names = list(shop.resources)
    assert [names[0], names[4]] == ["Price", "Ship"]
    assert set(names[1:4]) == {"PriceRole", "PriceSent", "PriceCalledPermissionProd"}
    assert names.index("Flow") < names.index("Written") < names.index("Queue")


def test_places(shop: Stack) -> None:
    """A resource that SAM generates has the place of its source."""
    assert (
        shop.place(("Resources", "PriceRole", "Properties")).line
        == SHOP[: SHOP.index("  Price:")].count("\n") + 1
    )
    assert shop.place(("Resources", "Ship", "Properties", "Handler")).column == 27


def test_code_beside_the_template(tmp_path: Path) -> None:
    """The code of a function without CodeUri is beside the template; a build has its own paths."""
    properties = "{Handler: a.b, Runtime: python3.12}"
    template = f"{HEAD}Resources: {{F: {{Type: AWS::Serverless::Function, Properties: {properties}}}}}"
    write_project(tmp_path / "shop", {"template.yaml": template, ".aws-sam/build/template.yaml": template})
    for file, code in (("template.yaml", ""), (".aws-sam/build/template.yaml", "/.aws-sam/build")):
        stack = read_cloudformation_stack(tmp_path / "shop" / file)
        assert stack.resources["F"]["Properties"]["Code"] == {"CodeDir": f"{tmp_path}/shop{code}"}
        assert (stack.name, stack.folder) == ("shop", tmp_path / "shop")


def test_api_definition(tmp_path: Path) -> None:
    """An API's local OpenAPI document is read; a missing one is only noted."""
    properties = "{StageName: v1, DefinitionUri: api.yaml}"
    template = f"{HEAD}Resources: {{Api: {{Type: AWS::Serverless::Api, Properties: {properties}}}}}"
    write_project(tmp_path, {"template.yaml": template})
    (note,) = read_cloudformation_stack(tmp_path / "template.yaml").notes
    assert note == f"Api: {tmp_path}/api.yaml does not exist. The API has no routes."
    write_project(tmp_path, {"api.yaml": "openapi: 3.0.1\npaths: {/orders: {get: {}}}\n"})
    stack = read_cloudformation_stack(tmp_path / "template.yaml")
    assert "/orders" in stack.resources["Api"]["Properties"]["Body"]["paths"]
    assert (stack.notes, stack.files[-1]) == ((), tmp_path / "api.yaml")


@pytest.mark.parametrize("resources, line, message", [
    ("\n  F: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}", 3,
     ("Resource with id [F] is invalid. Runtime and Handler needs to be present when PackageType is of type "
      "`Zip`")),
    ("\n  F: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, Runtime: x, Colour: red}}", 3,
     ("Resource with id [F] is invalid. property Colour not defined for resource of type "
      "AWS::Serverless::Function")),
    ("\n  S: {Type: AWS::Serverless::StateMachine}\n  T: {Type: AWS::Serverless::StateMachine}", 3,
     ("Resource with id [S] is invalid. Either 'Definition' or 'DefinitionUri' property must be specified. "
      "(1 more.)")),
    (" {}", 2, "The template has no Resources."),
])  # fmt: skip
def test_refused_template(tmp_path: Path, resources: str, line: int, message: str) -> None:
    """SAM's error has SAM's reason and the place of the resource."""
    write_project(tmp_path, {"template.yaml": f"{HEAD}Resources:{resources}\n"})
    with pytest.raises(TemplateError) as caught:
        read_cloudformation_stack(tmp_path / "template.yaml")
    assert caught.value.message == message
    assert caught.value.place.line == line


def test_missing_translator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, one line says what to install."""
    monkeypatch.setitem(sys.modules, "samtranslator.translator.translator", None)
    write_project(
        tmp_path, {"template.yaml": f"{HEAD}Resources: {{F: {{Type: AWS::Serverless::SimpleTable}}}}"}
    )
    with pytest.raises(ConfigurationError, match="Install the extras stacks and aws: "):
        read_cloudformation_stack(tmp_path / "template.yaml")


def test_missing_transform(tmp_path: Path) -> None:
    """SAM's types without SAM's transform are rejected, as by CloudFormation."""
    write_project(tmp_path, {"template.yaml": "Resources:\n  T: {Type: AWS::Serverless::SimpleTable}\n"})
    with pytest.raises(TemplateError, match=r"yaml:2:6: .* Transform: AWS::Serverless-2016-10-31"):
        read_cloudformation_stack(tmp_path / "template.yaml")


def test_macro_of_an_account(tmp_path: Path) -> None:
    """A macro that exists only in an account is noted."""
    template = "Transform: [Mine, AWS::LanguageExtensions]\nResources: {Q: {Type: AWS::SQS::Queue}}\n"
    write_project(tmp_path, {"template.yaml": template})
    (note,) = read_cloudformation_stack(tmp_path / "template.yaml").notes
    assert note == "The macro Mine is not applied: macros run only in an AWS account."
