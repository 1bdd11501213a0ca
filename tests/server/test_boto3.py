"""The server as boto3 sees it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from sfn_cli.api import model
from sfn_cli.api.operations import OPERATIONS
from tests.api.fakes import PASS, ROLE
from tests.functions.workbench import RUNTIME, zip_of
from tests.server.served import refused

if TYPE_CHECKING:
    from tests.server.served import Served


def test_an_execution(served: Served) -> None:
    """Created, started, read and stopped, with times as datetimes."""
    sfn = served.client("stepfunctions")
    machine = sfn.create_state_machine(name="boto", definition=PASS, roleArn=ROLE)
    assert machine["creationDate"] > datetime(2023, 11, 14, tzinfo=UTC)
    answer = sfn.start_execution(stateMachineArn=machine["stateMachineArn"], name="e", input='"é"')
    execution = answer["executionArn"]
    described = sfn.describe_execution(executionArn=execution)
    assert (described["status"], described["input"], described["inputDetails"]) == (
        "RUNNING",
        '"é"',
        {"included": True},
    )
    assert "stopDate" not in described
    sfn.stop_execution(executionArn=execution)
    events = sfn.get_execution_history(executionArn=execution)["events"]
    assert [event["type"] for event in events] == ["ExecutionStarted", "ExecutionAborted"]


def test_many_at_once(served: Served) -> None:
    """Requests that come together are answered as if they came in turn: one execution of a name."""
    sfn = served.client("stepfunctions")
    arn = sfn.create_state_machine(name="crowd", definition=PASS, roleArn=ROLE)["stateMachineArn"]
    with ThreadPoolExecutor(16) as threads:
        answers = list(
            threads.map(
                lambda number: sfn.start_execution(stateMachineArn=arn, name=f"e{number % 5}"), range(60)
            )
        )
    assert len({(answer["executionArn"], answer["startDate"]) for answer in answers}) == 5
    assert len(sfn.list_executions(stateMachineArn=arn)["executions"]) == 5


def test_events_and_schedules(served: Served) -> None:
    """Rules and schedules, with times as datetimes and AWS's statuses for errors."""
    events, scheduler = served.client("events"), served.client("scheduler")
    target = {"Arn": "arn:aws:sqs:us-east-1:123456789012:q", "RoleArn": ROLE}
    start = datetime(2030, 1, 1, tzinfo=UTC)
    scheduler.create_schedule(
        Name="s",
        ScheduleExpression="rate(1 hour)",
        StartDate=start,
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=target,
    )
    found = scheduler.get_schedule(Name="s")
    assert (found["StartDate"], found["Target"]) == (start, target)
    events.put_rule(Name="r", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="r", Targets=[{"Id": "1", **target}])
    sent = events.put_events(Entries=[{"Source": "shop", "DetailType": "t", "Detail": "{}", "Time": start}])
    assert sent["FailedEntryCount"] == 0
    for call, status in ((lambda: scheduler.get_schedule(Name="no"), 404), (events.list_endpoints, 400)):
        with pytest.raises(ClientError) as caught:
            call()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_pipes(served: Served) -> None:
    """Scheduler and Pipes have the same paths for tags: the ARN says whose they are."""
    pipes, scheduler = served.client("pipes"), served.client("scheduler")
    start = datetime(2030, 1, 1, tzinfo=UTC)
    kinesis = {"StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": start}
    arn = pipes.create_pipe(
        Name="p",
        RoleArn=ROLE,
        Source="arn:aws:kinesis:us-east-1:123456789012:stream/s",
        SourceParameters={"KinesisStreamParameters": kinesis},
        Target="arn:aws:sqs:us-east-1:123456789012:q",
    )["Arn"]
    group = scheduler.create_schedule_group(Name="g")["ScheduleGroupArn"]
    pipes.tag_resource(resourceArn=arn, tags={"team": "a", "cost": "1"})
    pipes.untag_resource(resourceArn=arn, tagKeys=["cost"])
    scheduler.tag_resource(ResourceArn=group, Tags=[{"Key": "team", "Value": "b"}])
    assert pipes.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "a"}
    assert scheduler.list_tags_for_resource(ResourceArn=group)["Tags"] == [{"Key": "team", "Value": "b"}]
    pipes.update_pipe(Name="p", RoleArn=ROLE, DesiredState="STOPPED")
    found = pipes.describe_pipe(Name="p")
    assert found["SourceParameters"]["KinesisStreamParameters"] == kinesis
    assert found["CurrentState"] == pipes.list_pipes()["Pipes"][0]["CurrentState"] == "STOPPED"
    pipes.delete_pipe(Name="p")
    with pytest.raises(ClientError) as missing:
        pipes.describe_pipe(Name="p")
    assert missing.value.response["Error"]["Code"] == "NotFoundException"
    assert missing.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_paginator(served: Served) -> None:
    """boto3's paginator follows the tokens to the end."""
    sfn = served.client("stepfunctions")
    arn = sfn.create_state_machine(name="pages", definition=PASS, roleArn=ROLE)["stateMachineArn"]
    for number in range(5):
        sfn.start_execution(stateMachineArn=arn, name=f"e{number}")
    pages = sfn.get_paginator("list_executions").paginate(
        stateMachineArn=arn, PaginationConfig={"PageSize": 2}
    )
    assert [len(page["executions"]) for page in pages] == [2, 2, 1]


