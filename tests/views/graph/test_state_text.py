"""Short descriptions of states."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.views.graph.state_text import state_text

S = "arn:aws:states:::"
LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:"


def _task(resource: Any, **arguments: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": resource, "Parameters": arguments}


STATES: list[tuple[dict[str, Any], str]] = [
    (_task(f"{LAMBDA}Bank"), "λ Bank"),
    (_task(f"{LAMBDA}Bank:live"), "λ Bank:live"),
    (_task(f"{LAMBDA}Bank:$LATEST"), "λ Bank"),
    (_task(f"{S}lambda:invoke", FunctionName="Bank"), "λ Bank"),
    (_task(f"{S}lambda:invoke", FunctionName=f"{LAMBDA}Bank:$LATEST"), "λ Bank"),
    (_task(f"{S}lambda:invoke.waitForTaskToken", FunctionName="Ask"), "λ Ask · token"),
    (_task(f"{S}lambda:invoke", **{"FunctionName.$": "$.function"}), "λ $.function"),
    ({"Type": "Task", "Resource": f"{S}lambda:invoke", "Arguments": {"FunctionName": "{% $f %}"}}, "λ $f"),
    (_task(f"{S}lambda:invoke"), "lambda:invoke"),
    (_task(f"{S}sqs:sendMessage.waitForTaskToken"), "sqs:sendMessage · token"),
    (_task(f"{S}dynamodb:putItem"), "dynamodb:putItem"),
    (_task(f"{S}aws-sdk:s3:getObject"), "s3:getObject"),
    (_task(f"{S}glue:startJobRun.sync"), "glue:startJobRun · job"),
    (_task(f"{S}states:startExecution.sync:2", StateMachineArn=f"{MACHINE}Child"), "machine Child · job"),
    (_task(f"{S}states:startExecution", StateMachineArn=f"{MACHINE}Child:1"), "machine Child:1"),
    (_task(f"{S}states:startExecution"), "states:startExecution"),
    (
        _task(f"{S}http:invoke", ApiEndpoint="https://api.example.com/v1", Method="POST"),
        "POST api.example.com/v1",
    ),
    (_task(f"{S}http:invoke", ApiEndpoint="{% $url %}", Method="POST"), "http:invoke"),
    (_task("arn:aws:states:us-east-1:123456789012:activity:approve"), "activity approve"),
    (_task("arn:aws:states:us-east-1:123456789012:aws-sdk:s3:getObject"), "s3:getObject"),
    # values that a deploy fills in
    (_task("${BankFunctionArn}"), "BankFunctionArn"),
    (_task("${BankFunction.Arn}:$LATEST"), "BankFunction"),
    (_task("${aws_lambda_function.bank.arn}:$LATEST"), "bank"),
    (_task("${module.bank.lambda_function_arn}"), "bank"),
    (_task("${var.bank_arn}"), "bank_arn"),
    (_task("arn:${AWS::Partition}:states:::dynamodb:putItem"), "dynamodb:putItem"),
    (_task("arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:Bank"), "λ Bank"),
    (_task(f"{S}lambda:invoke", FunctionName="${Bank}"), "λ Bank"),
    (_task({"Fn::GetAtt": ["Bank", "Arn"]}), "Bank"),
    (_task({"Fn::GetAtt": "Bank.Arn"}), "Bank"),
    (_task({"Ref": "Bank"}), "Bank"),
    (_task({"Fn::Sub": "arn:${AWS::Partition}:states:::sns:publish"}), "sns:publish"),
    (_task({"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":states:::sns:publish"]]}), "sns:publish"),
    # other types
    ({"Type": "Wait", "Seconds": 30}, "30 s"),
    ({"Type": "Wait", "Seconds": 90}, "90 s"),
    ({"Type": "Wait", "Seconds": 120}, "2 min"),
    ({"Type": "Wait", "Seconds": 7200}, "2 h"),
    ({"Type": "Wait", "Seconds": 86_400}, "1 day"),
    ({"Type": "Wait", "Seconds": 172_800}, "2 days"),
    ({"Type": "Wait", "SecondsPath": "$.delay"}, "$.delay s"),
    ({"Type": "Wait", "Seconds": "{% $delay * 2 %}"}, "$delay * 2 s"),
    ({"Type": "Wait", "Seconds": "${Delay}"}, "Delay s"),
    ({"Type": "Wait", "Seconds": {"Ref": "Delay"}}, "Delay s"),
    ({"Type": "Wait", "Timestamp": "2026-12-03T09:00:00Z"}, "until 2026-12-03T09:00:00Z"),
    ({"Type": "Wait", "TimestampPath": "$.due"}, "until $.due"),
    ({"Type": "Fail", "Error": "NotPaid"}, "NotPaid"),
    ({"Type": "Fail", "Error": "{% $e.Error %}"}, "$e.Error"),
    ({"Type": "Fail", "ErrorPath": "$.error"}, "$.error"),
    ({"Type": "Map", "Iterator": {}}, "inline"),
    ({"Type": "Map", "MaxConcurrency": 5, "ItemProcessor": {}}, "inline · 5 at once"),
    ({"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}}}, "distributed"),
    ({"Type": "Parallel", "Branches": [{}, {}]}, "2 branches"),
    ({"Type": "Parallel", "Branches": [{}]}, "1 branch"),
    ({"Type": "Pass", "Result": 1}, ""),
]
BROKEN: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"Type": ["Task"]}, ""),
    (_task(None), ""),
    (_task({"Fn::GetAtt": 7}), ""),
    (_task({"Fn::Join": ["", 7]}), ""),
    (_task({"Fn::Sub": []}), ""),
    ({"Type": "Task", "Resource": f"{S}lambda:invoke", "Arguments": 7}, "lambda:invoke"),
    (_task(f"{S}http:invoke", ApiEndpoint=7, Method=7), "http:invoke"),
    ({"Type": "Wait", "Seconds": None}, ""),
    ({"Type": "Map", "ItemProcessor": 7, "MaxConcurrency": True}, "inline"),
    ({"Type": "Parallel", "Branches": 7}, "0 branches"),
]


@pytest.mark.parametrize("state, text", [*STATES, *BROKEN])
def test_a_state_says_what_it_does(state: dict[str, Any], text: str) -> None:
    assert state_text(state) == text
