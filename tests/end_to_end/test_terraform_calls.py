"""The calls of Terraform's AWS provider for the module of docs/guides/terraform.md, at `sfn serve`.

The provider itself is not installed everywhere. These are the calls that it was seen to make, with
version 5.100: what it creates it reads again, and changes it if the two differ.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.processes import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Clients = Callable[[str], Any]

pytestmark = pytest.mark.slow  # AWS's services take seconds to start

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "states.amazonaws.com"}}
    ],
}
LOGGING = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    """Returns boto3's clients; all services are at one URL, as with AWS_ENDPOINT_URL."""
    home = tmp_path_factory.mktemp("terraform") / "home"
    with serving(home) as url:
        keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
        yield lambda service: boto3.client(service, "us-east-1", endpoint_url=url, **keys)


def zip_of_function() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("app.py", "def lambda_handler(event, context):\n    return event\n")
    return file.getvalue()


def test_apply_plan_and_destroy(clients: Clients) -> None:
    """Resources are read as they were created; those that were deleted are not found."""
    assert clients("sts").get_caller_identity()["Account"] == "123456789012"

    iam = clients("iam")
    iam.create_role(RoleName="greeting", AssumeRolePolicyDocument=json.dumps(TRUST), Path="/")
    role = iam.get_role(RoleName="greeting")["Role"]
    assert role["AssumeRolePolicyDocument"] == TRUST
    assert iam.list_role_policies(RoleName="greeting")["PolicyNames"] == []
    assert iam.list_attached_role_policies(RoleName="greeting")["AttachedPolicies"] == []
    iam.attach_role_policy(RoleName="greeting", PolicyArn=LOGGING)
    assert iam.list_attached_role_policies(RoleName="greeting")["AttachedPolicies"] == [
        {"PolicyName": "AWSLambdaBasicExecutionRole", "PolicyArn": LOGGING}
    ]

    functions = clients("lambda")
    functions.create_function(
        FunctionName="Greeter", Role=role["Arn"], Runtime="python3.12", Handler="app.lambda_handler",
        Code={"ZipFile": zip_of_function()}, Description="", Timeout=3, MemorySize=128, Publish=False,
        PackageType="Zip",
    )  # fmt: skip
    function = functions.get_function(FunctionName="Greeter")["Configuration"]
    assert (function["Role"], function["State"], function["LastUpdateStatus"]) == (
        role["Arn"],
        "Active",
        "Successful",
    )
    versions = functions.list_versions_by_function(FunctionName="Greeter", MaxItems=10000)["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST"]
    assert "CodeSigningConfigArn" not in functions.get_function_code_signing_config(FunctionName="Greeter")

    states = clients("stepfunctions")
    greet = {"Type": "Task", "Resource": function["FunctionArn"], "End": True}
    definition = json.dumps({"StartAt": "Greet", "States": {"Greet": greet}})
    assert states.validate_state_machine_definition(definition=definition)["result"] == "OK"
    machine = states.create_state_machine(name="greeting", definition=definition, roleArn=role["Arn"])
    arn = machine["stateMachineArn"]
    described = states.describe_state_machine(stateMachineArn=arn)
    assert (described["definition"], described["roleArn"]) == (definition, role["Arn"])
    assert states.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"] == []
    assert states.list_tags_for_resource(resourceArn=arn)["tags"] == []

    states.delete_state_machine(stateMachineArn=arn)
    with pytest.raises(ClientError, match="StateMachineDoesNotExist"):
        states.describe_state_machine(stateMachineArn=arn)
    functions.delete_function(FunctionName="Greeter")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        functions.get_function(FunctionName="Greeter")
    assert iam.list_instance_profiles_for_role(RoleName="greeting")["InstanceProfiles"] == []
    iam.detach_role_policy(RoleName="greeting", PolicyArn=LOGGING)
    iam.delete_role(RoleName="greeting")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_role(RoleName="greeting")


def test_code_in_s3(clients: Clients) -> None:
    """A function's code is read from the local S3."""
    s3, functions = clients("s3"), clients("lambda")
    s3.create_bucket(Bucket="code")
    s3.put_object(Bucket="code", Key="app.zip", Body=zip_of_function())
    place = {"S3Bucket": "code", "S3Key": "app.zip"}
    functions.create_function(
        FunctionName="stored", Role="arn:aws:iam::123456789012:role/any", Runtime="python3.12",
        Handler="app.lambda_handler", Code=place,
    )  # fmt: skip
    assert functions.invoke(FunctionName="stored", Payload=b"[1]")["Payload"].read() == b"[1]"
    functions.update_function_code(FunctionName="stored", **place)
    missing = re.escape(
        "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The spec"
    )
    with pytest.raises(ClientError, match=missing):
        functions.update_function_code(FunctionName="stored", S3Bucket="code", S3Key="gone.zip")
