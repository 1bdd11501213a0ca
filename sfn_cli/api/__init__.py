"""The operations, shared by the terminal and by HTTP: one function each, in a file per noun.

An entry point that acts as an AWS client (the terminal) uses `call_api`. One that acts as AWS uses
`answer_api`, or `begin_api` (`begin_client_api` over HTTP) if a waiting request must not block others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ApiError, UnstorableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.model import Operation
    from sfn_cli.api.protocol.long_polls import Awaited
    from sfn_cli.api.service import Service


def call_api(service: Service, operation: Operation, request: Mapping[str, Any]) -> dict[str, Any]:
    """Runs `answer_api` after the checks of an AWS client, which raise UsageError."""
    from sfn_cli.api.protocol.shapes import check_request_shape

    check_request_shape(operation.input, request)
    return answer_api(service, operation, request)


def begin_client_api(
    service: Service, operation: Operation, request: Mapping[str, Any]
) -> dict[str, Any] | Awaited:
    """Runs `begin_api` for a request of an AWS client."""
    check_api_region(service, operation, request)
    return begin_api(service, operation, request)


def check_api_region(service: Service, operation: Operation, request: Mapping[str, Any]) -> None:
    """Raises ApiError if a client's request names a function of another region.

    Definitions and templates may do so: they run unchanged.
    """
    if operation.service == "lambda" and str(request.get("FunctionName", "")).startswith("arn:"):
        from sfn_cli.api.functions.references import check_reference_region

        check_reference_region(service, request["FunctionName"])


def check_api_request(operation: Operation, request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a request after the checks of `call_api`, with its times in milliseconds.

    Raises UsageError, or ApiError.
    """
    from sfn_cli.api.protocol.shapes import check_request_shape

    check_request_shape(operation.input, request)
    return _constrained_api_request(operation, request)


def answer_api(service: Service, operation: Operation, request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the operation's response in AWS's shape.

    Times are milliseconds since 1970, blobs are bytes.

    Raises ApiError, with AWS's code and message, if the request breaks a constraint of the model,
    the operation rejects it, or its data cannot be stored.
    """
    answered = begin_api(service, operation, request)
    return answered if isinstance(answered, dict) else dict(answered.wait(service))


def begin_api(service: Service, operation: Operation, request: Mapping[str, Any]) -> dict[str, Any] | Awaited:
    """Runs `answer_api` without waiting for executions to end or tasks to be scheduled."""
    from sfn_cli.api.following import try_to_keep_worker_alive
    from sfn_cli.api.operations import find_operation

    request = _constrained_api_request(operation, request)
    try:
        answered = find_operation(service, operation)(service, request)
    except UnstorableError as error:
        raise ApiError("ValidationException", str(error)) from error
    if operation.service == "stepfunctions":
        try_to_keep_worker_alive(service)  # after a crash, any command starts the next worker
    return answered


def _constrained_api_request(operation: Operation, request: Mapping[str, Any]) -> dict[str, Any]:
    from sfn_cli.api.protocol.constraints import check_constraints
    from sfn_cli.api.protocol.times import has_times, with_times

    if has_times(operation.input):
        request = with_times(operation.input, request)
    if operation.service == "logs":
        from sfn_cli.api.logs.names import check_log_names

        check_log_names(request)
    check_constraints(operation.input, request, operation.service)
    return dict(request)
