"""Compiles the service model into the package: `python -m tests.compile_model [--check]`.

sfn never reads botocore at run time: its models drift from version to version and are slow to
load. This script takes the facts that sfn needs from the botocore that the tests use (names,
types, constraints, errors, pagination, bindings to HTTP; no documentation) and writes one small
JSON file per operation below `sfn_cli/api/model/`. `--check` writes nothing and exits with 1,
naming the files, when the package's model is not what this script would write.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

from tests.compiled_files import ROOT, update_compiled_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MODEL = ROOT / "sfn_cli" / "api" / "model"

OPERATIONS: Mapping[str, tuple[str, ...] | None] = {
    "stepfunctions": None,  # all of them
    "lambda": (
        "AddPermission",
        "CreateAlias",
        "CreateEventSourceMapping",
        "CreateFunction",
        "CreateFunctionUrlConfig",
        "DeleteAlias",
        "DeleteEventSourceMapping",
        "DeleteFunction",
        "DeleteFunctionConcurrency",
        "DeleteFunctionEventInvokeConfig",
        "DeleteFunctionUrlConfig",
        "DeleteLayerVersion",
        "GetAlias",
        "GetEventSourceMapping",
        "GetFunction",
        "GetFunctionCodeSigningConfig",
        "GetFunctionConcurrency",
        "GetFunctionConfiguration",
        "GetFunctionEventInvokeConfig",
        "GetFunctionUrlConfig",
        "GetLayerVersion",
        "GetPolicy",
        "Invoke",
        "InvokeWithResponseStream",
        "ListAliases",
        "ListEventSourceMappings",
        "ListFunctionEventInvokeConfigs",
        "ListFunctionUrlConfigs",
        "ListFunctions",
        "ListLayerVersions",
        "ListLayers",
        "ListTags",
        "ListVersionsByFunction",
        "PublishLayerVersion",
        "PublishVersion",
        "PutFunctionConcurrency",
        "PutFunctionEventInvokeConfig",
        "RemovePermission",
        "TagResource",
        "UntagResource",
        "UpdateAlias",
        "UpdateEventSourceMapping",
        "UpdateFunctionCode",
        "UpdateFunctionConfiguration",
        "UpdateFunctionEventInvokeConfig",
        "UpdateFunctionUrlConfig",
    ),
    "logs": (
        "CreateLogGroup",
        "CreateLogStream",
        "DeleteLogGroup",
        "DeleteLogStream",
        "DeleteRetentionPolicy",
        "DescribeLogGroups",
        "DescribeLogStreams",
        "FilterLogEvents",
        "GetLogEvents",
        "ListTagsForResource",
        "ListTagsLogGroup",
        "PutLogEvents",
        "PutRetentionPolicy",
        "TagResource",
        "UntagResource",
    ),
    "events": (
        "CancelReplay",
        "CreateApiDestination",
        "CreateArchive",
        "CreateConnection",
        "CreateEventBus",
        "DeauthorizeConnection",
        "DeleteApiDestination",
        "DeleteArchive",
        "DeleteConnection",
        "DeleteEventBus",
        "DeleteRule",
        "DescribeApiDestination",
        "DescribeArchive",
        "DescribeConnection",
        "DescribeEventBus",
        "DescribeReplay",
        "DescribeRule",
        "DisableRule",
        "EnableRule",
        "ListApiDestinations",
        "ListArchives",
        "ListConnections",
        "ListEventBuses",
        "ListReplays",
        "ListRuleNamesByTarget",
        "ListRules",
        "ListTagsForResource",
        "ListTargetsByRule",
        "PutEvents",
        "PutPermission",
        "PutRule",
        "PutTargets",
        "RemovePermission",
        "RemoveTargets",
        "StartReplay",
        "TagResource",
        "TestEventPattern",
        "UntagResource",
        "UpdateApiDestination",
        "UpdateArchive",
        "UpdateConnection",
        "UpdateEventBus",
    ),
    "sts": (
        "AssumeRole",
        "AssumeRoleWithSAML",
        "AssumeRoleWithWebIdentity",
        "GetCallerIdentity",
        "GetSessionToken",
    ),
    "cloudcontrol": ("GetResource", "UpdateResource"),
    "cloudformation": (
        "CancelUpdateStack",
        "ContinueUpdateRollback",
        "CreateChangeSet",
        "CreateStack",
        "DeleteChangeSet",
        "DeleteStack",
        "DescribeChangeSet",
        "DescribeChangeSetHooks",
        "DescribeEvents",
        "DescribeStackDriftDetectionStatus",
        "DescribeStackEvents",
        "DescribeStackResource",
        "DescribeStackResourceDrifts",
        "DescribeStackResources",
        "DescribeStacks",
        "DescribeType",
        "DetectStackDrift",
        "ExecuteChangeSet",
        "GetStackPolicy",
        "GetTemplate",
        "GetTemplateSummary",
        "ListChangeSets",
        "ListExports",
        "ListImports",
        "ListStackResources",
        "ListStacks",
        "RollbackStack",
        "SetStackPolicy",
        "UpdateStack",
        "UpdateTerminationProtection",
        "ValidateTemplate",
    ),
    "cloudtrail": ("LookupEvents",),
    "pipes": None,
    "scheduler": None,
}

CODE_DIR = {"type": "string", "min": 1, "extension": True}
"""Not AWS's: a folder on this machine that a local function runs from, instead of a zip."""

