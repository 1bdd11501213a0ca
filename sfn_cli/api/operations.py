"""The table of operations: who answers what. A function is imported when it is first asked for.

Every operation of the model that is not here is known to the terminal and to HTTP, and answers
that sfn does not have it yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from sfn_cli.api.awaited import Awaited
    from sfn_cli.api.model import Operation
    from sfn_cli.api.service import Service

Function = Callable[["Service", dict[str, Any]], "dict[str, Any] | Awaited"]

OPERATIONS: Mapping[tuple[str, str], str] = {
    ("stepfunctions", "CreateActivity"): "sfn_cli.api.activities:create_activity",
    ("stepfunctions", "CreateStateMachine"): "sfn_cli.api.state_machines:create_state_machine",
    ("stepfunctions", "CreateStateMachineAlias"): "sfn_cli.api.aliases:create_state_machine_alias",
    ("stepfunctions", "DeleteActivity"): "sfn_cli.api.activities:delete_activity",
    ("stepfunctions", "DeleteStateMachine"): "sfn_cli.api.state_machines:delete_state_machine",
    ("stepfunctions", "DeleteStateMachineAlias"): "sfn_cli.api.aliases:delete_state_machine_alias",
    ("stepfunctions", "DeleteStateMachineVersion"): "sfn_cli.api.versions:delete_state_machine_version",
    ("stepfunctions", "DescribeActivity"): "sfn_cli.api.activities:describe_activity",
    ("stepfunctions", "DescribeExecution"): "sfn_cli.api.executions:describe_execution",
    ("stepfunctions", "DescribeMapRun"): "sfn_cli.api.map_runs:describe_map_run",
    ("stepfunctions", "DescribeStateMachine"): "sfn_cli.api.state_machines:describe_state_machine",
    ("stepfunctions", "DescribeStateMachineAlias"): "sfn_cli.api.aliases:describe_state_machine_alias",
    ("stepfunctions", "DescribeStateMachineForExecution"): (
        "sfn_cli.api.state_machines:describe_state_machine_for_execution"
    ),
    ("stepfunctions", "GetActivityTask"): "sfn_cli.api.activities:get_activity_task",
    ("stepfunctions", "GetExecutionHistory"): "sfn_cli.api.executions:get_execution_history",
    ("stepfunctions", "ListActivities"): "sfn_cli.api.activities:list_activities",
    ("stepfunctions", "ListExecutions"): "sfn_cli.api.executions:list_executions",
    ("stepfunctions", "ListMapRuns"): "sfn_cli.api.map_runs:list_map_runs",
    ("stepfunctions", "ListStateMachineAliases"): "sfn_cli.api.aliases:list_state_machine_aliases",
    ("stepfunctions", "ListStateMachineVersions"): "sfn_cli.api.versions:list_state_machine_versions",
    ("stepfunctions", "ListStateMachines"): "sfn_cli.api.state_machines:list_state_machines",
    ("stepfunctions", "ListTagsForResource"): "sfn_cli.api.tags:list_tags_for_resource",
    ("stepfunctions", "PublishStateMachineVersion"): "sfn_cli.api.versions:publish_state_machine_version",
    ("stepfunctions", "RedriveExecution"): "sfn_cli.api.redrive:redrive_execution",
    ("stepfunctions", "SendTaskFailure"): "sfn_cli.api.tasks:send_task_failure",
    ("stepfunctions", "SendTaskHeartbeat"): "sfn_cli.api.tasks:send_task_heartbeat",
    ("stepfunctions", "SendTaskSuccess"): "sfn_cli.api.tasks:send_task_success",
    ("stepfunctions", "StartExecution"): "sfn_cli.api.executions:start_execution",
    ("stepfunctions", "StartSyncExecution"): "sfn_cli.api.sync_executions:start_sync_execution",
    ("stepfunctions", "StopExecution"): "sfn_cli.api.executions:stop_execution",
    ("stepfunctions", "TagResource"): "sfn_cli.api.tags:tag_resource",
    ("stepfunctions", "TestState"): "sfn_cli.api.state_tests:test_state",
    ("stepfunctions", "UntagResource"): "sfn_cli.api.tags:untag_resource",
    ("stepfunctions", "UpdateMapRun"): "sfn_cli.api.map_runs:update_map_run",
    ("stepfunctions", "UpdateStateMachine"): "sfn_cli.api.state_machines:update_state_machine",
    ("stepfunctions", "UpdateStateMachineAlias"): "sfn_cli.api.aliases:update_state_machine_alias",
    ("stepfunctions", "ValidateStateMachineDefinition"): (
        "sfn_cli.api.definitions:validate_state_machine_definition"
    ),
    ("lambda", "CreateAlias"): "sfn_cli.api.function_aliases:create_alias",
    ("lambda", "CreateFunction"): "sfn_cli.api.functions:create_function",
    ("lambda", "DeleteAlias"): "sfn_cli.api.function_aliases:delete_alias",
    ("lambda", "DeleteFunction"): "sfn_cli.api.functions:delete_function",
    ("lambda", "GetAlias"): "sfn_cli.api.function_aliases:get_alias",
    ("lambda", "GetFunction"): "sfn_cli.api.functions:get_function",
    ("lambda", "GetFunctionCodeSigningConfig"): (
        "sfn_cli.api.function_policies:get_function_code_signing_config"
    ),
    ("lambda", "GetFunctionConcurrency"): "sfn_cli.api.function_policies:get_function_concurrency",
    ("lambda", "GetFunctionConfiguration"): "sfn_cli.api.functions:get_function_configuration",
    ("lambda", "GetPolicy"): "sfn_cli.api.function_policies:get_policy",
    ("lambda", "Invoke"): "sfn_cli.api.invocations:invoke",
    ("lambda", "ListAliases"): "sfn_cli.api.function_aliases:list_aliases",
    ("lambda", "ListFunctions"): "sfn_cli.api.functions:list_functions",
    ("lambda", "ListTags"): "sfn_cli.api.function_tags:list_tags",
    ("lambda", "ListVersionsByFunction"): "sfn_cli.api.function_versions:list_versions_by_function",
    ("lambda", "PublishVersion"): "sfn_cli.api.function_versions:publish_version",
    ("lambda", "TagResource"): "sfn_cli.api.function_tags:tag_resource",
    ("lambda", "UntagResource"): "sfn_cli.api.function_tags:untag_resource",
    ("lambda", "UpdateAlias"): "sfn_cli.api.function_aliases:update_alias",
    ("lambda", "UpdateFunctionCode"): "sfn_cli.api.functions:update_function_code",
    ("lambda", "UpdateFunctionConfiguration"): "sfn_cli.api.functions:update_function_configuration",
    ("logs", "CreateLogGroup"): "sfn_cli.api.log_groups:create_log_group",
    ("logs", "CreateLogStream"): "sfn_cli.api.log_groups:create_log_stream",
    ("logs", "DeleteLogGroup"): "sfn_cli.api.log_groups:delete_log_group",
    ("logs", "DeleteLogStream"): "sfn_cli.api.log_groups:delete_log_stream",
    ("logs", "DeleteRetentionPolicy"): "sfn_cli.api.log_groups:delete_retention_policy",
    ("logs", "DescribeLogGroups"): "sfn_cli.api.log_groups:describe_log_groups",
    ("logs", "DescribeLogStreams"): "sfn_cli.api.log_groups:describe_log_streams",
    ("logs", "FilterLogEvents"): "sfn_cli.api.logs:filter_log_events",
    ("logs", "GetLogEvents"): "sfn_cli.api.logs:get_log_events",
    ("logs", "ListTagsForResource"): "sfn_cli.api.log_group_tags:list_tags_for_resource",
    ("logs", "ListTagsLogGroup"): "sfn_cli.api.log_group_tags:list_tags_log_group",
    ("logs", "PutLogEvents"): "sfn_cli.api.logs:put_log_events",
    ("logs", "PutRetentionPolicy"): "sfn_cli.api.log_groups:put_retention_policy",
    ("logs", "TagResource"): "sfn_cli.api.log_group_tags:tag_resource",
    ("logs", "UntagResource"): "sfn_cli.api.log_group_tags:untag_resource",
    ("events", "CreateConnection"): "sfn_cli.api.connections:create_connection",
    ("events", "DeauthorizeConnection"): "sfn_cli.api.connections:deauthorize_connection",
    ("events", "DeleteConnection"): "sfn_cli.api.connections:delete_connection",
    ("events", "DescribeConnection"): "sfn_cli.api.connections:describe_connection",
    ("events", "ListConnections"): "sfn_cli.api.connections:list_connections",
    ("events", "UpdateConnection"): "sfn_cli.api.connections:update_connection",
    ("sts", "GetCallerIdentity"): "sfn_cli.api.identity:get_caller_identity",
}

WAITING = frozenset({("lambda", "Invoke"), ("stepfunctions", "TestState")})
"""The operations that may keep their thread for long: a server gives them threads of their own."""


def find(operation: Operation) -> Function:
    """The function that answers an operation. Raises ApiError UnknownOperationException."""
    place = OPERATIONS.get((operation.service, operation.name))
    if place is None:
        raise ApiError("UnknownOperationException", f"sfn does not have the operation {operation.name} yet.")
    module, _, name = place.partition(":")
    function: Function = getattr(import_module(module), name)
    return function
