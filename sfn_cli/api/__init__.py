"""The operations, shared by the terminal and by HTTP: one function each, in a file per noun.

A door that plays an AWS client (the terminal) uses `call`; one that plays AWS uses `answer`, or,
where one that waits must not hold up the others (HTTP), `begin`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ApiError, StoreError, UnstorableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.model import Operation
    from sfn_cli.api.protocol.long_polls import Awaited
    from sfn_cli.api.service import Service


def call(service: Service, operation: Operation, request: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as `answer` does, after the checks of an AWS client (UsageError)."""
    from sfn_cli.api.protocol.shapes import check_request

    check_request(operation.input, request)
    return answer(service, operation, request)


def answer(service: Service, operation: Operation, request: Mapping[str, Any]) -> dict[str, Any]:
    """The operation's answer, in AWS's shape; times are milliseconds since 1970, blobs are bytes.

    Raises ApiError, in AWS's code and words, when the request breaks a constraint of the model
    or the operation refuses it, or when its data cannot be stored.
    """
    answered = begin(service, operation, request)
    return answered if isinstance(answered, dict) else answered.wait(service)


def begin(service: Service, operation: Operation, request: Mapping[str, Any]) -> dict[str, Any] | Awaited:
    """Answers as `answer` does, but does not wait for the end of an execution or a task."""
    from sfn_cli.api.following import keep_worker
    from sfn_cli.api.operations import find
    from sfn_cli.api.protocol.constraints import check_constraints

    check_constraints(operation.input, request)
    try:
        answered = find(operation)(service, dict(request))
    except UnstorableError as error:
        raise ApiError("ValidationException", str(error)) from error
    if operation.service == "stepfunctions":
        # The operation has been carried out: it does not fail because no worker can be started now.
        try:
            keep_worker(service)  # after a crash any command starts the next worker
            service.worker_error = None
        except StoreError as error:
            service.worker_error = error
    return answered
