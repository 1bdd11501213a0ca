"""CreateStack, UpdateStack, DeleteStack and the operations that roll back."""

from __future__ import annotations

import re
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ApiError, UsageError
from sfn_cli.stacks.deployment.deploy import (
    StackBusyError,
    StackRequest,
    cancel_stack_update,
    delete_stack,
    deploy_stack,
    roll_back_stack,
)
from sfn_cli.stacks.deployment.outputs import ExportError
from sfn_cli.stacks.operations.background import run_in_background
from sfn_cli.stacks.operations.identity import existing_stack, find_stack, stack_validation_error
from sfn_cli.stacks.operations.plans import plan_sent_stack
from sfn_cli.stacks.operations.requests.capabilities import AUTO_EXPAND, insufficient_capabilities
from sfn_cli.stacks.operations.requests.sent_request import (
    PROCESSED,
    TOKEN,
    SentRequest,
    deploy_options,
    nothing_sent,
    read_sent_stack,
    sent_request,
)
from sfn_cli.stacks.operations.requests.template_faults import sent_template_error
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.jsonvalue import Json
    from sfn_cli.stacks.stack import Stack
    from sfn_cli.store.records.stacks import StoredStack

_NAME = re.compile("[a-zA-Z][-a-zA-Z0-9]*")
_MAX_NAME = 128

_UPDATABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")
_FAILED_IN_PLACE = ("CREATE_FAILED", "UPDATE_FAILED")
"""Statuses after a failure without rollback: an update repairs the stack."""

REVIEW = "REVIEW_IN_PROGRESS"
_CANCELLED = ("CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS")
"""A creation, and what becomes of it when a deletion cancels it."""

_DELETABLE_IN_PROGRESS = (REVIEW, *_CANCELLED, "DELETE_IN_PROGRESS")
_RETRY_SECONDS = 0.2