INJECT = {"type": "list", "member": {"type": "string", "min": 1}, "extension": True}
"""Not AWS's: injected faults, each as STATE:ERROR@ATTEMPTS."""

FROM_EXECUTION = {"type": "string", "min": 1, "max": 256, "extension": True}
"""Not AWS's: the execution whose history a new execution takes over."""

FROM_STATE = {"type": "string", "min": 1, "max": 1024, "extension": True}
"""Not AWS's: the state from which it starts: NAME, or NAME@2 for the second visit."""

STATE_INPUT = {"type": "string", "max": 262144, "sensitive": True, "extension": True}
"""Not AWS's: the input of that state, in place of the recorded one."""

EDITED_DEFINITION = {"type": "string", "min": 1, "max": 1048576, "sensitive": True, "extension": True}
"""Not AWS's: a definition for this execution alone."""

PACKAGE_DIRS = {"type": "list", "member": {"type": "string", "min": 1}, "extension": True}
"""Not AWS's: folders on this machine with the packages that a local function's code imports."""

EXACT_RUNTIME = {"type": "boolean", "extension": True}
"""Not AWS's: whether a local function is run by no other version of its language."""

MAPPING_ID = {"type": "string", "min": 1, "max": 36, "extension": True}
"""Not AWS's: the id of a new event source mapping, which stacks derive from its name."""

Extension = tuple[tuple[str, ...], dict[str, Any]]

EXTENSIONS: Mapping[tuple[str, str], tuple[Extension, ...]] = {
    ("lambda", "CreateEventSourceMapping"): ((("UUID",), MAPPING_ID),),
    ("lambda", "CreateFunction"): (
        (("Code", "CodeDir"), CODE_DIR),
        (("Code", "PackageDirs"), PACKAGE_DIRS),
        (("Code", "ExactRuntime"), EXACT_RUNTIME),
    ),
    ("lambda", "PublishLayerVersion"): (
        (("Content", "CodeDir"), CODE_DIR),
        (("Content", "PackageDirs"), PACKAGE_DIRS),
    ),
    ("lambda", "UpdateFunctionCode"): (
        (("CodeDir",), CODE_DIR),
        (("PackageDirs",), PACKAGE_DIRS),
        (("ExactRuntime",), EXACT_RUNTIME),
    ),
    ("stepfunctions", "StartExecution"): (
        (("inject",), INJECT),
        (("fromExecutionArn",), FROM_EXECUTION),
        (("fromState",), FROM_STATE),
        (("stateInput",), STATE_INPUT),
        (("definition",), EDITED_DEFINITION),
    ),
    ("stepfunctions", "StartSyncExecution"): ((("inject",), INJECT),),
}
"""Operations whose input has members in addition to AWS's: the path to each, and its shape."""

