"""The table of Terraform's resource types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfn_cli.stacks.readers.terraform.resources.apis import API_KINDS
from sfn_cli.stacks.readers.terraform.resources.compute import COMPUTE_KINDS
from sfn_cli.stacks.readers.terraform.resources.messaging import MESSAGING_KINDS
from sfn_cli.stacks.readers.terraform.resources.storage import STORAGE_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.stacks.readers.terraform.resources.kind import ResourceKind

RESOURCE_KINDS: Mapping[str, ResourceKind] = {
    **API_KINDS,
    **COMPUTE_KINDS,
    **MESSAGING_KINDS,
    **STORAGE_KINDS,
}

PARTS: Mapping[str, tuple[str, str]] = {
    "aws_cloudwatch_event_target": ("aws_cloudwatch_event_rule", "rule"),
    "aws_secretsmanager_secret_version": ("aws_secretsmanager_secret", "secret_id"),
}
"""Resources that are a part of another resource in CloudFormation: the type of that resource, and the
argument that names it."""

_SILENT = re.compile(
    r"aws_iam_.*|aws_lambda_permission|aws_(sns_topic|sqs_queue|s3_bucket)_policy"
    r"|aws_cloudwatch_(log_resource|event_(bus_)?)_?p.*|(random|time|null|local|archive|template|tls)_.*"
    r"|terraform_data|aws_api_gateway_(account|method_response|method_settings|usage_plan.*)"
    r"|aws_apigatewayv2_deployment|aws_(cloudwatch_event|lambda|sns).*_permission"
)


def is_silent(type: str) -> bool:
    """Whether a resource is left out without a note, such as permissions and local helpers."""
    return type in PARTS or (type not in RESOURCE_KINDS and _SILENT.fullmatch(type) is not None)
