"""Services of the Serverless Framework as stacks: serverless.yml, its variables, and packages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.stacks.readers.serverless.read import read_serverless_service
from sfn_cli.stacks.stack import TemplateError
from tests.pictures import EXAMPLES
from tests.stacks.project_files import write_project

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sfn_cli.stacks.stack import Stack

SERVICE = """
service: shop
params:
  default: {size: 1}
  prod: {size: 9}
provider:
  name: aws
  runtime: nodejs20.x
  stage: ${opt:stage, 'dev'}
  environment: {FROM_PROVIDER: a}
custom:
  names:
    dev: table-dev
    prod: table-prod
  tables: ["one", "two"]
  indirect: ${self:custom.names}
  loop: ${self:custom.loop}
  value: VALUE
"""


def read(folder: Path, files: Mapping[str, str], **options: str) -> Stack:
    write_project(folder, files)
    return read_serverless_service(
        folder / "serverless.yml",
        options,
        {"HOME_TOWN": "Oslo"},
        region="eu-west-1",
        account_id="999999999999",
    )


def properties(stack: Stack, logical_id: str) -> dict[str, Any]:
    return dict(stack.resources[logical_id]["Properties"])


RESOURCE = """
resources:
  Resources:
    P:
      Type: AWS::SSM::Parameter
      Properties:
        Value: ${self:custom.value}
"""


def value_of(folder: Path, value: str, **options: str) -> Any:
    text = SERVICE.replace("VALUE", value) + RESOURCE
    files = {
        "serverless.yml": text,
        "more.yml": "a:\n  b: ${self:service}-c\nlist: [x, y]\n",
        "words.yml": "[Yes, no, off, true]\n",
        "note.txt": "a note\n",
        "data.json": '{"k": {"n": 5}}',
    }
    return properties(read(folder, files, **options), "P").get("Value")


@pytest.mark.parametrize(
    "value, resolved",
    [
        ("${self:service}", "shop"),
        ("${self:service.name}", "shop"),
        ("${self:provider.stage}", "dev"),
        ("${sls:stage}-${self:service}", "dev-shop"),
        ("${opt:stage, 'none'}", "none"),
        ("${opt:missing, self:service}", "shop"),
        ("${opt:missing, ${self:custom.tables.1}}", "two"),
        ("${self:custom.names.${sls:stage}}", "table-dev"),
        ("${self:custom.indirect.prod}", "table-prod"),
        ("${self:custom.tables}", ["one", "two"]),
        ("${param:size}", 1),
        ("${env:HOME_TOWN}", "Oslo"),
        ("${env:NONE, 'home'}", "home"),
        ("${file(more.yml):a.b}", "shop-c"),
        ("${file(./more.yml):list}", ["x", "y"]),
        ("${file(data.json):k.n}", 5),
        ("${file(words.yml)}", ["Yes", "no", "off", True]),
        ("Yes", "Yes"),
        ("${file(note.txt)}", "a note"),
        ("${file(absent.yml), 'no'}", "no"),
        ("${aws:accountId}/${aws:region}", "999999999999/eu-west-1"),
        ("${ssm:/shop/url}", "{{resolve:ssm:/shop/url}}"),
        ("${cf:other.Output, 'x'}", "x"),
        ("${strToBool(true)}", True),
        ('"${AWS::Region}-${Name}"', "${AWS::Region}-${Name}"),
        ("!Sub '${AWS::Region}-${self:service}'", {"Fn::Sub": "${AWS::Region}-shop"}),
    ],
)
def test_variable(tmp_path: Path, value: str, resolved: Any) -> None:
    """Variables are resolved; `${…}` without a known source is left for CloudFormation."""
    assert value_of(tmp_path, value) == resolved


def test_stage(tmp_path: Path) -> None:
    """--parameter stage=… has the effect of the framework's --stage."""
    assert (
        value_of(tmp_path, "${self:custom.names.${sls:stage}}-${param:size}", stage="prod") == "table-prod-9"
    )


