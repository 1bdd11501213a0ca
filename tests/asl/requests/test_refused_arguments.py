"""Arguments that fail a task before it is scheduled, in AWS's words.

Sources: `alpha` a public report of a run on AWS of 2026-07-27, `so` stackoverflow.com/q/76373088,
`guide` the fields that AWS's developer guide lists.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.interpreter.manual_driver import run

CALL = {"FunctionName": "f"}
SEND = {"QueueUrl": "q", "MessageBody": "m"}
NOT_STARTED = "could not be used to start the Task:"


def unsupported(field: str, suggestion: str = "") -> str:
    return f'The field "{field}" is not supported by Step Functions{suggestion}'


def item(**attributes: Any) -> Any:
    return {"TableName": "t", "Item": attributes}


def history(resource: str, fields: Any, input: Any, language: str) -> list[Any]:
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "End": True, **fields}
    machine = {"StartAt": "T", "States": {"T": task}, "QueryLanguage": language}
    return run(machine, input, {"T": [{"result": "done"}]})


@pytest.mark.parametrize(
    "resource, arguments, fault",
    [
        ("lambda:invoke", {"FunctionName": "f", "Foo": 1}, unsupported("Foo")),
        (
            "lambda:invoke.waitForTaskToken",
            {"FunctionName": "f", "TaskToken": "t"},
            unsupported("TaskToken"),  # alpha
        ),
        ("lambda:invoke", {"FunctionName": "f", "TenantId": "t"}, unsupported("TenantId")),
        ("lambda:invoke", {**CALL, "DurableExecutionName": "d"}, unsupported("DurableExecutionName")),
        (
            "lambda:invoke",
            {"FunctionName": "f", "Payload": 1},
            "The value for the field 'Payload' must be a STRING",  # so
        ),
        ("lambda:invoke", {"Payload": {}}, "The field 'FunctionName' is required but was missing"),
        ("states:startExecution", {"StateMachineArn": "m", "TraceHeadr": "t"}, unsupported("TraceHeadr")),
        ("states:startExecution.sync:2", {"StateMachineArn": "m", "Name": 1},
         "The value for the field 'Name' must be a STRING"),
        ("http:invoke", {"ApiEndpoint": "https://a", "Method": "GET", "Body": {}}, unsupported("Body")),
        ("http:invoke", {"ApiEndpoint": "https://a"}, "The field 'Method' is required but was missing"),
        ("apigateway:invoke", {"ApiEndpoint": "a", "Method": "GET", "Body": {}}, unsupported("Body")),
        ("sqs:sendMessage", {**SEND, "Foo": 1}, unsupported("Foo")),
        ("sns:publish", {"TopicArn": "t", "Message": "m", "Foo": 1}, unsupported("Foo")),
        ("events:putEvents", {"Entries": [], "Foo": 1}, unsupported("Foo")),
        ("dynamodb:getItem", {"TableName": "t", "Key": {}, "Foo": 1}, unsupported("Foo")),
        ("dynamodb:putItem", item(a={"M": {"b": {"Body": 1}}}), unsupported("Body")),
        ("dynamodb:putItem", item(a={"Bool": True}), unsupported("Bool")),
        ("dynamodb:putItem", item(a={"N": 1}),
         "The value for the field 'N' must be a STRING"),
        ("aws-sdk:sqs:sendMessage", {**SEND, "Foo": 1}, unsupported("Foo", ". Did you mean 'QueueUrl'?")),
        ("aws-sdk:sqs:sendMessage", {**SEND, "DelaySeconds": "1"},
         "The value for the field 'DelaySeconds' must be an INTEGER"),
        ("aws-sdk:sqs:sendMessage", {}, ", ".join(
            f"The field '{name}' is required but was missing" for name in SEND
        )),
    ],
)  # fmt: skip
def test_refused(resource: str, arguments: Any, fault: str) -> None:
    """The task is not scheduled; States.Runtime has the arguments and the fault."""
    # All values are known only at run time.
    forms: dict[str, tuple[str, Any]] = {
        "JSONPath": ("Parameters", {f"{key}.$": f"$.{key}" for key in arguments}),
        "JSONata": ("Arguments", "{% $states.input %}"),
    }
    for language, (field, value) in forms.items():
        events = history(resource, {field: value}, arguments, language)
        text = events[-1].details["cause"]
        assert [event.type for event in events][1:] == ["TaskStateEntered", "ExecutionFailed"]
        assert events[-1].details["error"] == "States.Runtime"
        assert text.startswith(
            "An error occurred while executing the state 'T' (entered at the event id #2). "
        )
        assert text.partition(f"The {field} '{{")[2].partition(f"}}' {NOT_STARTED} ")[2] == f"[{fault}]"


@pytest.mark.parametrize(
    "resource, arguments",
    [
        ("lambda:invoke", {"FunctionName": "f", "Payload": [1], "Qualifier": "1", "InvocationType": "Event",
                           "LogType": "Tail", "ClientContext": "e30="}),  # guide; LogType: LocalStack
        ("lambda:invoke", {"FunctionName": "f", "Payload": None}),
        ("states:startExecution", {"StateMachineArn": "m", "Input": {}, "Name": "n", "TraceHeader": "t"}),
        ("sqs:sendMessage", {**SEND, "MessageBody": {"a": 1}}),
        ("dynamodb:putItem", item(a={"BOOL": True}, b={"M": {"c": {"L": [{"NULL": True}]}}})),
        ("aws-sdk:s3:putObject", {"Bucket": "b", "Key": "k", "Body": 0}),
        ("aws-sdk:lookoutvision:startModel", {"Anything": 1}),
    ],
)  # fmt: skip
def test_started(resource: str, arguments: Any) -> None:
    events = history(resource, {"Arguments": "{% $states.input %}"}, arguments, "JSONata")
    assert [event.type for event in events][-1] == "ExecutionSucceeded"
