"""boto3 against `sfn serve`: its paginators and waiters, and Terraform's calls on deployment."""

from __future__ import annotations

import base64
import io
import json
import sys
import zipfile
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.processes import ROLE, boto3_client, serving, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"


def map_of(inner: str, **next: object) -> dict[str, object]:
    """A Map State in DISTRIBUTED mode."""
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": inner,
        "States": {inner: {"Type": "Pass", "End": True}},
    }
    return {"Type": "Map", "ItemProcessor": processor, **next}


MAPS = {
    "StartAt": "A",
    "States": {"A": map_of("a", Next="B"), "B": map_of("b", Next="C"), "C": map_of("c", End=True)},
}
PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
GROUP = "/aws/vendedlogs/states/deployed"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Any]]:
    """A function that returns a service's client, created as the documentation says."""
    with serving(tmp_path_factory.mktemp("boto3") / "home") as url:
        yield partial(boto3_client, url)


def code_of(text: str) -> bytes:
    """A zip whose app.py has this text."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("app.py", text)
    return file.getvalue()


def refusal(function: Callable[..., Any], **request: Any) -> str:
    """The code of the error with which a call is refused."""
    with pytest.raises(ClientError) as error:
        function(**request)
    return str(error.value.response["Error"]["Code"])


def items(client: Any, operation: str, size: int, **request: Any) -> tuple[Sequence[Any], int]:
    """Returns a paginator's items, in pages of at most this size, and the number of pages."""
    paginator = client.get_paginator(operation)
    pages = list(paginator.paginate(**request, PaginationConfig={"PageSize": size}))
    (key,) = paginator.result_keys
    return [item for page in pages for item in key.search(page)], len(pages)


