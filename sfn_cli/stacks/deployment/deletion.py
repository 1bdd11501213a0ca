"""Deletes a stack and its resources, latest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import ConfigurationError, UsageError
from sfn_cli.stacks.deployment import names
from sfn_cli.stacks.deployment.changes import Action, Change
from sfn_cli.stacks.deployment.outputs import check_exports
from sfn_cli.stacks.deployment.records.journal import StackJournal
from sfn_cli.stacks.deployment.records.locks import free_stack_lock, stack_lock
from sfn_cli.stacks.deployment.tools import delete_resource, deploy_tools, keep_resource
from sfn_cli.stacks.resources.resource import ResourceError
from sfn_cli.store.records.stacks import StackOperation

if TYPE_CHECKING:
    from collections.abc import Collection

    from sfn_cli.api.service import Service
    from sfn_cli.stacks.deployment.options import DeployOptions
    from sfn_cli.stacks.deployment.tools import Tools
    from sfn_cli.store.records.stacks import StoredResource, StoredStack

USER_INITIATED = "User Initiated"


def delete_stack(service: Service, name: str, options: DeployOptions) -> list[Change]:
    """Deletes a stack and its resources, latest first. Raises UsageError, ResourceError.

    With a request, it also raises StackBusyError (instead of waiting for another operation, unless that
    creates the stack: it is cancelled), ExportError and what `request.check` raises.
    """
    request = options.request
    is_waiting = request is None or _cancels_creation(service, name)
    lock = (
        stack_lock(service.settings, name, options.report)
        if is_waiting
        else free_stack_lock(service.settings, name)
    )
    with lock:
        stored = service.stacks.find(name)
        if request is not None:
            request.check(stored)
        if stored is None:
            raise UsageError(f"There is no stack {name}. List the stacks with: sfn stack list")
        if request is not None:
            check_exports(service.stacks, name, stored, [])
        journal = StackJournal(service, name, stored.arn, token=request and request.token)
        deleting = stored._replace(status="DELETE_IN_PROGRESS", reason=None, updated_at=service.clock())
        retained = sorted(request.retained) if request is not None else []
        by_request = {"by_request": request is not None, "token": request and request.token}
        operation = StackOperation(
            stored.arn, "DELETE", stored, {**by_request, "retained": retained}, service.clock()
        )
        journal.begin(deleting, operation, USER_INITIATED)
        if request is not None:
            request.started()
        tools = deploy_tools(service, options.report, options.role_arn)
        return continue_deletion(service, journal, tools, deleting, retained)


def _cancels_creation(service: Service, name: str) -> bool:
    """Cancels the creation of a stack that is to be deleted. Returns whether there is one."""
    stored = service.stacks.find(name)
    is_created = stored is not None and stored.status == "CREATE_IN_PROGRESS"
    return stored is not None and is_created and service.stack_operations.cancel(stored.arn)


def continue_deletion(
    service: Service,
    journal: StackJournal,
    tools: Tools,
    stored: StoredStack,
    retained: Collection[str] = (),
) -> list[Change]:
    """Deletes the resources of a stack that is being deleted, and then the stack.

    Raises ResourceError or ConfigurationError after recording that the deletion has failed.
    """
    server = tools.server()
    changes = []
    deleted: list[StoredResource] = []
    for resource in reversed(service.stacks.resources(stored.name)):
        is_kept = resource.is_retained or resource.logical_id in retained
        if is_kept:
            keep_resource(journal, resource)
        else:
            naming = names.resource_naming(
                service.settings, stored.name, stored.folder, resource.logical_id, resource.generation
            )
            try:
                delete_resource(tools, journal, naming, resource, server)
            except (ResourceError, ConfigurationError) as error:
                listed = f"The following resource(s) failed to delete: [{resource.logical_id}]. "
                explained = f"{resource.logical_id} ({resource.type}): {error}"
                failed = stored._replace(
                    status="DELETE_FAILED",
                    reason=listed if stored.is_sent else explained,
                    updated_at=service.clock(),
                )
                journal.save(failed, listed)
                raise
        action = Action.RETAIN if is_kept else Action.DELETE
        status = "DELETE_SKIPPED" if is_kept else "DELETE_COMPLETE"
        deleted.append(resource._replace(status=status, updated_at=service.clock(), reason=None))
        changes.append(Change(action, resource.logical_id, resource.type, resource.physical_id))
    journal.delete(deleted)
    return changes