def create_stack(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name = new_stack_name(request["StackName"])
    token = request.get("ClientRequestToken")
    stored = find_stack(service, name)
    if stored is not None:
        if token is not None and stored.details.get(TOKEN) == f"CreateStack:{token}":
            return {"StackId": stored.arn}
        raise _already_exists(name)
    arn = new_stack_arn(service, name)
    sent = sent_request(service, request, name, arn, None)
    stack, details = _read_directly(service, sent)
    created: dict[str, Json] = {
        **details,
        "EnableTerminationProtection": bool(request.get("EnableTerminationProtection")),
        **_creation_options(request),
        TOKEN: None if token is None else f"CreateStack:{token}",
    }

    def check(current: StoredStack | None) -> None:
        if current is not None:
            raise _already_exists(name)

    start_deploy(service, stack, sent, stack_request(arn, sent, created, request, check))
    return {"StackId": arn}


def update_stack(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    stored = existing_stack(service, request["StackName"])
    token = request.get("ClientRequestToken")
    if token is not None and stored.details.get(TOKEN) == f"UpdateStack:{token}":
        return {"StackId": stored.arn}
    check_updatable(stored)
    sent = sent_request(service, request, stored.name, stored.arn, stored)
    stack, details = _read_directly(service, sent)
    plan = plan_sent_stack(service, stored.arn, stored, stack, sent)
    if not plan.has_changes:
        raise stack_validation_error("No updates are to be performed.")
    updated: dict[str, Json] = {
        **details,
        "DisableRollback": disables_rollback(request),
        TOKEN: None if token is None else f"UpdateStack:{token}",
    }
    start_deploy(service, stack, sent, stack_request(stored.arn, sent, updated, request, check_current))
    return {"StackId": stored.arn}


def delete_stack_by_name(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Deletes a stack; one that does not exist is deleted already."""
    stored = find_stack(service, request["StackName"])
    if stored is None:
        return {}
    if stored.details.get("EnableTerminationProtection"):
        raise stack_validation_error(
            f"Stack [{stored.name}] cannot be deleted while TerminationProtection is enabled"
        )
    retained = frozenset(request.get("RetainResources") or ())
    if retained and stored.status != "DELETE_FAILED":
        raise stack_validation_error(
            f"Invalid operation on stack [{stored.arn}]. When you delete a stack, specify which resources to "
            "retain only when the stack is in the DELETE_FAILED state."
        )
    if stored.status.endswith("_IN_PROGRESS") and stored.status not in _DELETABLE_IN_PROGRESS:
        raise stack_validation_error(
            f"Stack [{stored.name}] cannot be deleted while in status {stored.status}"
        )
    request_of_stack = StackRequest(stored.arn, retained=retained, token=request.get("ClientRequestToken"))
    run_stack_work(service, request_of_stack, partial(_delete_or_wait, stored))
    return {}


def _delete_or_wait(stored: StoredStack, service: Service, request: StackRequest) -> None:
    """Deletes a stack. One that is being created is cancelled first, and deleted when that has ended."""
    options = deploy_options(service, nothing_sent(stored), request)
    has_cancelled = False
    while True:
        try:
            delete_stack(service, stored.name, options)
        except StackBusyError:
            current = service.stacks.find_by_arn(stored.arn)
            if current is None or current.status == "DELETE_IN_PROGRESS":
                return
            if current.status in _CANCELLED:
                has_cancelled = True
            elif not has_cancelled:  # the end of a cancelled creation is stored before its lock is free
                raise
            service.stack_operations.cancel(stored.arn)
            request.started()
            time.sleep(_RETRY_SECONDS)
        except UsageError:
            if service.stacks.find_by_arn(stored.arn) is not None:
                raise
            return  # another deletion has ended first
        else:
            return


def roll_back_failed_stack(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """RollbackStack: of a create or an update that failed without rollback."""
    stored = existing_stack(service, request["StackName"])
    if stored.status not in _FAILED_IN_PLACE:
        raise stack_validation_error(
            f"Stack [{stored.name}] is in {stored.status} state. RollbackStack can only be called on stacks "
            f"in {' or '.join(_FAILED_IN_PLACE)} state."
        )
    _roll_back(service, stored, request, frozenset())
    return {"StackId": stored.arn}


def continue_update_rollback(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    stored = existing_stack(service, request["StackName"])
    if stored.status != "UPDATE_ROLLBACK_FAILED":
        raise stack_validation_error(
            f"Stack [{stored.name}] is in {stored.status} state and can not be continued for rollback. Only "
            "stacks in UPDATE_ROLLBACK_FAILED state can be."
        )
    _roll_back(service, stored, request, frozenset(request.get("ResourcesToSkip") or ()))
    return {}


def cancel_update(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    stored = existing_stack(service, request["StackName"])
    if stored.status != "UPDATE_IN_PROGRESS" or not cancel_stack_update(service, stored.name):
        raise stack_validation_error("CancelUpdateStack cannot be called from current stack status")
    return {}


# Parts that ExecuteChangeSet uses too


def check_updatable(stored: StoredStack) -> None:
    """Raises ApiError ValidationError if a stack's status does not allow an update."""
    if stored.status not in (*_UPDATABLE, *_FAILED_IN_PLACE):
        raise not_updatable(stored.arn, stored.status)


def check_current(current: StoredStack | None) -> None:
    """Does so while no other operation can change the stack, which may have changed since."""
    if current is not None and current.status != REVIEW:
        check_updatable(current)


def not_updatable(arn: str, status: str) -> ApiError:
    return stack_validation_error(f"Stack:{arn} is in {status} state and can not be updated.")


def _already_exists(name: str) -> ApiError:
    return ApiError("AlreadyExistsException", f"Stack [{name}] already exists")


def new_stack_name(name: str) -> str:
    """Returns the name of a stack that is to be created. Raises ApiError ValidationError."""
    if not _NAME.fullmatch(name) or len(name) > _MAX_NAME:
        broken = (
            f"have length less than or equal to {_MAX_NAME}"
            if _NAME.fullmatch(name)
            else f"satisfy regular expression pattern: {_NAME.pattern}"
        )
        raise stack_validation_error(
            f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: "
            f"Member must {broken}"
        )
    return name


def new_stack_arn(service: Service, name: str) -> str:
    settings = service.settings
    return f"arn:aws:cloudformation:{settings.region}:{settings.account_id}:stack/{name}/{random_uuid()}"


def disables_rollback(request: Mapping[str, Any]) -> bool:
    """Whether the resources of a failed operation stay as they are."""
    config = request.get("DeploymentConfig") or {}
    return bool(request.get("DisableRollback") or config.get("DisableRollback"))


def stack_request(
    arn: str,
    sent: SentRequest,
    details: Mapping[str, Json],
    request: Mapping[str, Any],
    check: Callable[[StoredStack | None], None] = lambda _: None,
) -> StackRequest:
    """Returns what a deploy gets from a request."""
    on_failure = request.get("OnFailure") or ("DO_NOTHING" if disables_rollback(request) else "ROLLBACK")
    return StackRequest(
        arn,
        template=sent.text,
        details={name: value for name, value in details.items() if value is not None},
        on_failure=on_failure,
        token=request.get("ClientRequestToken"),
        check=check,
    )


def start_deploy(service: Service, stack: Stack, sent: SentRequest, request: StackRequest) -> None:
    """Deploys a stack that was read. Raises what is wrong before anything is changed."""
    run_stack_work(
        service,
        request,
        lambda own, with_request: deploy_stack(own, stack, deploy_options(own, sent, with_request)),
    )


def run_stack_work(
    service: Service, request: StackRequest, work: Callable[[Service, StackRequest], object]
) -> None:
    def run(own: Service, started: Callable[[], None]) -> None:
        work(own, request._replace(started=started))

    try:
        run_in_background(service, run)
    except StackBusyError:
        stored = service.stacks.find_by_arn(request.arn)
        if stored is None:
            raise _already_exists(request.arn.split("/")[1]) from None
        # The other process may not have stored the status yet.
        is_shown = stored.status.endswith("_IN_PROGRESS")
        raise not_updatable(request.arn, stored.status if is_shown else "UPDATE_IN_PROGRESS") from None
    except ExportError as error:
        raise stack_validation_error(str(error)) from None
    except UsageError as error:
        raise sent_template_error(error) from None


def _roll_back(
    service: Service, stored: StoredStack, request: Mapping[str, Any], skipped: frozenset[str]
) -> None:
    run_stack_work(
        service,
        StackRequest(stored.arn, retained=skipped, token=request.get("ClientRequestToken")),
        lambda own, with_request: roll_back_stack(
            own, stored.name, deploy_options(own, nothing_sent(stored), with_request)
        ),
    )


def _read_directly(service: Service, sent: SentRequest) -> tuple[Stack, dict[str, Json]]:
    """Reads a request that no change set precedes: then macros need a capability too."""
    try:
        stack, details = read_sent_stack(service, sent)
    except UsageError as error:
        raise sent_template_error(error) from None
    capabilities = details.get("Capabilities")
    if PROCESSED in details and not (isinstance(capabilities, list) and AUTO_EXPAND in capabilities):
        raise insufficient_capabilities([AUTO_EXPAND])
    return stack, details


def _creation_options(request: Mapping[str, Any]) -> dict[str, Json]:
    if "OnFailure" in request and "DisableRollback" in request:
        raise stack_validation_error("You cannot specify both DisableRollback and OnFailure.")
    return {
        "TimeoutInMinutes": request.get("TimeoutInMinutes"),
        "DisableRollback": disables_rollback(request) or request.get("OnFailure") == "DO_NOTHING",
    }