@pytest.mark.parametrize(
    "value, message",
    [
        ("${opt:name}", "${opt:name} has no value. Pass one: --parameter name=VALUE"),
        ("${env:NONE}", "${env:NONE} has no value. Set the environment variable NONE."),
        ("${self:custom.none}", "${self:custom.none} has no value"),
        ("${cf:other.Output}", "${cf:other.Output} has no value"),
        ("${self:custom.loop}", "Circular reference between variables: ${self:custom.loop}"),
        ("x${self:custom.tables}", "A variable in 'x${self:custom.tables}' is not a string"),
        ("${file(make.js):x}", "make.js is a program. Run `serverless package`: sfn reads .serverless."),
    ],
)
def test_variable_without_a_value(tmp_path: Path, value: str, message: str) -> None:
    """An error has the place of the text with the variable."""
    with pytest.raises(TemplateError) as caught:
        value_of(tmp_path, value)
    assert caught.value.message == message
    assert caught.value.place.file == str(tmp_path / "serverless.yml")
    assert caught.value.place.line > 1


FUNCTIONS = (
    SERVICE
    + """
layers:
  shared: {path: layer}
functions:
  hello-world:
    handler: src/hello.handler
    environment: {COUNT: 3, ON: true}
    layers: [{Ref: SharedLambdaLayer}]
    events:
      - schedule: rate(5 minutes)
      - sqs: arn:aws:sqs:eu-west-1:999999999999:q
      - http: GET /hello
  zipped:
    handler: app.handler
    name: my-zip
    runtime: python3.12
    package: {artifact: build/app.zip}
stepFunctions:
  stateMachines:
    orderFlow:
      type: EXPRESS
      events:
        - eventBridge: {event: {source: [shop]}}
      definition:
        StartAt: A
        States:
          A:
            Type: Task
            Resource: {Fn::GetAtt: [hello-world, Arn]}
            End: true
    named:
      id: Named
      name: named-${sls:stage}
      role: arn:aws:iam::999999999999:role/r
      definition: ${file(named.asl.json)}
  activities:
    - wait-for-it
resources:
  Resources:
    HelloDashworldLambdaFunction:
      Properties: {MemorySize: 256}
    Table: {Type: AWS::DynamoDB::Table}
  Outputs:
    Name: {Value: !Ref Table}
"""
)


@pytest.fixture
def service(tmp_path: Path) -> Stack:
    named = (
        '{"StartAt": "W", "States": {"W": {"Type": "Task", "Resource": "arn:aws:states:#{AWS::Region}:x"}}}'
    )
    return read(tmp_path, {"serverless.yml": FUNCTIONS, "named.asl.json": named})


def test_functions(service: Stack, tmp_path: Path) -> None:
    hello = properties(service, "HelloDashworldLambdaFunction")
    assert hello == {
        "FunctionName": "shop-dev-hello-world",
        "Code": {"CodeDir": str(tmp_path)},
        "Handler": "src/hello.handler",
        "Runtime": "nodejs20.x",
        "Role": {"Fn::GetAtt": ["IamRoleLambdaExecution", "Arn"]},
        "MemorySize": 256,
        "Timeout": 6,
        "Environment": {"Variables": {"FROM_PROVIDER": "a", "COUNT": "3", "ON": "true"}},
        "Layers": [{"Ref": "SharedLambdaLayer"}],
    }
    zipped = properties(service, "ZippedLambdaFunction")
    assert zipped["FunctionName"] == "my-zip"
    assert zipped["Code"] == {"CodeDir": str(tmp_path / "build" / "app.zip")}
    assert properties(service, "SharedLambdaLayer")["Content"] == {"CodeDir": str(tmp_path / "layer")}
    assert service.name == "shop-dev"


def test_default_runtime(tmp_path: Path) -> None:
    """The default runtime is Node.js, except for an image."""
    text = """
service: shop
functions:
  hello: {handler: hello.handler}
  packed: {image: shop/packed}
"""
    service = read(tmp_path, {"serverless.yml": text})
    assert properties(service, "HelloLambdaFunction")["Runtime"] == "nodejs20.x"
    assert "Runtime" not in properties(service, "PackedLambdaFunction")