def test_paginators_of_step_functions(client: Callable[[str], Any]) -> None:
    """Paginators follow the tokens to the end."""
    sfn = client("stepfunctions")
    for number in range(3):
        sfn.create_activity(name=f"page{number}")
        sfn.create_state_machine(name=f"page{number}", definition=json.dumps(PASS), roleArn=ROLE)
    arn = sfn.create_state_machine(name="pages", definition=json.dumps(MAPS), roleArn=ROLE)["stateMachineArn"]
    execution, *_ = [sfn.start_execution(stateMachineArn=arn, input="[1]")["executionArn"] for _ in range(3)]
    until(
        lambda: sfn.describe_execution(executionArn=execution)["status"] == "SUCCEEDED", "the end of the Maps"
    )

    activities, pages = items(sfn, "list_activities", 2)
    assert ([activity["name"] for activity in activities], pages) == (["page0", "page1", "page2"], 2)
    machines, _ = items(sfn, "list_state_machines", 1)
    assert [machine["name"] for machine in machines if machine["name"].startswith("page")] == [
        "page0",
        "page1",
        "page2",
        "pages",
    ]
    assert (
        len({listed["executionArn"] for listed in items(sfn, "list_executions", 2, stateMachineArn=arn)[0]})
        == 3
    )
    history, pages = items(sfn, "get_execution_history", 4, executionArn=execution)
    assert [event["id"] for event in history] == list(range(1, len(history) + 1))
    assert pages == -(-len(history) // 4) > 3
    assert len({run["mapRunArn"] for run in items(sfn, "list_map_runs", 1, executionArn=execution)[0]}) == 3


def test_paginators_of_logs_and_lambda(client: Callable[[str], Any]) -> None:
    """Paginators of Logs and Lambda follow the tokens to the end."""
    logs, functions = client("logs"), client("lambda")
    for number in range(3):
        logs.create_log_group(logGroupName=f"/page/{number}")
        logs.create_log_stream(logGroupName="/page/0", logStreamName=f"s{number}")
        now = logs.describe_log_groups(logGroupNamePrefix="/page/0")["logGroups"][0]["creationTime"]
        event = {"timestamp": now, "message": f"m{number}"}
        logs.put_log_events(logGroupName="/page/0", logStreamName=f"s{number}", logEvents=[event])
        functions.create_function(
            FunctionName=f"page{number}",
            Runtime=RUNTIME,
            Role=ROLE,
            Handler="app.handler",
            Code={"ZipFile": code_of("")},
        )
    groups, pages = items(logs, "describe_log_groups", 2, logGroupNamePrefix="/page/")
    assert ([group["logGroupName"] for group in groups], pages) == (["/page/0", "/page/1", "/page/2"], 2)
    streams, pages = items(logs, "describe_log_streams", 1, logGroupName="/page/0")
    assert ([stream["logStreamName"] for stream in streams], pages) == (["s0", "s1", "s2"], 3)
    paginator = logs.get_paginator("filter_log_events")
    found = paginator.paginate(logGroupName="/page/0", PaginationConfig={"PageSize": 2})
    assert [event["message"] for page in found for event in page["events"]] == ["m0", "m1", "m2"]
    listed, pages = items(functions, "list_functions", 2)
    assert [
        function["FunctionName"] for function in listed if function["FunctionName"].startswith("page")
    ] == ["page0", "page1", "page2"]
    assert pages >= 2


def test_request_ids(client: Callable[[str], Any]) -> None:
    """An invocation has one id: of the response, the context and the log (recorded by LocalStack)."""
    functions = client("lambda")
    source = "def handler(event, context): return context.aws_request_id.encode()"
    functions.create_function(
        FunctionName="ids",
        Runtime=RUNTIME,
        Role=ROLE,
        Handler="app.handler",
        Code={"ZipFile": code_of(source)},
        Timeout=60,
    )
    answer = functions.invoke(FunctionName="ids", LogType="Tail")
    id = answer["ResponseMetadata"]["RequestId"]
    assert answer["Payload"].read().decode() == id
    assert f"START RequestId: {id} Version: $LATEST\n" in base64.b64decode(answer["LogResult"]).decode()
    answer = functions.invoke_with_response_stream(FunctionName="ids")
    sent, complete = answer["EventStream"]
    assert sent["PayloadChunk"]["Payload"].decode() == answer["ResponseMetadata"]["RequestId"]
    assert complete == {"InvokeComplete": {}}


def test_waiters(client: Callable[[str], Any]) -> None:
    """Lambda's waiters end at once: a function is ready as soon as it exists.

    (Step Functions and Logs have none.)
    """
    functions = client("lambda")
    functions.create_function(
        FunctionName="wait", Runtime=RUNTIME, Role=ROLE, Handler="app.handler", Code={"ZipFile": code_of("")}
    )
    for waiter in (
        "function_exists",
        "function_active",
        "function_active_v2",
        "function_updated",
        "function_updated_v2",
    ):
        functions.get_waiter(waiter).wait(FunctionName="wait", WaiterConfig={"MaxAttempts": 1})
    assert not client("stepfunctions").waiter_names + client("logs").waiter_names


def test_a_deployment(client: Callable[[str], Any]) -> None:
    """A function, a log group, an activity and a state machine with an alias, deployed twice.

    They are created, read, updated, run, deleted and created again, by the operations that
    Terraform's provider calls, in its order.
    """
    sfn, logs, functions, sts = (client(service) for service in ("stepfunctions", "logs", "lambda", "sts"))
    account = sts.get_caller_identity()["Account"]
    machine_arn = f"arn:aws:states:us-east-1:{account}:stateMachine:deployed"
    for _ in range(2):
        group_arn = make_group(logs)
        function_arn = make_function(functions)
        activity_arn = sfn.create_activity(name="deployed", tags=[{"key": "a", "value": "1"}])["activityArn"]
        assert tags_of(sfn, activity_arn) == {"a": "1"}
        states = {"F": {"Type": "Task", "Resource": function_arn, "End": True}}
        definition = json.dumps({"StartAt": "F", "States": states})
        assert sfn.validate_state_machine_definition(definition=definition, type="STANDARD")["result"] == "OK"
        logging = {
            "level": "ALL",
            "includeExecutionData": True,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": f"{group_arn}:*"}}],
        }
        settings = {
            "definition": definition,
            "roleArn": ROLE,
            "loggingConfiguration": logging,
            "publish": True,
        }
        created = sfn.create_state_machine(
            name="deployed", type="STANDARD", tags=[{"key": "a", "value": "1"}], **settings
        )
        assert (created["stateMachineArn"], created["stateMachineVersionArn"]) == (
            machine_arn,
            f"{machine_arn}:1",
        )
        described = sfn.describe_state_machine(stateMachineArn=machine_arn)
        assert (described["status"], described["definition"], described["loggingConfiguration"]) == (
            "ACTIVE",
            definition,
            logging,
        )

        sfn.tag_resource(resourceArn=machine_arn, tags=[{"key": "b", "value": "2"}])
        sfn.untag_resource(resourceArn=machine_arn, tagKeys=["a"])
        assert tags_of(sfn, machine_arn) == {"b": "2"}
        settings["definition"] = json.dumps({**json.loads(definition), "Comment": "changed"})
        updated = sfn.update_state_machine(stateMachineArn=machine_arn, **settings)["stateMachineVersionArn"]
        answer = sfn.list_state_machine_versions(stateMachineArn=machine_arn, maxResults=1)
        (newest,) = answer["stateMachineVersions"]
        assert newest["stateMachineVersionArn"] == updated
        routing = [{"stateMachineVersionArn": updated, "weight": 100}]
        answer = sfn.create_state_machine_alias(name="live", routingConfiguration=routing)
        alias = answer["stateMachineAliasArn"]
        assert sfn.describe_state_machine_alias(stateMachineAliasArn=alias)["routingConfiguration"] == routing

        execution = sfn.start_execution(stateMachineArn=alias, input='{"n": 1}')["executionArn"]
        ended = until(lambda arn=execution: after_running(sfn, arn), "the end of the execution")
        assert (ended["status"], ended["output"]) == ("SUCCEEDED", "2")

        sfn.delete_state_machine_alias(stateMachineAliasArn=alias)
        sfn.delete_state_machine(stateMachineArn=machine_arn)
        # While it is DELETING, Terraform repeats its request.
        until(lambda: is_gone(sfn, machine_arn), "the end of the state machine")
        sfn.delete_activity(activityArn=activity_arn)
        assert refusal(sfn.describe_activity, activityArn=activity_arn) == "ActivityDoesNotExist"
        functions.delete_function(FunctionName="deployed")
        assert refusal(functions.get_function, FunctionName="deployed") == "ResourceNotFoundException"
        logs.delete_log_group(logGroupName=GROUP)
        assert logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"] == []
        assert refusal(logs.list_tags_for_resource, resourceArn=group_arn) == "ResourceNotFoundException"


def make_group(logs: Any) -> str:
    """Creates, reads and updates a log group. Returns its ARN."""
    logs.create_log_group(logGroupName=GROUP, tags={"a": "1"})
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=7)
    (group,) = logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    arn = str(group["logGroupArn"])
    assert (group["arn"], group["retentionInDays"], logs.list_tags_for_resource(resourceArn=arn)["tags"]) == (
        f"{arn}:*",
        7,
        {"a": "1"},
    )
    logs.tag_resource(resourceArn=arn, tags={"a": "0", "b": "2"})
    logs.untag_resource(resourceArn=arn, tagKeys=["a", "never"])
    logs.delete_retention_policy(logGroupName=GROUP)
    assert "retentionInDays" not in logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"][0]
    assert logs.list_tags_log_group(logGroupName=GROUP)["tags"] == {"b": "2"}
    return arn


