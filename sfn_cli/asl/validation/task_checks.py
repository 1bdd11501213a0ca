"""Checks of a Task: a known integration in Resource (integrations.py), and its required fields.

Messages marked (ours) are sfn's own, because AWS's are not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.asl import http_tasks
from sfn_cli.asl.dataflow import JSONATA
from sfn_cli.asl.requests.request_faults import sdk_request_faults
from sfn_cli.asl.resource import parse_resource
from sfn_cli.asl.validation.diagnostic import UNAVAILABLE
from sfn_cli.asl.validation.expression_checks import check_template
from sfn_cli.asl.validation.integrations import is_known_integration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.resource import Resource
    from sfn_cli.asl.validation.diagnostic import Findings
    from sfn_cli.jsonvalue import Json

_REQUIRED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("lambda", "invoke"): ("FunctionName",),
    ("sqs", "sendMessage"): ("QueueUrl", "MessageBody"),
    ("sns", "publish"): ("Message",),
    ("dynamodb", "putItem"): ("TableName", "Item"),
    ("dynamodb", "getItem"): ("TableName", "Key"),
    ("states", "startExecution"): ("StateMachineArn",),
    ("events", "putEvents"): ("Entries",),
    ("ecs", "runTask"): ("TaskDefinition",),
    ("glue", "startJobRun"): ("JobName",),
    ("http", "invoke"): http_tasks.REQUIRED,
    ("apigateway", "invoke"): http_tasks.REQUIRED,
}
"""The required members of an action's request.

Observed: AWS rejects a definition without them, for all actions but the last two.
"""

_RESERVED: Mapping[tuple[str, str], tuple[str, ...]] = {("ecs", "runTask.sync"): ("Count", "StartedBy")}
"""The fields of a request that Step Functions sets itself, to find the job again.

Observed for radkawar/stackd, 2026-09; they are refused if their value is known only at run time, too.
"""

_CONNECTION_FIELDS = ("Authentication", "InvocationConfig")


def check_resource(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if not findings.is_a("String", value, location):
        return
    if not value.startswith("arn:"):
        findings.error(location, "Value is not a valid resource ARN")
        return
    parsed = parse_resource(value)
    if parsed is None or not _task_action_exists(parsed):
        findings.error(
            location,
            f"The resource provided {value} is not recognized. The value is not a valid resource ARN, "
            "or the resource is not available in this region.",
        )
    elif findings.express and parsed.kind == "activity":
        findings.error(location, "Express state machine does not support Activity ARN")
    elif findings.express and parsed.pattern == "waitForTaskToken":
        # Observed: AWS's message ends with a space.
        findings.error(
            location, "Express state machine does not support '.waitForTaskToken' service integration "
        )
    elif findings.express and parsed.pattern:
        findings.error(location, "Express state machine does not support '.sync' service integration")
    if parsed is not None and parsed.kind == "service" and is_known_integration(parsed):
        _check_available(findings, parsed, location)


def _check_available(findings: Findings, resource: Resource, location: str) -> None:
    if findings.is_available is None or findings.is_available(resource):
        return
    findings.error(
        location,
        f"sfn does not support the integration {resource.service}:{resource.action}. "
        "Call the service with an aws-sdk task (arn:aws:states:::aws-sdk:SERVICE:ACTION), or mock the "
        "task (SFN_MOCK_CONFIG, or sfn test-state --mock).",
        UNAVAILABLE,
    )


def _task_action_exists(resource: Resource) -> bool:
    return resource.kind != "service" or is_known_integration(resource)


def check_credentials(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if not isinstance(value, dict) or not ("RoleArn" in value or "RoleArn.$" in value):
        findings.error(location, "The field 'RoleArn' is required but was missing")
    else:
        check_template(findings, value, location, language, name)


def check_task(findings: Findings, state: Mapping[str, Json], location: str, language: str) -> None:
    """Checks the dependencies between the fields of a Task."""
    _check_heartbeat(findings, state, location)
    text = state.get("Resource")
    resource = parse_resource(text) if isinstance(text, str) else None
    if resource is None or not _task_action_exists(resource):
        return
    if resource.kind == "activity" and "Credentials" in state:
        findings.error(f"{location}/Credentials", "The field 'Credentials' is not supported for activities")
    if resource.kind == "service":
        _check_request(findings, state, resource, location, language)


def _check_request(
    findings: Findings, state: Mapping[str, Json], resource: Resource, location: str, language: str
) -> None:
    field = "Arguments" if language == JSONATA else "Parameters"
    if field not in state:
        findings.error(f"{location}/Resource", f"{field} field is required for resource ARN: {resource.arn}")
        return
    request = state[field]
    if not isinstance(request, dict):
        return
    if (sdk_service := resource.sdk_service) is not None:
        for fault in sdk_request_faults(sdk_service, resource.operation, request, language):
            findings.error(f"{location}/{field}", fault)
    else:
        _check_optimised_request(findings, request, resource, f"{location}/{field}")


def _check_optimised_request(
    findings: Findings, request: Mapping[str, Json], resource: Resource, location: str
) -> None:
    given = {name.removesuffix(".$") for name in request}
    for name in _REQUIRED.get((resource.service, resource.operation), ()):
        if name not in given:
            findings.error(location, f"The field '{name}' is required but was missing")
    for name in _RESERVED.get((resource.service, resource.action), ()):
        if name in given:
            findings.error(location, f"The field '{name}' is not supported by Step Functions")
    if resource.service in http_tasks.FIELDS:
        _check_http_request(findings, request, resource.service, location)


def _check_http_request(findings: Findings, request: Mapping[str, Json], service: str, location: str) -> None:
    if service == "http":
        given = [name for name in _CONNECTION_FIELDS if name in request or f"{name}.$" in request]
        if len(given) != 1:
            # AWS's documentation says that it rejects this, but not with which message.
            findings.error(
                location,
                "This object should have only one of the following fields: "
                f"[{', '.join(_CONNECTION_FIELDS)}]",
            )
        endpoint = request.get("ApiEndpoint")
        if (
            isinstance(endpoint, str)
            and not endpoint.startswith("{%")
            and not http_tasks.is_http_invoke_endpoint(endpoint)
        ):
            # Reported by a user of AWS; that it is refused for what is no https URL is an assumption.
            findings.error(location, "The value for the 'ApiEndpoint' field is not valid")
    headers = request.get("Headers")
    refused = (
        http_tasks.unsupported_http_headers(service, (name.removesuffix(".$") for name in headers))
        if isinstance(headers, dict)
        else None
    )
    if refused is not None:
        findings.error(location, refused)


def _check_heartbeat(findings: Findings, state: Mapping[str, Json], location: str) -> None:
    """Checks that HeartbeatSeconds is smaller than TimeoutSeconds, as the specification requires.

    https://states-language.net/#task-state
    """
    heartbeat, timeout = state.get("HeartbeatSeconds"), state.get("TimeoutSeconds")
    if isinstance(heartbeat, int) and isinstance(timeout, int) and heartbeat >= timeout:
        # (ours)
        findings.error(f"{location}/HeartbeatSeconds", "HeartbeatSeconds must be smaller than TimeoutSeconds")
