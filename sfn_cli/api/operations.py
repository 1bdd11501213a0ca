"""The table of operations and the functions that answer them, imported when first called.

The terminal and HTTP know every operation in the model; one that is not in this table answers that
sfn does not support it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from sfn_cli.api.model import Operation
    from sfn_cli.api.protocol.long_polls import Awaited
    from sfn_cli.api.service import Service

Handler = Callable[["Service", dict[str, Any]], "dict[str, Any] | Awaited"]

OPERATIONS: Mapping[tuple[str, str], str] = {
    ("stepfunctions", "CreateActivity"): "stepfunctions.activities:create_activity",
    ("stepfunctions", "CreateStateMachine"): "stepfunctions.state_machines:create_state_machine",
    ("stepfunctions", "CreateStateMachineAlias"): "stepfunctions.aliases:create_state_machine_alias",
    ("stepfunctions", "DeleteActivity"): "stepfunctions.activities:delete_activity",
    ("stepfunctions", "DeleteStateMachine"): "stepfunctions.state_machines:delete_state_machine",
    ("stepfunctions", "DeleteStateMachineAlias"): "stepfunctions.aliases:delete_state_machine_alias",
    ("stepfunctions", "DeleteStateMachineVersion"): "stepfunctions.versions:delete_state_machine_version",
    ("stepfunctions", "DescribeActivity"): "stepfunctions.activities:describe_activity",
    ("stepfunctions", "DescribeExecution"): "stepfunctions.executions:describe_execution",
    ("stepfunctions", "DescribeMapRun"): "stepfunctions.map_runs:describe_map_run",
    ("stepfunctions", "DescribeStateMachine"): "stepfunctions.state_machines:describe_state_machine",
    ("stepfunctions", "DescribeStateMachineAlias"): "stepfunctions.aliases:describe_state_machine_alias",
    (
        "stepfunctions",
        "DescribeStateMachineForExecution",
    ): "stepfunctions.state_machines:describe_state_machine_for_execution",
    ("stepfunctions", "GetActivityTask"): "stepfunctions.activities:get_activity_task",
    ("stepfunctions", "GetExecutionHistory"): "stepfunctions.executions:get_execution_history",
    ("stepfunctions", "ListActivities"): "stepfunctions.activities:list_activities",
    ("stepfunctions", "ListExecutions"): "stepfunctions.execution_lists:list_executions",
    ("stepfunctions", "ListMapRuns"): "stepfunctions.map_runs:list_map_runs",
    ("stepfunctions", "ListStateMachineAliases"): "stepfunctions.aliases:list_state_machine_aliases",
    ("stepfunctions", "ListStateMachineVersions"): "stepfunctions.versions:list_state_machine_versions",
    ("stepfunctions", "ListStateMachines"): "stepfunctions.state_machines:list_state_machines",
    ("stepfunctions", "ListTagsForResource"): "stepfunctions.tags:list_tags_for_resource",
    ("stepfunctions", "PublishStateMachineVersion"): "stepfunctions.versions:publish_state_machine_version",
    ("stepfunctions", "RedriveExecution"): "stepfunctions.redrive:redrive_execution",
    ("stepfunctions", "SendTaskFailure"): "stepfunctions.task_answers:send_task_failure",
    ("stepfunctions", "SendTaskHeartbeat"): "stepfunctions.task_answers:send_task_heartbeat",
    ("stepfunctions", "SendTaskSuccess"): "stepfunctions.task_answers:send_task_success",
    ("stepfunctions", "StartExecution"): "stepfunctions.takeovers.starts:start_any_execution",
    ("stepfunctions", "StartSyncExecution"): "stepfunctions.starts.sync_executions:start_sync_execution",
    ("stepfunctions", "StopExecution"): "stepfunctions.executions:stop_execution",
    ("stepfunctions", "TagResource"): "stepfunctions.tags:tag_resource",
    ("stepfunctions", "TestState"): "stepfunctions.test_state.state_tests:test_state",
    ("stepfunctions", "UntagResource"): "stepfunctions.tags:untag_resource",
    ("stepfunctions", "UpdateMapRun"): "stepfunctions.map_runs:update_map_run",
    ("stepfunctions", "UpdateStateMachine"): "stepfunctions.state_machines:update_state_machine",
    ("stepfunctions", "UpdateStateMachineAlias"): "stepfunctions.aliases:update_state_machine_alias",
    (
        "stepfunctions",
        "ValidateStateMachineDefinition",
    ): "stepfunctions.definitions:validate_state_machine_definition",
    ("lambda", "AddPermission"): "functions.permissions:add_permission",
    ("lambda", "CreateAlias"): "functions.aliases:create_alias",
    ("lambda", "CreateEventSourceMapping"): "functions.event_source_mappings:create_event_source_mapping",
    ("lambda", "CreateFunction"): "functions.functions:create_function",
    ("lambda", "CreateFunctionUrlConfig"): "functions.urls:create_function_url_config",
    ("lambda", "DeleteAlias"): "functions.aliases:delete_alias",
    ("lambda", "DeleteEventSourceMapping"): "functions.event_source_mappings:delete_event_source_mapping",
    ("lambda", "DeleteFunction"): "functions.functions:delete_function",
    ("lambda", "DeleteFunctionConcurrency"): "functions.concurrency:delete_function_concurrency",
    (
        "lambda",
        "DeleteFunctionEventInvokeConfig",
    ): "functions.event_invoke_configs:delete_function_event_invoke_config",
    ("lambda", "DeleteFunctionUrlConfig"): "functions.urls:delete_function_url_config",
    ("lambda", "DeleteLayerVersion"): "functions.layers:delete_layer_version",
    ("lambda", "GetAlias"): "functions.aliases:get_alias",
    ("lambda", "GetEventSourceMapping"): "functions.event_source_mappings:get_event_source_mapping",
    ("lambda", "GetFunction"): "functions.functions:get_function",
    ("lambda", "GetFunctionCodeSigningConfig"): "functions.policies:get_function_code_signing_config",
    ("lambda", "GetFunctionConcurrency"): "functions.concurrency:get_function_concurrency",
    ("lambda", "GetFunctionConfiguration"): "functions.functions:get_function_configuration",
    (
        "lambda",
        "GetFunctionEventInvokeConfig",
    ): "functions.event_invoke_configs:get_function_event_invoke_config",
    ("lambda", "GetFunctionUrlConfig"): "functions.urls:get_function_url_config",
    ("lambda", "GetLayerVersion"): "functions.layers:get_layer_version",
    ("lambda", "GetPolicy"): "functions.permissions:get_policy",
    ("lambda", "Invoke"): "functions.invocations:invoke",
    ("lambda", "InvokeWithResponseStream"): "functions.invocations:invoke_with_response_stream",
    ("lambda", "ListAliases"): "functions.aliases:list_aliases",
    ("lambda", "ListEventSourceMappings"): "functions.event_source_mappings:list_event_source_mappings",
    (
        "lambda",
        "ListFunctionEventInvokeConfigs",
    ): "functions.event_invoke_configs:list_function_event_invoke_configs",
    ("lambda", "ListFunctionUrlConfigs"): "functions.urls:list_function_url_configs",
    ("lambda", "ListFunctions"): "functions.functions:list_functions",
    ("lambda", "ListLayerVersions"): "functions.layers:list_layer_versions",
    ("lambda", "ListLayers"): "functions.layers:list_layers",
    ("lambda", "ListTags"): "functions.tags:list_tags",
    ("lambda", "ListVersionsByFunction"): "functions.versions:list_versions_by_function",
    ("lambda", "PublishLayerVersion"): "functions.layers:publish_layer_version",
    ("lambda", "PublishVersion"): "functions.versions:publish_version",
    ("lambda", "PutFunctionConcurrency"): "functions.concurrency:put_function_concurrency",
    (
        "lambda",
        "PutFunctionEventInvokeConfig",
    ): "functions.event_invoke_configs:put_function_event_invoke_config",
    ("lambda", "RemovePermission"): "functions.permissions:remove_permission",
    ("lambda", "TagResource"): "functions.tags:tag_resource",
    ("lambda", "UntagResource"): "functions.tags:untag_resource",
    ("lambda", "UpdateAlias"): "functions.aliases:update_alias",
    ("lambda", "UpdateEventSourceMapping"): "functions.event_source_mappings:update_event_source_mapping",
    ("lambda", "UpdateFunctionCode"): "functions.functions:update_function_code",
    ("lambda", "UpdateFunctionConfiguration"): "functions.functions:update_function_configuration",
    (
        "lambda",
        "UpdateFunctionEventInvokeConfig",
    ): "functions.event_invoke_configs:update_function_event_invoke_config",
    ("lambda", "UpdateFunctionUrlConfig"): "functions.urls:update_function_url_config",
    ("logs", "CreateLogGroup"): "logs.groups:create_log_group",
    ("logs", "CreateLogStream"): "logs.groups:create_log_stream",
    ("logs", "DeleteLogGroup"): "logs.groups:delete_log_group",
    ("logs", "DeleteLogStream"): "logs.groups:delete_log_stream",
    ("logs", "DeleteRetentionPolicy"): "logs.groups:delete_retention_policy",
    ("logs", "DescribeLogGroups"): "logs.groups:describe_log_groups",
    ("logs", "DescribeLogStreams"): "logs.groups:describe_log_streams",
    ("logs", "FilterLogEvents"): "logs.events:filter_log_events",
    ("logs", "GetLogEvents"): "logs.events:get_log_events",
    ("logs", "ListTagsForResource"): "logs.tags:list_tags_for_resource",
    ("logs", "ListTagsLogGroup"): "logs.tags:list_tags_log_group",
    ("logs", "PutLogEvents"): "logs.events:put_log_events",
    ("logs", "PutRetentionPolicy"): "logs.groups:put_retention_policy",
    ("logs", "TagResource"): "logs.tags:tag_resource",
    ("logs", "UntagResource"): "logs.tags:untag_resource",
    ("events", "CancelReplay"): "events.replays:cancel_replay",
    ("events", "CreateApiDestination"): "events.api_destinations:create_api_destination",
    ("events", "CreateArchive"): "events.archives:create_archive",
    ("events", "CreateConnection"): "events.connections:create_connection",
    ("events", "CreateEventBus"): "events.buses:create_event_bus",
    ("events", "DeauthorizeConnection"): "events.connections:deauthorize_connection",
    ("events", "DeleteApiDestination"): "events.api_destinations:delete_api_destination",
    ("events", "DeleteArchive"): "events.archives:delete_archive",
    ("events", "DeleteConnection"): "events.connections:delete_connection",
    ("events", "DeleteEventBus"): "events.buses:delete_event_bus",
    ("events", "DeleteRule"): "events.rules:delete_rule",
    ("events", "DescribeApiDestination"): "events.api_destinations:describe_api_destination",
    ("events", "DescribeArchive"): "events.archives:describe_archive",
    ("events", "DescribeConnection"): "events.connections:describe_connection",
    ("events", "DescribeEventBus"): "events.buses:describe_event_bus",
    ("events", "DescribeReplay"): "events.replays:describe_replay",
    ("events", "DescribeRule"): "events.rules:describe_rule",
    ("events", "DisableRule"): "events.rules:disable_rule",
    ("events", "EnableRule"): "events.rules:enable_rule",
    ("events", "ListApiDestinations"): "events.api_destinations:list_api_destinations",
    ("events", "ListArchives"): "events.archives:list_archives",
    ("events", "ListConnections"): "events.connections:list_connections",
    ("events", "ListEventBuses"): "events.buses:list_event_buses",
    ("events", "ListReplays"): "events.replays:list_replays",
    ("events", "ListRuleNamesByTarget"): "events.targets:list_rule_names_by_target",
    ("events", "ListRules"): "events.rules:list_rules",
    ("events", "ListTagsForResource"): "events.tags:list_tags_for_resource",
    ("events", "ListTargetsByRule"): "events.targets:list_targets_by_rule",
    ("events", "PutEvents"): "events.put_events:put_events",
    ("events", "PutPermission"): "events.buses:put_permission",
    ("events", "PutRule"): "events.rules:put_rule",
    ("events", "PutTargets"): "events.targets:put_targets",
    ("events", "RemovePermission"): "events.buses:remove_permission",
    ("events", "RemoveTargets"): "events.targets:remove_targets",
    ("events", "StartReplay"): "events.replays:start_replay",
    ("events", "TagResource"): "events.tags:tag_resource",
    ("events", "TestEventPattern"): "events.put_events:test_event_pattern",
    ("events", "UntagResource"): "events.tags:untag_resource",
    ("events", "UpdateApiDestination"): "events.api_destinations:update_api_destination",
    ("events", "UpdateArchive"): "events.archives:update_archive",
    ("events", "UpdateConnection"): "events.connections:update_connection",
    ("events", "UpdateEventBus"): "events.buses:update_event_bus",
    ("pipes", "CreatePipe"): "pipes.pipes:create_pipe",
    ("pipes", "DeletePipe"): "pipes.pipes:delete_pipe",
    ("pipes", "DescribePipe"): "pipes.pipes:describe_pipe",
    ("pipes", "ListPipes"): "pipes.pipes:list_pipes",
    ("pipes", "ListTagsForResource"): "pipes.pipes:list_tags_for_resource",
    ("pipes", "StartPipe"): "pipes.pipes:start_pipe",
    ("pipes", "StopPipe"): "pipes.pipes:stop_pipe",
    ("pipes", "TagResource"): "pipes.pipes:tag_resource",
    ("pipes", "UntagResource"): "pipes.pipes:untag_resource",
    ("pipes", "UpdatePipe"): "pipes.pipes:update_pipe",
    ("scheduler", "CreateSchedule"): "scheduler.schedules:create_schedule",
    ("scheduler", "CreateScheduleGroup"): "scheduler.groups:create_schedule_group",
    ("scheduler", "DeleteSchedule"): "scheduler.schedules:delete_schedule",
    ("scheduler", "DeleteScheduleGroup"): "scheduler.groups:delete_schedule_group",
    ("scheduler", "GetSchedule"): "scheduler.schedules:get_schedule",
    ("scheduler", "GetScheduleGroup"): "scheduler.groups:get_schedule_group",
    ("scheduler", "ListScheduleGroups"): "scheduler.groups:list_schedule_groups",
    ("scheduler", "ListSchedules"): "scheduler.schedules:list_schedules",
    ("scheduler", "ListTagsForResource"): "scheduler.groups:list_tags_for_resource",
    ("scheduler", "TagResource"): "scheduler.groups:tag_resource",
    ("scheduler", "UntagResource"): "scheduler.groups:untag_resource",
    ("scheduler", "UpdateSchedule"): "scheduler.schedules:update_schedule",
    ("sts", "AssumeRole"): "sts.roles:assume_role",
    ("sts", "AssumeRoleWithSAML"): "sts.roles:assume_role_with_saml",
    ("sts", "AssumeRoleWithWebIdentity"): "sts.roles:assume_role_with_web_identity",
    ("sts", "GetCallerIdentity"): "sts.identity:get_caller_identity",
    ("sts", "GetSessionToken"): "sts.roles:get_session_token",
    ("cloudcontrol", "GetResource"): "cloudcontrol.resources:get_resource",
    ("cloudcontrol", "UpdateResource"): "cloudcontrol.resources:update_resource",
    ("cloudtrail", "LookupEvents"): "cloudtrail.events:lookup_events",
}
"""Maps (service, operation) to "module:function"; the module is in `sfn_cli.api`."""

WAITING = frozenset(
    {
        ("lambda", "Invoke"),
        ("lambda", "InvokeWithResponseStream"),
        ("stepfunctions", "TestState"),
        *(
            ("cloudformation", name)
            for name in (
                "ContinueUpdateRollback",
                "CreateChangeSet",
                "CreateStack",
                "DeleteStack",
                "ExecuteChangeSet",
                "GetTemplateSummary",
                "RollbackStack",
                "UpdateStack",
                "ValidateTemplate",
            )
        ),
    }
)
"""The operations that may block for a long time: a server runs them in separate threads."""


def find_operation(service: Service, operation: Operation) -> Handler:
    """Returns the function that answers an operation. Raises ApiError UnknownOperationException."""
    place = OPERATIONS.get((operation.service, operation.name))
    if place is not None:
        module, _, name = place.partition(":")
        function: Handler = getattr(import_module(f"sfn_cli.api.{module}"), name)
        return function
    if service.more_operations is not None:
        found = service.more_operations(operation.service, operation.name)
        if found is not None:
            return found
    raise ApiError("UnknownOperationException", f"sfn does not support the operation {operation.name}.")
