"""The table of resource types: how each is created, updated and deleted, and its Ref and attributes.

A type that is not in the table is left out of a stack, and the user sees its name.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from sfn_cli.stacks.readers.nested_stacks import STACK
from sfn_cli.stacks.stack import FUNCTION, LAYER, STATE_MACHINE

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import ResourceType

CREATED = {
    FUNCTION: "local.functions:FUNCTION",
    LAYER: "local.layers:LAYER_VERSION",
    STATE_MACHINE: "local.stepfunctions:STATE_MACHINE",
    "AWS::ApiGateway::ApiKey": "local.apis.rest_apis:KEY",
    "AWS::ApiGateway::Authorizer": "local.apis.rest_apis:AUTHORIZER",
    "AWS::ApiGateway::Deployment": "local.apis.rest_apis:DEPLOYMENT",
    "AWS::ApiGateway::GatewayResponse": "local.apis.rest_apis:GATEWAY_RESPONSE",
    "AWS::ApiGateway::Method": "local.apis.rest_apis:METHOD",
    "AWS::ApiGateway::Model": "local.apis.rest_apis:MODEL",
    "AWS::ApiGateway::RequestValidator": "local.apis.rest_apis:REQUEST_VALIDATOR",
    "AWS::ApiGateway::Resource": "local.apis.rest_apis:RESOURCE",
    "AWS::ApiGateway::RestApi": "local.apis.rest_apis:REST",
    "AWS::ApiGateway::Stage": "local.apis.rest_apis:STAGE",
    "AWS::ApiGatewayV2::Api": "local.apis.http_apis:HTTP",
    "AWS::ApiGatewayV2::Authorizer": "local.apis.http_apis:AUTHORIZER",
    "AWS::ApiGatewayV2::Deployment": "local.apis.http_apis:DEPLOYMENT",
    "AWS::ApiGatewayV2::Integration": "local.apis.http_apis:INTEGRATION",
    "AWS::ApiGatewayV2::Route": "local.apis.http_apis:ROUTE",
    "AWS::ApiGatewayV2::Stage": "local.apis.http_apis:STAGE",
    "AWS::Cognito::UserPool": "emulated.cognito:USER_POOL",
    "AWS::Cognito::UserPoolClient": "emulated.cognito:USER_POOL_CLIENT",
    "AWS::DynamoDB::GlobalTable": "emulated.dynamodb:TABLE",
    "AWS::DynamoDB::Table": "emulated.dynamodb:TABLE",
    "AWS::Events::ApiDestination": "local.event_buses:API_DESTINATION",
    "AWS::Events::Archive": "local.event_buses:ARCHIVE",
    "AWS::Events::Connection": "local.connections:CONNECTION",
    "AWS::Events::EventBus": "local.event_buses:EVENT_BUS",
    "AWS::Events::Rule": "local.event_rules:RULE",
    "AWS::KMS::Alias": "emulated.kms:KEY_ALIAS",
    "AWS::KMS::Key": "emulated.kms:KEY",
    "AWS::Kinesis::Stream": "emulated.kinesis:STREAM",
    "AWS::Lambda::Alias": "local.function_versions:ALIAS",
    "AWS::Lambda::EventInvokeConfig": "local.function_settings:EVENT_INVOKE_CONFIG",
    "AWS::Lambda::EventSourceMapping": "local.event_source_mappings:EVENT_SOURCE_MAPPING",
    "AWS::Lambda::Permission": "local.function_settings:PERMISSION",
    "AWS::Lambda::Url": "local.apis.function_urls:URL",
    "AWS::Lambda::Version": "local.function_versions:VERSION",
    "AWS::Logs::LogGroup": "local.logs:LOG_GROUP",
    "AWS::Pipes::Pipe": "local.pipes:PIPE_TYPE",
    "AWS::S3::Bucket": "emulated.s3:BUCKET",
    "AWS::SNS::Subscription": "emulated.sns:SUBSCRIPTION",
    "AWS::SNS::Topic": "emulated.sns:TOPIC",
    "AWS::SQS::Queue": "emulated.sqs:QUEUE",
    "AWS::SSM::Parameter": "emulated.ssm:PARAMETER",
    "AWS::Scheduler::Schedule": "local.schedules:SCHEDULE",
    "AWS::Scheduler::ScheduleGroup": "local.schedules:SCHEDULE_GROUP",
    "AWS::SecretsManager::Secret": "emulated.secretsmanager:SECRET",
    "AWS::StepFunctions::Activity": "local.stepfunctions:ACTIVITY",
    "AWS::StepFunctions::StateMachineAlias": "local.stepfunctions:STATE_MACHINE_ALIAS",
    "AWS::StepFunctions::StateMachineVersion": "local.stepfunctions:STATE_MACHINE_VERSION",
    "Custom::CDKBucketDeployment": "emulated.bucket_deployments:BUCKET_DEPLOYMENT",
    "Custom::S3BucketNotifications": "emulated.bucket_notifications:CDK_BUCKET_NOTIFICATION",
    "Terraform::ApiGateway::Integration": "local.apis.rest_apis:INTEGRATION",
    "Terraform::ApiGateway::IntegrationResponse": "local.apis.rest_apis:INTEGRATION_RESPONSE",
    "Terraform::ApiGateway::Stage": "local.apis.rest_apis:STAGE_WITH_URL",
    "Terraform::ApiGatewayV2::Stage": "local.apis.http_apis:STAGE_WITH_URL",
    "Terraform::DynamoDB::Item": "emulated.table_items:TABLE_ITEM",
    "Terraform::S3::BucketNotification": "emulated.bucket_notifications:BUCKET_NOTIFICATION",
    "Terraform::S3::Object": "emulated.s3_content:OBJECT",
}
"""Type → "module:row", the module within `sfn_cli.stacks.resources`."""

SENT = {STACK: "sfn_cli.stacks.operations.nested_stacks:NESTED_STACK"}
"""Type → "module:row", of types that only templates sent to CloudFormation can have."""


@cache
def resource_type(type: str) -> ResourceType:
    """Returns the row of a type. Every type has one, even if sfn does not support it."""
    if (place := CREATED.get(type)) is not None:
        module, _, name = place.partition(":")
        row: ResourceType = getattr(import_module(f"{__package__}.{module}"), name)
        return row
    from sfn_cli.stacks.resources.not_created.left_out import left_out_type
    from sfn_cli.stacks.resources.not_created.listed import LISTED
    from sfn_cli.stacks.resources.not_created.named import NAMED

    return LISTED.get(type) or NAMED.get(type) or left_out_type(type)


def sent_resource_type(type: str) -> ResourceType:
    """Returns the row of a type in a template that was sent to CloudFormation.

    Such a template may have nested stacks and custom resources; a project's own are left out.
    """
    if (place := SENT.get(type)) is not None:
        module, _, name = place.partition(":")
        row: ResourceType = getattr(import_module(module), name)
        return row
    from sfn_cli.stacks.resources.sent.custom_resources import custom_resource_type, is_custom_resource

    return custom_resource_type(type) if is_custom_resource(type) else resource_type(type)


def known_types() -> list[str]:
    """Returns the types that are not left out, in alphabetical order."""
    from sfn_cli.stacks.resources.not_created.listed import LISTED
    from sfn_cli.stacks.resources.not_created.named import NAMED

    return sorted({*CREATED, *LISTED, *NAMED})