def test_machines(service: Stack) -> None:
    flow = properties(service, "OrderFlowStepFunctionsStateMachine")
    assert flow["StateMachineType"] == "EXPRESS"
    assert flow["Definition"]["States"]["A"]["Resource"] == {
        "Fn::GetAtt": ["HelloDashworldLambdaFunction", "Arn"]
    }
    named = properties(service, "Named")
    assert named["StateMachineName"] == "named-dev"
    assert named["RoleArn"] == "arn:aws:iam::999999999999:role/r"
    assert named["Definition"]["States"]["W"]["Resource"] == {"Fn::Sub": "arn:aws:states:${AWS::Region}:x"}
    assert properties(service, "WaitDashforDashitStepFunctionsActivity") == {"Name": "wait-for-it"}


def test_events(service: Stack) -> None:
    """Rules and event source mappings become resources; a note names other events."""
    types = {name: resource["Type"] for name, resource in service.resources.items() if "Type" in resource}
    assert types["HelloDashworldEventsRuleSchedule1"] == "AWS::Events::Rule"
    assert types["HelloDashworldEventSourceMappingSQS2"] == "AWS::Lambda::EventSourceMapping"
    assert types["OrderFlowEventBridgeRule1"] == "AWS::Events::Rule"
    assert types["ApiGatewayMethodHelloGet"] == "AWS::ApiGateway::Method"
    assert service.notes == ()


def test_resources_of_events(tmp_path: Path) -> None:
    """Resources can refer to the APIs, topics and buckets that events create."""
    events = """
functions:
  hello:
    handler: hello.handler
    events:
      - http: GET /hello
      - httpApi: "*"
      - sns: order-events
      - sns: arn:aws:sns:eu-west-1:999999999999:existing
      - s3: my-photos
      - s3: {bucket: theirs, existing: true}
"""
    service = read(tmp_path, {"serverless.yml": SERVICE + events})
    types = {name: resource["Type"] for name, resource in service.resources.items()}
    assert types == {
        "HelloLambdaFunction": "AWS::Lambda::Function",
        "ApiGatewayRestApi": "AWS::ApiGateway::RestApi",
        "HttpApi": "AWS::ApiGatewayV2::Api",
        "ApiGatewayStage": "AWS::ApiGateway::Stage",
        "ApiGatewayResourceHello": "AWS::ApiGateway::Resource",
        "ApiGatewayMethodHelloGet": "AWS::ApiGateway::Method",
        "HttpApiStage": "AWS::ApiGatewayV2::Stage",
        "HttpApiIntegrationHello": "AWS::ApiGatewayV2::Integration",
        "HttpApiRouteDefault": "AWS::ApiGatewayV2::Route",
        "SNSTopicOrderevents": "AWS::SNS::Topic",
        "S3BucketMyphotos": "AWS::S3::Bucket",
        "HelloSnsSubscription3": "AWS::SNS::Subscription",
        "HelloSnsSubscription4": "AWS::SNS::Subscription",
        "HelloS3Notification5": "Terraform::S3::BucketNotification",
        "HelloS3Notification6": "Terraform::S3::BucketNotification",
        "IamRoleLambdaExecution": "AWS::IAM::Role",
    }
    assert properties(service, "ApiGatewayRestApi") == {"Name": "dev-shop"}
    assert properties(service, "HelloSnsSubscription3")["TopicArn"] == {"Ref": "SNSTopicOrderevents"}
    assert properties(service, "HelloS3Notification5") == {
        "Bucket": {"Ref": "S3BucketMyphotos"},
        "NotificationConfiguration": {
            "LambdaConfigurations": [
                {
                    "Event": "s3:ObjectCreated:*",
                    "Function": {"Fn::GetAtt": ["HelloLambdaFunction", "Arn"]},
                }
            ]
        },
    }
    assert service.notes == ()


