"""Service integrations: those that AWS does not support are rejected by name."""

from __future__ import annotations

import json

import botocore.session
import pytest

from sfn_cli.asl.validation.validate import validate
from sfn_cli.integrations.aws.clients import client_service_names
from tests.compile_sdk_requests import SERVICES


def faults(resource: str) -> list[str]:
    """Returns the problems of the Resource, not of its arguments."""
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "End": True}
    found = validate(json.dumps({"StartAt": "T", "States": {"T": state}}))
    return [fault.message for fault in found if "Parameters" not in fault.message]


@pytest.mark.parametrize(
    "resource",
    [
        "sqs:sendMessage", "sqs:sendMessage.waitForTaskToken", "dynamodb:putItem", "ecs:runTask.sync",
        "states:startExecution.sync:2", "aws-sdk:s3:getObject", "aws-sdk:sfn:startExecution",
        "aws-sdk:cloudwatchlogs:putLogEvents.waitForTaskToken",
        "aws-sdk:config:listDiscoveredResources", "aws-sdk:costandusagereport:describeReportDefinitions",
        "aws-sdk:databasemigration:startReplicationTask", "aws-sdk:directory:describeDirectories",
        "aws-sdk:directoryservicedata:listUsers", "aws-sdk:elasticsearch:listDomainNames",
        "aws-sdk:lexmodelbuilding:getBots", "aws-sdk:lexruntime:postText",
        "aws-sdk:marketplaceentitlement:getEntitlements", "aws-sdk:applicationdiscovery:listServerNeighbors",
        "aws-sdk:lookoutvision:startModel", "aws-sdk:iotanalytics:batchPutMessage",
    ],
)  # fmt: skip
def test_known(resource: str) -> None:
    """AWS's integrations are accepted, including those that sfn does not support."""
    assert faults(resource) == []


@pytest.mark.parametrize(
    "resource",
    [
        "sqs:receiveMessage", "sqs:sendMessage.sync", "dynamodb:putItem.waitForTaskToken",
        "sqss:sendMessage", "lambda:invoke.sync", "aws-sdk:s33:getObject", "aws-sdk:s3:GetObject",
        "aws-sdk:sqs:fooBar", "aws-sdk:sqs:listQueue",
        "aws-sdk:s3:getObject.sync", "aws-sdk:stepfunctions:startExecution",
        "aws-sdk:configservice:listDiscoveredResources", "aws-sdk:lexruntimeservice:postText",
    ],
)  # fmt: skip
def test_unknown(resource: str) -> None:
    """Resources that are not integrations of AWS are rejected."""
    (fault,) = faults(resource)
    assert fault.startswith(f"The resource provided arn:aws:states:::{resource} is not recognized.")


@pytest.mark.parametrize(
    "resource, known",
    [
        ("aws-sdk:s3:getObject", True),
        ("sqs:sendMessage.waitForTaskToken", True),
        ("states:startExecution.sync:2", True),
        ("aws-sdk:s33:getObject", False),
        ("stateMachine:order", False),
        ("execution:order:1", False),
    ],
)
def test_region_and_account(resource: str, known: bool) -> None:
    """An integration may name a region and an account, which are ignored."""
    arn = f"arn:aws:states:us-east-1:123456789012:{resource}"
    state = {
        "Type": "Task",
        "Resource": arn,
        "Parameters": {"QueueUrl": "u", "MessageBody": "b"},
        "End": True,
    }
    state["Parameters"]["StateMachineArn"] = "arn:aws:states:us-east-1:123456789012:stateMachine:m"  # type: ignore[index]
    found = validate(json.dumps({"StartAt": "T", "States": {"T": state}}))
    refused = [fault for fault in found if f"The resource provided {arn} is not recognized" in fault.message]
    assert len(refused) == (0 if known else 1)


def test_services_of_botocore() -> None:
    """The services of aws-sdk tasks are those that botocore can call."""
    assert set(client_service_names(botocore.session.Session())) == {
        file.stem for file in SERVICES.glob("*.json")
    }