def make_function(functions: Any) -> str:
    """Creates, reads and updates a function that adds one. Returns its ARN."""
    created = functions.create_function(
        FunctionName="deployed",
        Runtime=RUNTIME,
        Role=ROLE,
        Handler="app.handler",
        Code={"ZipFile": code_of("def handler(event, context):\n    return 0\n")},
        Tags={"a": "1"},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="deployed")
    arn = str(created["FunctionArn"])
    read = functions.get_function(FunctionName="deployed")
    assert (read["Configuration"]["CodeSha256"], read["Tags"]) == (created["CodeSha256"], {"a": "1"})
    assert "CodeSigningConfigArn" not in functions.get_function_code_signing_config(FunctionName="deployed")
    assert "ReservedConcurrentExecutions" not in functions.get_function_concurrency(FunctionName="deployed")
    assert refusal(functions.get_policy, FunctionName="deployed") == "ResourceNotFoundException"
    functions.tag_resource(Resource=arn, Tags={"b": "2", "c": "3"})
    functions.untag_resource(Resource=arn, TagKeys=["a", "c"])
    assert functions.list_tags(Resource=arn)["Tags"] == {"b": "2"}
    # Tags are no part of its revision.
    assert (
        functions.get_function_configuration(FunctionName="deployed")["RevisionId"] == created["RevisionId"]
    )
    functions.update_function_code(
        FunctionName="deployed", ZipFile=code_of("def handler(event, context):\n    return event['n'] + 1\n")
    )
    functions.get_waiter("function_updated_v2").wait(FunctionName="deployed")
    functions.update_function_configuration(FunctionName="deployed", Timeout=5)
    return arn


def tags_of(sfn: Any, arn: str) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in sfn.list_tags_for_resource(resourceArn=arn)["tags"]}


def after_running(sfn: Any, execution: str) -> Any:
    """The execution's description when it has ended, else None."""
    described = sfn.describe_execution(executionArn=execution)
    return described if described["status"] != "RUNNING" else None


def is_gone(sfn: Any, machine: str) -> bool:
    try:
        assert sfn.describe_state_machine(stateMachineArn=machine)["status"] == "DELETING"
    except sfn.exceptions.StateMachineDoesNotExist:
        return True
    return False
