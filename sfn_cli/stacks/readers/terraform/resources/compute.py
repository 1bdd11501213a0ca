"""State machines, activities and functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.terraform.language.values import to_text
from sfn_cli.stacks.readers.terraform.resources.arguments import block
from sfn_cli.stacks.readers.terraform.resources.kind import ResourceKind
from sfn_cli.stacks.readers.terraform.resources.names import filled_block, renamed, tags
from sfn_cli.stacks.stack import FUNCTION, LAYER, STATE_MACHINE

if TYPE_CHECKING:
    from sfn_cli.stacks.readers.terraform.resources.arguments import ResourceArguments
    from sfn_cli.stacks.readers.terraform.resources.kind import ResourceContext


def _state_machine(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    logging = block(arguments, "logging_configuration")
    destination = logging.get("log_destination")
    return {
        **renamed(arguments, "role_arn", name="StateMachineName", type="StateMachineType"),
        "DefinitionString": arguments.get("definition"),
        "LoggingConfiguration": filled_block(
            {
                **renamed(logging, "level", "include_execution_data"),
                "Destinations": destination and [{"CloudWatchLogsLogGroup": {"LogGroupArn": destination}}],
            }
        ),
        "TracingConfiguration": filled_block(renamed(block(arguments, "tracing_configuration"), "enabled")),
        "Tags": tags(arguments),
    }


def _activity(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    return {"Name": arguments.get("name"), "Tags": tags(arguments)}


def _function(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    image = block(arguments, "image_config")
    storage = block(arguments, "ephemeral_storage")
    return {
        **renamed(
            arguments,
            "function_name",
            "role",
            "handler",
            "runtime",
            "description",
            "timeout",
            "memory_size",
            "layers",
            "package_type",
            "architectures",
            "reserved_concurrent_executions",
        ),
        "Code": context.code(arguments),
        "Environment": _environment(arguments),
        "EphemeralStorage": filled_block({"Size": storage.get("size")}),
        "TracingConfig": filled_block(renamed(block(arguments, "tracing_config"), "mode")),
        "DeadLetterConfig": filled_block(renamed(block(arguments, "dead_letter_config"), "target_arn")),
        "ImageConfig": filled_block(renamed(image, "command", "entry_point", "working_directory")),
        "Tags": tags(arguments),
    }


def _environment(arguments: ResourceArguments) -> dict[str, Any] | None:
    variables = block(arguments, "environment").get("variables")
    if not isinstance(variables, dict):
        return None
    return {"Variables": {key: to_text(value) for key, value in variables.items() if value is not None}}


def _layer(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    return {
        **renamed(arguments, "layer_name", "description", "compatible_runtimes", "license_info"),
        "Content": context.code(arguments),
    }


def _alias(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    return renamed(arguments, "function_name", "function_version", "name", "description")


def _event_source_mapping(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    filters = [
        {"Pattern": each.get("pattern")}
        for criteria in arguments.blocks("filter_criteria")
        for each in criteria.blocks("filter")
    ]
    return {
        **renamed(
            arguments,
            "event_source_arn",
            "function_name",
            "batch_size",
            "enabled",
            "starting_position",
            "maximum_batching_window_in_seconds",
            "maximum_retry_attempts",
            "parallelization_factor",
            "bisect_batch_on_function_error",
            "function_response_types",
        ),
        "FilterCriteria": {"Filters": filters} if filters else None,
    }


_INVOKE_ARN = "arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{Arn}/invocations"

COMPUTE_KINDS: dict[str, ResourceKind] = {
    "aws_sfn_state_machine": ResourceKind(
        STATE_MACHINE, _state_machine, {"arn": "{Ref}", "id": "{Ref}", "name": "{Name}"}
    ),
    "aws_sfn_activity": ResourceKind(
        "AWS::StepFunctions::Activity", _activity, {"arn": "{Ref}", "id": "{Ref}", "name": "{Name}"}
    ),
    "aws_lambda_function": ResourceKind(
        FUNCTION,
        _function,
        {
            "arn": "{Arn}",
            "id": "{Ref}",
            "function_name": "{Ref}",
            "invoke_arn": _INVOKE_ARN,
            "qualified_arn": "{Arn}",
            "qualified_invoke_arn": _INVOKE_ARN,
        },
        name="function_name",
    ),
    "aws_lambda_layer_version": ResourceKind(
        LAYER, _layer, {"arn": "{Ref}", "id": "{Ref}", "layer_arn": "{Ref}"}, name="layer_name"
    ),
    "aws_lambda_alias": ResourceKind(
        "AWS::Lambda::Alias",
        _alias,
        {
            "arn": "{Ref}",
            "id": "{Ref}",
            "invoke_arn": "arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{Ref}/invocations",
        },
    ),
    "aws_lambda_event_source_mapping": ResourceKind(
        "AWS::Lambda::EventSourceMapping",
        _event_source_mapping,
        {"uuid": "{Ref}", "id": "{Ref}"},
        name=None,
    ),
}