def test_routes_of_events(tmp_path: Path) -> None:
    """Events of APIs are routes to functions and machines, with their paths, stages and CORS."""
    events = """
functions:
  orders:
    handler: orders.handler
    events:
      - http: {path: "orders/{id}", method: get, cors: true}
      - httpApi: "POST /orders"
stepFunctions:
  stateMachines:
    flow:
      definition: {StartAt: A, States: {A: {Type: Succeed}}}
      events:
        - http: {path: start, method: post}
"""
    service = read(tmp_path, {"serverless.yml": SERVICE + events})
    path = properties(service, "ApiGatewayResourceOrdersIdVar")
    assert (path["PathPart"], path["ParentId"]) == ("{id}", {"Ref": "ApiGatewayResourceOrders"})
    method = properties(service, "ApiGatewayMethodOrdersIdVarGet")
    assert (method["HttpMethod"], method["ResourceId"]) == ("GET", {"Ref": "ApiGatewayResourceOrdersIdVar"})
    assert method["Integration"]["Type"] == "AWS_PROXY"
    assert properties(service, "ApiGatewayMethodOrdersIdVarOptions")["Integration"]["Type"] == "MOCK"
    assert properties(service, "ApiGatewayStage")["StageName"] == "dev"
    assert properties(service, "HttpApiRoutePostOrders")["RouteKey"] == "POST /orders"
    start = properties(service, "ApiGatewayMethodStartPost")["Integration"]
    assert start["Uri"] == {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:states:action/StartExecution"}


def test_places(service: Stack, tmp_path: Path) -> None:
    """A resource has its place in the service's file."""
    lines = FUNCTIONS.splitlines()
    place = service.place(("Resources", "ZippedLambdaFunction", "Properties", "Handler"))
    assert place.file == str(tmp_path / "serverless.yml")
    assert lines[place.line - 1].strip() == "zipped:"
    assert lines[service.place(("Resources", "Table")).line - 1].strip().startswith("Table:")


def test_a_section_that_is_no_object(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match='"hello" must be an object'):
        read(tmp_path, {"serverless.yml": "service: s\nfunctions:\n  hello: src\n"})


def test_package(tmp_path: Path) -> None:
    """Local archives beside the template replace the objects on S3."""
    location = {"S3Bucket": {"Ref": "ServerlessDeploymentBucket"}, "S3Key": "serverless/shop/dev/1/shop.zip"}
    template = {
        "Resources": {
            "ServerlessDeploymentBucket": {"Type": "AWS::S3::Bucket"},
            "F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": location}},
            "V": {"Type": "AWS::Lambda::Version", "Properties": {"CodeSha256": "x", "FunctionName": "f"}},
        },
        "Outputs": {"ServerlessDeploymentBucketName": {"Value": {"Ref": "ServerlessDeploymentBucket"}}},
    }
    state = {"service": {"service": "shop", "provider": {"stage": "test"}}}
    write_project(
        tmp_path,
        {
            ".serverless/cloudformation-template-update-stack.json": json.dumps(template),
            ".serverless/serverless-state.json": json.dumps(state),
        },
    )
    folder = tmp_path / ".serverless"
    stack = read_serverless_service(folder / "cloudformation-template-update-stack.json")
    assert (stack.name, stack.folder) == ("shop-test", tmp_path)
    assert stack.resources["F"]["Properties"]["Code"] == {"CodeDir": str(folder / "shop.zip")}
    assert stack.resources["V"]["Properties"] == {"FunctionName": "f"}
    assert "ServerlessDeploymentBucket" not in stack.resources
    assert stack.template["Outputs"] == {}


def test_the_functions_of_the_payment_story() -> None:
    """The service has the same functions when packaged."""
    import zipfile

    story = EXAMPLES / "payment"
    names = {"bank": "Bank", "warehouse": "Warehouse", "ask_manager": "AskManager"}
    with zipfile.ZipFile(story / "packaged" / ".serverless" / "payment.zip") as package:
        for own, name in names.items():
            content = (story / "functions" / name / "app.py").read_bytes()
            assert (story / "serverless" / "functions" / f"{own}.py").read_bytes() == content
            assert package.read(f"functions/{own}.py") == content
