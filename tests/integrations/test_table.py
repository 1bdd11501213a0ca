"""The table of integrations: which of AWS's are supported."""

from __future__ import annotations

from sfn_cli.asl.resource import parse_resource
from sfn_cli.asl.validation.integrations import OPTIMISED, is_known_integration
from sfn_cli.integrations.table import SERVICES, has_integration

LACKING = {
    "athena", "batch", "bedrock", "codebuild", "databrew", "ecs", "eks", "elasticmapreduce",
    "emr-containers", "emr-serverless", "glue", "mediaconvert", "sagemaker",
}  # fmt: skip


def available(resource: str) -> bool:
    parsed = parse_resource(f"arn:aws:states:::{resource}")
    assert parsed is not None
    assert is_known_integration(parsed), resource
    return has_integration(parsed)


def test_every_integration_exists_on_aws() -> None:
    """A supported service is supported completely: every action with every pattern."""
    ours = {(service, action) for service, action in SERVICES}
    theirs = {
        (service, f"{action}.{pattern}".removesuffix("."))
        for service, actions in OPTIMISED.items()
        for action, patterns in actions.items()
        for pattern in patterns
    }
    assert {service for service, _ in theirs - ours} == LACKING
    assert ours - theirs == set()
    assert not LACKING & {service for service, _ in ours}


def test_available() -> None:
    """The integrations in the table and aws-sdk tasks are available, others of AWS are not."""
    for resource in (
        "http:invoke",
        "apigateway:invoke.waitForTaskToken",
        "states:startExecution.sync:2",
        "aws-sdk:glue:startJobRun",
    ):
        assert available(resource)
    for resource in (
        "glue:startJobRun",
        "glue:startJobRun.sync",
        "ecs:runTask.waitForTaskToken",
        "bedrock:invokeModel",
    ):
        assert not available(resource)
