"""CloudFormation over HTTP with boto3, in the order of the deploy tools' calls, with files in S3.

The tools themselves are in tests/deploy_tools. The words of CloudFormation's errors are tested in
tests/stacks/operations, without a server.
"""

from __future__ import annotations

import io
import json
import zipfile
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.processes import boto3_client, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Clients = Callable[[str], Any]

pytestmark = pytest.mark.slow  # AWS's services take seconds to start

BUCKET = "assets"
SAM = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Bootstrap: {Type: AWS::SSM::Parameter::Value<String>, Default: /shop/version}
Resources:
  Pay:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.handler, Runtime: python3.11, CodeUri: s3://assets/pay.zip}
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: {Bucket: assets, Key: flow.json}
      DefinitionSubstitutions: {Pay: !GetAtt Pay.Arn}
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://assets/queue.yaml}}
Outputs:
  Flow: {Value: !Ref Flow}
  Version: {Value: !Ref Bootstrap}
"""
FLOW = {"StartAt": "P", "States": {"P": {"Type": "Task", "Resource": "${Pay}", "End": True}}}


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    """Returns boto3's clients, whose files are in the bucket; all services are at one URL."""
    home = tmp_path_factory.mktemp("cloudformation") / "home"
    with serving(home) as url:
        client = partial(boto3_client, url)
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("app.py", "def handler(event, context):\n    return {'paid': True}\n")
        s3 = client("s3")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="pay.zip", Body=code.getvalue())
        s3.put_object(Bucket=BUCKET, Key="flow.json", Body=json.dumps(FLOW))
        s3.put_object(Bucket=BUCKET, Key="queue.yaml", Body="DelaySeconds: 3")
        s3.put_object(Bucket=BUCKET, Key="a b/sam.yaml", Body=SAM)
        client("ssm").put_parameter(Name="/shop/version", Value="7", Type="String")
        yield client


def refused(function: Any, **request: Any) -> tuple[str, str, int]:
    with pytest.raises(ClientError) as error:
        function(**request)
    response: Any = error.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return response["Error"]["Code"], response["Error"]["Message"], status


def test_a_template_whose_files_are_in_s3(clients: Clients) -> None:
    """As sam deploys: by a change set, whose template, code and definition were uploaded before."""
    cloudformation = clients("cloudformation")
    url = f"{cloudformation.meta.endpoint_url}/{BUCKET}/a%20b/sam.yaml"
    assert refused(cloudformation.describe_stacks, StackName="shop") == (
        "ValidationError",
        "Stack with id shop does not exist",
        400,
    )
    made = cloudformation.create_change_set(
        StackName="shop",
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateURL=url,
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[],
        NotificationARNs=[],
        Tags=[{"Key": "stage", "Value": "dev"}],
    )
    cloudformation.get_waiter("change_set_create_complete").wait(
        ChangeSetName=made["Id"], StackName=made["StackId"], WaiterConfig={"MaxAttempts": 1}
    )
    changes = cloudformation.describe_change_set(ChangeSetName="first", StackName="shop")["Changes"]
    assert {change["ResourceChange"]["LogicalResourceId"] for change in changes} >= {"Pay", "Flow", "Queue"}
    cloudformation.execute_change_set(ChangeSetName="first", StackName="shop", DisableRollback=False)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="shop", WaiterConfig={"MaxAttempts": 1})
    (stack,) = cloudformation.describe_stacks(StackName=made["StackId"])["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    assert (stack["Tags"], outputs["Version"]) == ([{"Key": "stage", "Value": "dev"}], "7")
    assert stack["Parameters"] == [
        {"ParameterKey": "Bootstrap", "ParameterValue": "/shop/version", "ResolvedValue": "7"}
    ]
    assert cloudformation.get_template(StackName="shop")["TemplateBody"] == SAM

    machine = clients("stepfunctions").describe_state_machine(stateMachineArn=outputs["Flow"])
    function = json.loads(machine["definition"])["States"]["P"]["Resource"]
    answer = clients("lambda").invoke(FunctionName=function)["Payload"].read()
    assert json.loads(answer) == {"paid": True}
    queue = cloudformation.describe_stack_resource(StackName="shop", LogicalResourceId="Queue")
    address = queue["StackResourceDetail"]["PhysicalResourceId"]
    attributes = clients("sqs").get_queue_attributes(QueueUrl=address, AttributeNames=["DelaySeconds"])
    assert attributes["Attributes"] == {"DelaySeconds": "3"}

    cloudformation.delete_stack(StackName="shop")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="shop", WaiterConfig={"MaxAttempts": 1})
    events = cloudformation.get_paginator("describe_stack_events").paginate(StackName=made["StackId"])
    times = [event["Timestamp"] for page in events for event in page["StackEvents"]]
    assert times == sorted(set(times), reverse=True)


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.amazonaws.com/assets/a%20b/sam.yaml",
        "https://s3.us-east-1.amazonaws.com/assets/a%20b/sam.yaml",
        "https://assets.s3.amazonaws.com/a%20b/sam.yaml",
        "http://localhost:1/assets/a%20b/sam.yaml",
    ],
)
def test_a_template_url_is_read_from_the_local_s3(clients: Clients, url: str) -> None:
    """Whatever its host is, also that of AWS: serverless sends it."""
    validated = clients("cloudformation").validate_template(TemplateURL=url)
    assert validated["DeclaredTransforms"] == ["AWS::Serverless-2016-10-31"]


def test_objects_that_cannot_be_read(clients: Clients) -> None:
    validate = clients("cloudformation").validate_template
    missing = refused(validate, TemplateURL=f"https://s3.amazonaws.com/{BUCKET}/none.yaml")
    assert (missing[0], missing[1].splitlines()[0]) == (
        "ValidationError",
        "S3 error: The specified key does not exist.",
    )
    assert refused(validate, TemplateURL="file:///etc/passwd")[1] == "TemplateURL must be a supported URL."


@pytest.mark.parametrize(
    "operation, request_", [("describe_account_limits", {}), ("describe_stack_set", {"StackSetName": "s"})]
)
def test_an_operation_that_is_not_supported(clients: Clients, operation: str, request_: Any) -> None:
    """Not a status of 500, after which SDKs try again for minutes."""
    code, _, status = refused(getattr(clients("cloudformation"), operation), **request_)
    assert (code, status) == ("InvalidAction", 400)