_CONSTRAINTS = ("min", "max", "pattern", "enum", "sensitive", "deprecated")
_BINDINGS = ("location", "locationName", "streaming", "eventstream", "timestampFormat", "idempotencyToken")


def main(arguments: list[str]) -> int:
    return update_compiled_files(MODEL, dict(_files()), "tests.compile_model", arguments)


def _files() -> Iterator[tuple[str, str]]:
    """The name, below the model's folder, and the text of every file."""
    session = botocore.session.get_session()
    for service, chosen in OPERATIONS.items():
        model = session.get_service_model(service)
        paginators = _paginators(session, service)
        names = sorted(chosen if chosen is not None else model.operation_names)
        yield f"{service}/index.json", _text({xform_name(name, "-"): name for name in names})
        for name in names:
            yield (
                f"{service}/{name}.json",
                _text(_operation(service, model, model.operation_model(name), paginators.get(name))),
            )


def _paginators(session: botocore.session.Session, service: str) -> Mapping[str, Mapping[str, Any]]:
    try:
        paginators: Mapping[str, Mapping[str, Any]] = session.get_paginator_model(service)._paginator_config
    except UnknownServiceError:
        return {}
    return paginators


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False) + "\n"


def _operation(
    service: str, model: ServiceModel, operation: OperationModel, paginator: Mapping[str, Any] | None
) -> dict[str, Any]:
    input_shape = _structure_or_none(operation.input_shape)
    for (*path, name), shape in EXTENSIONS.get((service, operation.name), ()):
        structure = input_shape
        for member in path:
            structure = structure["members"][member]
        structure["members"][name] = shape
    facts: dict[str, Any] = {
        "service": service,
        "name": operation.name,
        "command": xform_name(operation.name, "-"),
        "protocol": model.metadata["protocol"],
        "http": {
            key: operation.http[key]
            for key in ("method", "requestUri", "responseCode")
            if key in operation.http
        },
        "errors": [shape.name for shape in operation.error_shapes],
        "paginator": dict(paginator) if paginator else None,
        "input": input_shape,
        "output": _structure_or_none(operation.output_shape),
    }
    facts["http"]["uri"] = facts["http"].pop("requestUri")
    if "responseCode" in facts["http"]:
        facts["http"]["status"] = facts["http"].pop("responseCode")
    if "targetPrefix" in model.metadata:
        facts["target_prefix"] = model.metadata["targetPrefix"]
        facts["json_version"] = model.metadata["jsonVersion"]
    if facts["protocol"] == "query":
        facts["api_version"] = model.metadata["apiVersion"]
        facts["xml_namespace"] = model.metadata["xmlNamespace"]
    if operation.endpoint:
        facts["host_prefix"] = operation.endpoint["hostPrefix"]
    return facts


def _structure_or_none(shape: Shape | None) -> dict[str, Any]:
    return {"type": "structure", "members": {}} if shape is None else _shape(shape)


def _shape(shape: Shape) -> dict[str, Any]:
    """Returns the facts of a shape, with those of its member shapes written out in place."""
    facts: dict[str, Any] = {"type": shape.type_name}
    for key in _CONSTRAINTS:
        if key in shape.metadata:
            facts[key] = shape.metadata[key]
    for key in _BINDINGS:
        value = shape.serialization.get("name" if key == "locationName" else key)
        if value is None:
            value = shape.metadata.get(key)
        if value is not None:
            facts[key] = value
    if isinstance(shape, StructureShape):
        facts["name"] = shape.name
        if shape.required_members:
            facts["required"] = shape.required_members
        if "payload" in shape.serialization:
            facts["payload"] = shape.serialization["payload"]
        facts["members"] = {name: _shape(member) for name, member in shape.members.items()}
    elif isinstance(shape, ListShape):
        facts["member"] = _shape(shape.member)
    elif isinstance(shape, MapShape):
        facts["key"] = _shape(shape.key)
        facts["value"] = _shape(shape.value)
    return facts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
