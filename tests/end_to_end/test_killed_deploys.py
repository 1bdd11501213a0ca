"""`kill -9` in the middle of a deploy, at one of its commits: the next deploy completes it."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.faults import failing, why_no_disk_fails
from tests.processes import sfn, sfn_json
from tests.projects import write_shop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,  # several deploys are killed and completed, again and again
    pytest.mark.skipif(bool(why_no_disk_fails()), reason=why_no_disk_fails()),
]

LOG = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/shop"}}
LATER_LOG = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/shop/later"}}
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 5}}
TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    },
}
OTHERS = {
    "News": {"Type": "AWS::SNS::Topic"},
    "NewsToQueue": {
        "Type": "AWS::SNS::Subscription",
        "Properties": {
            "TopicArn": {"Ref": "News"},
            "Protocol": "sqs",
            "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]},
        },
    },
    "Limit": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "News"}}},
    "Password": {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": {}}},
    "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "shop"}},
    "Files": {"Type": "AWS::S3::Bucket"},
    "PriceVersion": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Price"}}},
    "PriceLive": {
        "Type": "AWS::Lambda::Alias",
        "Properties": {
            "FunctionName": {"Ref": "Price"},
            "Name": "live",
            "FunctionVersion": {"Fn::GetAtt": ["PriceVersion", "Version"]},
        },
    },
    "OrderFlowVersion": {
        "Type": "AWS::StepFunctions::StateMachineVersion",
        "Properties": {
            "StateMachineArn": {"Ref": "OrderFlow"},
            "StateMachineRevisionId": {"Fn::GetAtt": ["OrderFlow", "StateMachineRevisionId"]},
        },
    },
}
MOST_COMMITS = 100
EVERY = int(os.environ.get("SFN_FAULTS_EVERY", "10"))
"""The interval of the commits at which a deploy is killed: 1 tries all."""
EVERY_LATER = 1 if EVERY == 1 else 2 * EVERY
"""The interval for a later deploy, which is tried twice."""


def killed_at(home: Path, tmp_path: Path, number: int, *command: str) -> bool:
    """Runs a command that is killed at its n-th commit. Returns whether it reached that commit."""
    fault = failing(f"sync:{number}:KILL:command", tmp_path / "count")
    done = sfn(home, *command, environment=fault)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


def each_kill(home: Path, tmp_path: Path, *command: str, every: int = EVERY) -> Iterator[int]:
    """Kills a command at its first commit, at a later one, …; yields after each kill."""
    for number in range(1, MOST_COMMITS, every):
        if not killed_at(home, tmp_path, number, *command):
            return
        yield number
    raise AssertionError(f"{command} has {MOST_COMMITS} commits")


def check_stack(home: Path, logical_ids: Sequence[str]) -> None:
    """The stack is complete, has these resources, and the store has nothing else."""
    shown = sfn_json(home, "stack", "show", "shop")
    assert shown["StackStatus"].endswith("_COMPLETE")
    resources: dict[str, Any] = {}
    for one in shown["Resources"]:
        assert one["ResourceStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
        assert one["LogicalResourceId"] not in resources
        resources[one["LogicalResourceId"]] = one["PhysicalResourceId"]
    assert sorted(resources) == sorted(logical_ids)
    versions = [id for name, id in resources.items() if name == "OrderFlowVersion"]
    machines = [one["stateMachineArn"] for one in sfn_json(home, "list-state-machines")["stateMachines"]]
    assert sorted(machines) == sorted(
        arn for arn in resources.values() if ":stateMachine:" in arn and arn not in versions
    )
    functions = [one["FunctionName"] for one in sfn_json(home, "lambda", "list-functions")["Functions"]]
    assert functions == [resources["Price"]]
    groups = [one["logGroupName"] for one in sfn_json(home, "logs", "describe-log-groups")["logGroups"]]
    of_functions = {f"/aws/lambda/{resources['Price']}"}
    assert sorted(set(groups) - of_functions) == sorted(
        name for id, name in resources.items() if id.endswith("Log")
    )


def check_services(home: Path, logical_ids: Sequence[str]) -> None:
    """The local services have exactly the stack's resources."""
    url = sfn(home, "aws", "endpoint").stdout.strip()

    def client(service: str) -> Any:
        return boto3.client(
            service, "us-east-1", endpoint_url=url, aws_access_key_id="any", aws_secret_access_key="any"
        )

    there = {
        "News": client("sns").list_topics()["Topics"],
        "NewsToQueue": client("sns").list_subscriptions()["Subscriptions"],
        "Password": client("secretsmanager").list_secrets()["SecretList"],
        "Files": client("s3").list_buckets()["Buckets"],
        "Queue": client("sqs").list_queues().get("QueueUrls", []),
        "Table": client("dynamodb").list_tables()["TableNames"],
    }
    assert {name: len(found) for name, found in there.items()} == {
        name: int(name in logical_ids) for name in there
    }


def test_a_first_deploy(home: Path, tmp_path: Path) -> None:
    """A killed first deploy, and a killed delete of its stack, are completed by the next."""
    project = str(write_shop(tmp_path / "shop", resources={"Log": LOG}))
    kills = 0
    for _ in each_kill(home, tmp_path, "deploy", project):
        kills += 1
        sfn_json(home, "deploy", project)
        check_stack(home, ["Log", "Role", "Price", "OrderFlow"])
        assert sfn(home, "stack", "delete", "shop").returncode == 0
    assert kills > 1
    for _ in each_kill(home, tmp_path, "stack", "delete", "shop"):
        sfn_json(home, "deploy", project)
        check_stack(home, ["Log", "Role", "Price", "OrderFlow"])
    assert sfn_json(home, "stack", "list") == {"Stacks": []}
    assert sfn_json(home, "list-state-machines") == {"stateMachines": []}
    assert sfn(home, "doctor").returncode == 0


def test_a_later_deploy(home: Path, tmp_path: Path) -> None:
    """A killed deploy that creates, updates, replaces and deletes is completed by the next one."""
    project = tmp_path / "shop"
    versions: list[tuple[dict[str, Any], list[str]]] = [
        (
            {"state": {"Comment": "1"}, "resources": {"Log": LOG, "Queue": QUEUE, **OTHERS}},
            ["Log", "Queue", "Role", "Price", "OrderFlow", *OTHERS],
        ),
        (
            {
                "state": {"Comment": "2"},
                "resources": {
                    "Log": LATER_LOG,
                    "Table": TABLE,
                    "Queue": {**QUEUE, "Properties": {"VisibilityTimeout": 6}},
                },
            },
            ["Log", "Queue", "Table", "Role", "Price", "OrderFlow"],
        ),
    ]
    for first, second in (versions, versions[::-1]):
        write_shop(project, **first[0])
        sfn_json(home, "deploy", str(project))
        check_stack(home, first[1])
        write_shop(project, **second[0])
        kills = 0
        for _ in each_kill(home, tmp_path, "deploy", str(project), every=EVERY_LATER):
            kills += 1
            sfn_json(home, "deploy", str(project))
            check_stack(home, second[1])
            check_services(home, second[1])
            write_shop(project, **first[0])
            sfn_json(home, "deploy", str(project))
            write_shop(project, **second[0])
        assert kills > 1
        check_stack(home, second[1])
