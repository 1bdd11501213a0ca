"""The table of CloudFormation's operations and the functions that answer them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.operations import Handler

OPERATIONS: Mapping[str, str] = {
    "CancelUpdateStack": "stacks:cancel_update",
    "ContinueUpdateRollback": "stacks:continue_update_rollback",
    "CreateChangeSet": "change_sets:create_change_set",
    "CreateStack": "stacks:create_stack",
    "DeleteChangeSet": "change_sets:delete_change_set",
    "DeleteStack": "stacks:delete_stack_by_name",
    "DescribeChangeSet": "change_sets:describe_change_set",
    "DescribeChangeSetHooks": "change_sets:describe_change_set_hooks",
    "DescribeEvents": "events:describe_events",
    "DescribeStackDriftDetectionStatus": "drift:describe_stack_drift_detection_status",
    "DescribeStackEvents": "events:describe_stack_events",
    "DescribeStackResource": "resources:describe_stack_resource",
    "DescribeStackResourceDrifts": "drift:describe_stack_resource_drifts",
    "DescribeStackResources": "resources:describe_stack_resources",
    "DescribeStacks": "descriptions:describe_stacks",
    "DescribeType": "types:describe_type",
    "DetectStackDrift": "drift:detect_stack_drift",
    "ExecuteChangeSet": "change_set_execution:execute_change_set",
    "GetStackPolicy": "policies:get_stack_policy",
    "GetTemplate": "templates:get_template",
    "GetTemplateSummary": "templates:get_template_summary",
    "ListChangeSets": "change_sets:list_change_sets",
    "ListExports": "exports:list_exports",
    "ListImports": "exports:list_imports",
    "ListStackResources": "resources:list_stack_resources",
    "ListStacks": "descriptions:list_stacks",
    "RollbackStack": "stacks:roll_back_failed_stack",
    "SetStackPolicy": "policies:set_stack_policy",
    "UpdateStack": "stacks:update_stack",
    "UpdateTerminationProtection": "descriptions:update_termination_protection",
    "ValidateTemplate": "templates:validate_template",
}
"""Operation → "module:function", the module within `sfn_cli.stacks.operations`."""


def find_stack_operation(service: str, name: str) -> Handler | None:
    """Returns the function that answers an operation of a service; None for another service's."""
    place = OPERATIONS.get(name) if service == "cloudformation" else None
    if place is None:
        return None
    module, _, function = place.partition(":")
    handler: Handler = getattr(import_module(f"{__package__}.{module}"), function)
    return handler
