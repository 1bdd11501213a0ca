"""Tables, buckets, log groups, parameters, secrets and roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.terraform.resources.arguments import block
from sfn_cli.stacks.readers.terraform.resources.kind import ResourceKind
from sfn_cli.stacks.readers.terraform.resources.names import filled_block, renamed, tags

if TYPE_CHECKING:
    from sfn_cli.stacks.readers.terraform.resources.arguments import ResourceArguments
    from sfn_cli.stacks.readers.terraform.resources.kind import ResourceContext


def _table(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    is_provisioned = arguments.get("billing_mode") in (None, "PROVISIONED")
    ttl = block(arguments, "ttl")
    stream_view = arguments.get("stream_view_type")
    return {
        **renamed(arguments, "billing_mode", name="TableName"),
        "AttributeDefinitions": [
            renamed(each, name="AttributeName", type="AttributeType")
            for each in arguments.blocks("attribute")
        ],
        "KeySchema": _key_schema(arguments),
        "ProvisionedThroughput": _throughput(arguments) if is_provisioned else None,
        "GlobalSecondaryIndexes": [
            {**_table_index(each), "ProvisionedThroughput": _throughput(each) if is_provisioned else None}
            for each in arguments.blocks("global_secondary_index")
        ]
        or None,
        "LocalSecondaryIndexes": [
            _table_index(each, arguments.get("hash_key"))
            for each in arguments.blocks("local_secondary_index")
        ]
        or None,
        "StreamSpecification": {"StreamViewType": stream_view or "NEW_AND_OLD_IMAGES"}
        if arguments.get("stream_enabled")
        else None,
        "TimeToLiveSpecification": filled_block(renamed(ttl, "attribute_name", "enabled")),
        "Tags": tags(arguments),
    }


def _key_schema(arguments: ResourceArguments, hash_key: str | None = None) -> list[dict[str, Any]]:
    keys = [(hash_key or arguments.get("hash_key"), "HASH"), (arguments.get("range_key"), "RANGE")]
    return [{"AttributeName": key, "KeyType": type} for key, type in keys if key is not None]


def _table_index(index: ResourceArguments, hash_key: str | None = None) -> dict[str, Any]:
    return {
        "IndexName": index.get("name"),
        "KeySchema": _key_schema(index, hash_key),
        "Projection": renamed(index, "projection_type", "non_key_attributes"),
    }


def _throughput(arguments: ResourceArguments) -> dict[str, Any]:
    return {
        "ReadCapacityUnits": arguments.get("read_capacity") or 1,
        "WriteCapacityUnits": arguments.get("write_capacity") or 1,
    }


def _bucket(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    return {"BucketName": arguments.get("bucket"), "Tags": tags(arguments)}


def _object(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    source = arguments.get("source")
    return {
        **renamed(arguments, "bucket", "key", "content", "content_type", content_base64="ContentBase64"),
        "Source": None if source is None else context.path(source),
    }


def _table_item(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    return renamed(arguments, "table_name", "item", "hash_key", "range_key")


def _log_group(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    retention = arguments.get("retention_in_days")
    return {"LogGroupName": arguments.get("name"), "RetentionInDays": retention or None}


def _parameter(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    value = arguments.get("value")
    return {
        **renamed(arguments, "name", "type", "description"),
        "Value": arguments.get("insecure_value") if value is None else value,
    }


def _secret(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    versions = context.related("aws_secretsmanager_secret_version")
    return {
        **renamed(arguments, "name", "description"),
        "SecretString": next((version.get("secret_string") for version in versions), None),
        "Tags": tags(arguments),
    }


def _bucket_notification(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    lists = (
        ("lambda_function", "Lambda", "Function"),
        ("queue", "Queue", "Queue"),
        ("topic", "Topic", "Topic"),
    )
    configuration: dict[str, Any] = {
        f"{kind}Configurations": [
            {
                "Events": each.get("events"),
                target: each.get(f"{name}_arn"),
                "Filter": _notification_filter(each),
            }
            for each in arguments.blocks(name)
        ]
        or None
        for name, kind, target in lists
    }
    if arguments.get("eventbridge"):
        configuration["EventBridgeConfiguration"] = {"EventBridgeEnabled": True}
    return {**renamed(arguments, "bucket"), "NotificationConfiguration": configuration}


def _notification_filter(arguments: ResourceArguments) -> dict[str, Any] | None:
    rules = [
        {"Name": name, "Value": arguments.get(f"filter_{name}")}
        for name in ("prefix", "suffix")
        if arguments.get(f"filter_{name}") is not None
    ]
    return {"S3Key": {"Rules": rules}} if rules else None


def _role(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    return renamed(arguments, "path", name="RoleName")


_NAMED = {"arn": "{Arn}", "id": "{Ref}", "name": "{Ref}"}

_OBJECT = ResourceKind(
    "Terraform::S3::Object",
    _object,
    {"arn": "{Arn}", "id": "{Ref}", "key": "{Ref}"},
    name="key",
    is_lenient=True,
)

STORAGE_KINDS: dict[str, ResourceKind] = {
    "aws_dynamodb_table": ResourceKind(
        "AWS::DynamoDB::Table", _table, {**_NAMED, "stream_arn": "{StreamArn}"}
    ),
    "aws_dynamodb_table_item": ResourceKind(
        "Terraform::DynamoDB::Item", _table_item, {"id": "{Ref}"}, name=None, is_lenient=True
    ),
    "aws_s3_bucket_object": _OBJECT,
    "aws_s3_object": _OBJECT,
    "aws_s3_bucket_notification": ResourceKind(
        "Terraform::S3::BucketNotification", _bucket_notification, {"id": "{Ref}"}, name=None
    ),
    "aws_s3_bucket": ResourceKind(
        "AWS::S3::Bucket",
        _bucket,
        {
            "arn": "{Arn}",
            "id": "{Ref}",
            "bucket": "{Ref}",
            "bucket_domain_name": "{Ref}.s3.amazonaws.com",
            "bucket_regional_domain_name": "{Ref}.s3.{region}.amazonaws.com",
        },
        name="bucket",
    ),
    "aws_cloudwatch_log_group": ResourceKind(
        "AWS::Logs::LogGroup",
        _log_group,
        {"arn": "arn:aws:logs:{region}:{account}:log-group:{Ref}", "id": "{Ref}", "name": "{Ref}"},
    ),
    "aws_ssm_parameter": ResourceKind(
        "AWS::SSM::Parameter",
        _parameter,
        {"arn": "arn:aws:ssm:{region}:{account}:parameter/{Ref}", "id": "{Ref}", "name": "{Ref}"},
    ),
    "aws_secretsmanager_secret": ResourceKind(
        "AWS::SecretsManager::Secret", _secret, {"arn": "{Ref}", "id": "{Ref}"}
    ),
    "aws_iam_role": ResourceKind("AWS::IAM::Role", _role, {**_NAMED, "unique_id": "{RoleId}"}),
}
