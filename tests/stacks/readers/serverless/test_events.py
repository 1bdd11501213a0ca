"""Settings of events in serverless.yml, as properties of the resources that they become."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.stacks.readers.serverless.events import event_resources

ARN: dict[str, Any] = {"Fn::GetAtt": ["Fn", "Arn"]}
QUEUE = "arn:aws:sqs:eu-west-1:999999999999:q"
STREAM = "arn:aws:kinesis:eu-west-1:999999999999:stream/s"


@pytest.mark.parametrize(
    "event, types, properties",
    [
        (
            {"sqs": {"arn": QUEUE, "batchSize": 5, "maximumBatchingWindow": 2, "maximumConcurrency": 3,
                     "functionResponseType": "ReportBatchItemFailures", "filterPatterns": [{"body": [1]}]}},
            ["AWS::Lambda::EventSourceMapping"],
            {"EventSourceArn": QUEUE, "FunctionName": ARN, "BatchSize": 5,
             "MaximumBatchingWindowInSeconds": 2, "ScalingConfig": {"MaximumConcurrency": 3},
             "FunctionResponseTypes": ["ReportBatchItemFailures"],
             "FilterCriteria": {"Filters": [{"Pattern": '{"body": [1]}'}]}},
        ),
        (
            {"stream": {"arn": STREAM, "batchWindow": 0, "maximumRetryAttempts": 0, "enabled": False,
                        "bisectBatchOnFunctionError": True, "parallelizationFactor": 2,
                        "destinations": {"onFailure": {"arn": QUEUE, "type": "sqs"}}}},
            ["AWS::Lambda::EventSourceMapping"],
            {"StartingPosition": "TRIM_HORIZON", "MaximumBatchingWindowInSeconds": 0,
             "MaximumRetryAttempts": 0, "BisectBatchOnFunctionError": True, "ParallelizationFactor": 2,
             "Enabled": False, "DestinationConfig": {"OnFailure": {"Destination": QUEUE}}},
        ),
        (
            {"stream": STREAM},
            ["AWS::Lambda::EventSourceMapping"],
            {"EventSourceArn": STREAM, "FunctionName": ARN, "StartingPosition": "TRIM_HORIZON"},
        ),
        (
            {"schedule": {"rate": ["rate(1 hour)", "cron(0 3 * * ? *)"], "input": {"a": 1}}},
            ["AWS::Events::Rule", "AWS::Events::Rule"],
            {"ScheduleExpression": "rate(1 hour)",
             "Targets": [{"Id": "target0", "Arn": ARN, "Input": '{"a": 1}'}]},
        ),
        (
            {"schedule": {"rate": "rate(1 hour)", "method": "scheduler", "timezone": "Europe/Oslo",
                          "roleArn": "arn:aws:iam::999999999999:role/r", "input": {"a": 1}}},
            ["AWS::Scheduler::Schedule"],
            {"ScheduleExpression": "rate(1 hour)", "ScheduleExpressionTimezone": "Europe/Oslo",
             "State": "ENABLED", "FlexibleTimeWindow": {"Mode": "OFF"},
             "Target": {"Arn": ARN, "RoleArn": "arn:aws:iam::999999999999:role/r", "Input": '{"a": 1}'}},
        ),
        (
            {"eventBridge": {"pattern": {"source": ["a"]}, "deadLetterQueueArn": QUEUE,
                             "inputTransformer": {"inputPathsMap": {"a": "$.id"}, "inputTemplate": "<a>"},
                             "retryPolicy": {"maximumEventAge": 60, "maximumRetryAttempts": 1}}},
            ["AWS::Events::Rule"],
            {"EventPattern": {"source": ["a"]}, "Targets": [
                {"Id": "target0", "Arn": ARN, "DeadLetterConfig": {"Arn": QUEUE},
                 "InputTransformer": {"InputPathsMap": {"a": "$.id"}, "InputTemplate": "<a>"},
                 "RetryPolicy": {"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 60}}]},
        ),
        (
            {"sns": {"arn": "arn:aws:sns:eu-west-1:999999999999:t", "filterPolicy": {"kind": ["a"]}}},
            ["AWS::SNS::Subscription"],
            {"TopicArn": "arn:aws:sns:eu-west-1:999999999999:t", "FilterPolicy": {"kind": ["a"]}},
        ),
    ],
)  # fmt: skip
def test_settings(event: dict[str, Any], types: list[str], properties: dict[str, Any]) -> None:
    """Every setting that sfn carries out reaches the resource; what is not given is left out."""
    notes: list[str] = []
    found = list(event_resources("fn", [event], ARN, ARN, notes))
    assert [resource["Type"] for _, resource in found] == types
    assert len({logical_id for logical_id, _ in found}) == len(types)
    assert properties.items() <= found[0][1]["Properties"].items()
    assert notes == []
