"""Rolls back stacks later: as a request demands, and after a process was killed during an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import SfnError, UsageError
from sfn_cli.stacks.deployment import names
from sfn_cli.stacks.deployment.changes import PENDING
from sfn_cli.stacks.deployment.deletion import USER_INITIATED, continue_deletion
from sfn_cli.stacks.deployment.failures.failed_operation import FailedOperation
from sfn_cli.stacks.deployment.records.journal import StackJournal
from sfn_cli.stacks.deployment.records.locks import StackBusyError, free_stack_lock
from sfn_cli.stacks.deployment.tools import delete_resource, deploy_tools, keep_resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.api.service import Service
    from sfn_cli.stacks.deployment.options import DeployOptions
    from sfn_cli.stacks.deployment.tools import Tools
    from sfn_cli.store.records.stacks import StackOperation, StoredStack

INTERRUPTED = "The process that ran this operation was stopped before its end."


def roll_back_stack(service: Service, name: str, options: DeployOptions) -> None:
    """Rolls back a failed operation to the last stable state (RollbackStack, ContinueUpdateRollback).

    Raises UsageError if there is nothing to roll back, StackBusyError, and what `request.check` raises.
    """
    request = options.request
    with free_stack_lock(service.settings, name):
        stored = service.stacks.find(name)
        if request is not None:
            request.check(stored)
        operation = None if stored is None else service.stack_operations.find(stored.arn)
        if stored is None or operation is None:
            raise UsageError(f"There is nothing to roll back in the stack {name}.")
        journal = StackJournal(service, name, stored.arn, token=request and request.token)
        tools = _rollback_tools(service, options.report)
        failed = FailedOperation(service, journal, tools, operation)
        failed.begin_rollback(USER_INITIATED, None)
        if request is not None:
            request.started()
        failed.roll_back(None, request.retained if request is not None else ())


def cancel_stack_update(service: Service, name: str) -> bool:
    """Makes the running update of a stack roll back (CancelUpdateStack). Returns whether there is one."""
    stored = service.stacks.find(name)
    if stored is None or stored.status != "UPDATE_IN_PROGRESS":
        return False
    return service.stack_operations.cancel(stored.arn)


def recover_stacks(service: Service, report: Callable[[str], None]) -> None:
    """Finishes or rolls back what killed processes have left unfinished.

    Deletions are finished; creations and updates are rolled back, as if a resource had failed. Deploys
    from the terminal are left to the next deploy, which completes them.
    """
    for operation in service.stack_operations.unfinished():
        if operation.options.get("by_request"):
            recover_stack(service, operation.stack_arn, report)


def recover_stack(service: Service, arn: str, report: Callable[[str], None]) -> None:
    """Finishes or rolls back the operation of one stack, unless a living process is running it."""
    stored = service.stacks.find_by_arn(arn)
    if stored is None or not is_unfinished(stored.status):
        return
    try:
        with free_stack_lock(service.settings, stored.name):
            _recover_stack(service, arn, report)
    except StackBusyError:
        return
    except SfnError as error:  # recorded in the stack's events
        report(f"{stored.name}: {error}")


def is_unfinished(status: str) -> bool:
    """Whether a stack with this status waits for the end of an operation."""
    return status.endswith(PENDING) and status != "REVIEW_IN_PROGRESS"


def _recover_stack(service: Service, arn: str, report: Callable[[str], None]) -> None:
    """Ends a stack's operation, while the stack's lock is held."""
    stored, operation = service.stacks.find_by_arn(arn), service.stack_operations.find(arn)
    if stored is None or operation is None or not is_unfinished(stored.status):
        return
    token = operation.options.get("token")
    journal = StackJournal(service, stored.name, arn, token=token if isinstance(token, str) else None)
    tools = _rollback_tools(service, report)
    match operation.verb:
        case "DELETE":
            retained = operation.options.get("retained")
            continue_deletion(service, journal, tools, stored, retained if isinstance(retained, list) else [])
        case "CLEANUP":
            _finish_cleanup(service, journal, tools, stored, operation)
        case _:
            failed = FailedOperation(service, journal, tools, operation)
            if "ROLLBACK" in stored.status:
                failed.roll_back(stored.reason)
            else:
                failed.end(INTERRUPTED, INTERRUPTED)


def _rollback_tools(service: Service, report: Callable[[str], None]) -> Tools:
    """Returns the tools of a rollback, which accept what the stack had before."""
    role_arn = f"arn:aws:iam::{service.settings.account_id}:role/sfn-run"
    return deploy_tools(service.accepting_all_tasks(), report, role_arn)


def _finish_cleanup(
    service: Service, journal: StackJournal, tools: Tools, stored: StoredStack, operation: StackOperation
) -> None:
    rows = {(one.logical_id, one.physical_id): one for one in service.stacks.resources(stored.name)}
    removed = operation.options.get("removed")
    for logical_id, physical_id, is_retained in removed if isinstance(removed, list) else []:
        resource = rows.get((logical_id, physical_id))
        if resource is None:
            continue
        if is_retained:
            keep_resource(journal, resource)
            continue
        naming = names.resource_naming(
            service.settings, stored.name, stored.folder, logical_id, resource.generation
        )
        try:
            delete_resource(tools, journal, naming, resource, tools.server())
        except SfnError:  # recorded in the stack's events; the next deploy retries
            continue
    verb = "CREATE" if stored.status.startswith("CREATE") else "UPDATE"
    journal.finish(stored._replace(status=f"{verb}_COMPLETE", updated_at=service.clock()))
