"""Roles, policies, permissions and similar types: names and ARNs, which are not checked locally."""

from __future__ import annotations

from sfn_cli.stacks.resources.not_created.patterns import Pattern, pattern_type
from sfn_cli.stacks.resources.resource import Extent

_IAM = "arn:aws:iam::{account}:"
_GENERATED = Pattern("{name}")
_GENERATED_ID = Pattern("{name}", {"Id": "{name}"})

_PATTERNS = {
    "AWS::IAM::AccessKey": Pattern("AKIA{id}", {"SecretAccessKey": "{token}"}),
    "AWS::IAM::Group": Pattern("{name}", {"Arn": f"{_IAM}group{{Path}}{{name}}"}, "GroupName", {"Path": "/"}),
    "AWS::IAM::GroupPolicy": _GENERATED,
    "AWS::IAM::InstanceProfile": Pattern(
        "{name}",
        {"Arn": f"{_IAM}instance-profile{{Path}}{{name}}"},
        "InstanceProfileName",
        {"Path": "/"},
    ),
    "AWS::IAM::ManagedPolicy": Pattern(
        f"{_IAM}policy{{Path}}{{name}}",
        {"PolicyArn": "{ref}", "PolicyId": "ANPA{id}", "DefaultVersionId": "v1"},
        "ManagedPolicyName",
        {"Path": "/"},
    ),
    "AWS::IAM::OIDCProvider": Pattern(f"{_IAM}oidc-provider/{{id}}", {"Arn": "{ref}"}),
    "AWS::IAM::Policy": _GENERATED_ID,
    "AWS::IAM::Role": Pattern(
        "{name}",
        {"Arn": f"{_IAM}role{{Path}}{{name}}", "RoleId": "AROA{id}"},
        "RoleName",
        {"Path": "/"},
    ),
    "AWS::IAM::RolePolicy": _GENERATED,
    "AWS::IAM::ServiceLinkedRole": Pattern("AWSServiceRoleFor{AWSServiceName}", {"RoleName": "{ref}"}),
    "AWS::IAM::User": Pattern("{name}", {"Arn": f"{_IAM}user{{Path}}{{name}}"}, "UserName", {"Path": "/"}),
    "AWS::IAM::UserPolicy": _GENERATED,
    "AWS::IAM::UserToGroupAddition": _GENERATED,
    "AWS::Lambda::LayerVersionPermission": _GENERATED_ID,
    "AWS::ECR::Repository": Pattern(
        "{name}",
        {
            "Arn": "arn:aws:ecr:{region}:{account}:repository/{name}",
            "RepositoryUri": "{account}.dkr.ecr.{region}.amazonaws.com/{name}",
        },
        "RepositoryName",
    ),
    "AWS::Events::EventBusPolicy": _GENERATED,
    "AWS::KMS::Grant": _GENERATED,
    "AWS::Logs::ResourcePolicy": Pattern("{name}", {}, "PolicyName"),
    "AWS::S3::BucketPolicy": Pattern("{Bucket}"),
    "AWS::SNS::TopicInlinePolicy": Pattern("{TopicArn}"),
    "AWS::SNS::TopicPolicy": _GENERATED_ID,
    "AWS::SQS::QueueInlinePolicy": Pattern("{Queue}"),
    "AWS::SQS::QueuePolicy": _GENERATED_ID,
    "AWS::SecretsManager::ResourcePolicy": Pattern("{SecretId}"),
    "AWS::CDK::Metadata": _GENERATED,
    "AWS::CloudFormation::WaitConditionHandle": Pattern(
        "https://cloudformation-waitcondition-{region}.s3.amazonaws.com/{name}"
    ),
    "AWS::CloudFormation::WaitCondition": Pattern("{name}", {"Data": "{{}}"}),
    "AWS::ApiGateway::Account": _GENERATED_ID,
}

NAMED = {type: pattern_type(pattern, Extent.NAMED) for type, pattern in _PATTERNS.items()}
"""Type → row."""