def test_errors(served: Served) -> None:
    """The code, the message and the status of AWS; constraints are the server's to check."""
    sfn = served.client("stepfunctions")
    assert refused(sfn.describe_state_machine, stateMachineArn="x") == (
        "InvalidArn",
        "Invalid Arn: 'Invalid ARN prefix: x'",
        400,
    )
    assert refused(sfn.list_state_machines, maxResults=1001) == (
        "ValidationException",
        (
            "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: "
            "Member must have value less than or equal to 1000"
        ),
        400,
    )
    assert refused(sfn.list_state_machines, nextToken="")[0] == "ValidationException"
    assert refused(sfn.create_state_machine)[0] == "ValidationException"
    assert refused(sfn.start_execution, stateMachineArn=5) == (
        "SerializationException",
        "NUMBER_VALUE can not be converted to a String",
        400,
    )


def test_extra_members_of_errors(served: Served) -> None:
    """ResourceNotFound names the resource, as AWS does."""
    sfn = served.client("stepfunctions")
    arn = "arn:aws:states:us-east-1:123456789012:mapRun:m/x:y"
    with pytest.raises(ClientError) as error:
        sfn.list_executions(mapRunArn=arn)
    response: Any = error.value.response
    assert response["resourceName"] == arn


def test_every_operation_is_there() -> None:
    """No operation of Step Functions is left out: boto3's methods all work."""
    names = model.model_operation_names("stepfunctions")
    assert [name for name in names if ("stepfunctions", name) not in OPERATIONS] == []


def test_logs(served: Served) -> None:
    """CloudWatch Logs by JSON 1.1, over the same port."""
    logs = served.client("logs")
    logs.create_log_group(logGroupName="/g")
    assert [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]] == ["/g"]
    assert refused(logs.create_log_group, logGroupName="/g")[0] == "ResourceAlreadyExistsException"


def test_lambda(served: Served) -> None:
    """Lambda by REST, over the same port; its errors have statuses of their own."""
    functions = served.client("lambda")
    assert functions.list_functions(MaxItems=5)["Functions"] == []
    assert refused(functions.get_function, FunctionName="gone")[::2] == ("ResourceNotFoundException", 404)
    with pytest.raises(ClientError) as error:  # recorded: the members of Lambda's errors (2025-11)
        functions.get_function(FunctionName="gone")
    assert (error.value.response["Type"], error.value.response["Message"]) == (
        "User",
        "Function not found: arn:aws:lambda:us-east-1:123456789012:function:gone",
    )


def test_versions_of_functions(served: Served) -> None:
    """Versions and aliases by their paths and queries, with the statuses that Lambda has."""
    functions = served.client("lambda")
    code = {"ZipFile": zip_of({"app.py": "def handler(event, context): return context.function_version"})}
    functions.create_function(FunctionName="fn", Runtime=RUNTIME, Handler="app.handler", Role=ROLE, Code=code)
    assert functions.publish_version(FunctionName="fn")["ResponseMetadata"]["HTTPStatusCode"] == 201
    weights = {"AdditionalVersionWeights": {"1": 0.5}}
    assert refused(
        functions.create_alias, FunctionName="fn", Name="a", FunctionVersion="$LATEST", RoutingConfig=weights
    )[::2] == (
        "InvalidParameterValueException",
        400,
    )
    functions.create_alias(FunctionName="fn", Name="live", FunctionVersion="1")
    assert functions.update_alias(FunctionName="fn", Name="live", Description="d")["Description"] == "d"
    assert functions.get_alias(FunctionName="fn", Name="live")["FunctionVersion"] == "1"
    assert [
        alias["Name"] for alias in functions.list_aliases(FunctionName="fn", FunctionVersion="1")["Aliases"]
    ] == ["live"]
    assert len(functions.list_versions_by_function(FunctionName="fn")["Versions"]) == 2
    # recorded by LocalStack 2025-11
    elsewhere = "arn:aws:lambda:eu-west-1:123456789012:function:fn"
    for operation in (functions.get_function, functions.delete_function):
        assert refused(operation, FunctionName=elsewhere) == (
            "ResourceNotFoundException",
            "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
            404,
        )
    assert functions.get_function(FunctionName="fn", Qualifier="live")["Configuration"]["Version"] == "1"
    assert functions.invoke(FunctionName="fn:live", InvocationType="DryRun")["StatusCode"] == 204
    assert functions.delete_alias(FunctionName="fn", Name="live")["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert (
        functions.delete_function(FunctionName="fn", Qualifier="1")["ResponseMetadata"]["HTTPStatusCode"]
        == 204
    )
    assert refused(functions.get_function, FunctionName="fn:1")[::2] == ("ResourceNotFoundException", 404)
