"""Deploys a project to this store, and plans a deploy."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.errors import SfnError, UsageError
from sfn_cli.stacks.deployment import names
from sfn_cli.stacks.deployment.builds import StackBuilds
from sfn_cli.stacks.deployment.changes import Action, Change
from sfn_cli.stacks.deployment.deletion import USER_INITIATED, delete_stack
from sfn_cli.stacks.deployment.engine import INTERRUPTED, CancelledError, Engine, failure_reason
from sfn_cli.stacks.deployment.failures.failed_operation import FailedOperation, is_first_deploy
from sfn_cli.stacks.deployment.failures.recovery import (
    cancel_stack_update,
    recover_stacks,
    roll_back_stack,
)
from sfn_cli.stacks.deployment.lookups import stack_lookups
from sfn_cli.stacks.deployment.options import DeployOptions, StackRequest
from sfn_cli.stacks.deployment.outputs import check_exports, deploy_outputs, parameter_texts
from sfn_cli.stacks.deployment.records.journal import StackJournal
from sfn_cli.stacks.deployment.records.locks import StackBusyError, free_stack_lock, stack_lock
from sfn_cli.stacks.deployment.resolved import ResolvedResources
from sfn_cli.stacks.deployment.tools import deploy_tools
from sfn_cli.stacks.evaluation.context import PseudoParameters
from sfn_cli.stacks.evaluation.evaluation import StackEvaluation
from sfn_cli.stacks.resources.resource import Extent
from sfn_cli.stacks.resources.table import resource_type
from sfn_cli.store.records.stacks import StackOperation, StoredStack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.jsonvalue import Json
    from sfn_cli.stacks.resources.resource import CreatedResource
    from sfn_cli.stacks.stack import Stack

__all__ = [
    "DeployOptions",
    "StackBusyError",
    "StackRequest",
    "cancel_stack_update",
    "delete_stack",
    "deploy_stack",
    "plan_stack",
    "recover_stacks",
    "roll_back_stack",
]


class Deployed(NamedTuple):
    """A stack as a deploy leaves it, or as it would leave it."""

    name: str
    changes: Sequence[Change]
    created: Mapping[str, CreatedResource]
    outputs: Sequence[Mapping[str, str]]


def plan_stack(service: Service, stack: Stack, options: DeployOptions) -> Deployed:
    """Returns what a deploy would do, without changing anything. Raises UsageError (TemplateError)."""
    return _Deploy(service, stack, options).plan()


def deploy_stack(service: Service, stack: Stack, options: DeployOptions) -> Deployed:
    """Creates, updates and deletes resources until they match the stack's template.

    Raises UsageError (TemplateError) before anything is changed, or DeployError after the changes
    have been rolled back. With a request, it also raises StackBusyError (instead of waiting for
    another operation) and what `request.check` raises.
    """
    if options.request is not None:
        with free_stack_lock(service.settings, str(options.stack_name)):
            return _Deploy(service, stack, options).run()
    while True:
        deploy = _Deploy(service, stack, options)
        with stack_lock(service.settings, deploy.name, options.report):
            # Another project may have taken the name while this deploy waited for the lock.
            if options.stack_name is not None or deploy.name == names.stack_name(service.stacks, stack):
                return deploy.run()


class _Deploy:
    """One deploy of a stack."""

    def __init__(self, service: Service, stack: Stack, options: DeployOptions) -> None:
        self._service = service
        self._stack = stack
        self._options = options
        self._request = options.request
        self._builds = StackBuilds(service, stack, options.report, may_build=options.may_build)
        # A template's machines are written for AWS. They deploy here even if some of their tasks are
        # not supported: an execution fails only when it reaches such a task.
        accepting = service.accepting_all_tasks() if stack.is_template else service
        self._tools = deploy_tools(accepting, options.report, options.role_arn, service.is_available)
        self.name = deployed_name(service, stack, options)
        self._arn = deployed_arn(service, stack, options, self.name)
        token = self._request.token if self._request is not None else None
        self._journal = StackJournal(service, self.name, self._arn, token=token)
        self._imports: dict[str, None] = {}
        self._evaluation = deploy_evaluation(service, stack, options, self.name, imports=self._imports)
        self._planned = deploy_evaluation(service, stack, options, self.name, is_planned=True)

    def plan(self) -> Deployed:
        engine = self._engine(self._planned)
        changes = engine.plan(self._changed_parameters())
        outputs = deploy_outputs(self._planned.outputs(engine.created))
        return Deployed(self.name, changes, engine.created, outputs)

    def run(self) -> Deployed:
        before = self._service.stacks.find(self.name)
        if self._request is not None:
            self._request.check(before)
        planned = self._engine(self._planned).plan()
        if self._request is None:
            self._check_claims(planned)
        engine = self._engine(self._evaluation)
        verb = "CREATE" if is_first_deploy(before) else "UPDATE"
        self._begin(before, verb)
        try:
            outputs = deploy_outputs(engine.deploy())
            if self._request is not None:
                check_exports(self._service.stacks, self.name, before, outputs)
        except BaseException as error:
            self._fail(engine, error)
            raise
        deployed = self._stored(before, f"{verb}_COMPLETE")._replace(
            outputs=outputs, left_out=engine.left_out, imports=tuple(self._imports)
        )
        self._complete(engine, deployed)
        return Deployed(self.name, engine.changes, engine.created, outputs)

    def _begin(self, before: StoredStack | None, verb: str) -> None:
        """Stores that the deploy has begun, with all that a rollback needs if this process is killed."""
        request = self._request
        options: dict[str, Json] = {"by_request": request is not None}
        if request is not None:
            options |= {"on_failure": request.on_failure, "token": request.token}
        operation = StackOperation(self._arn, verb, before, options, self._service.clock())
        self._journal.is_silent = request is None
        self._journal.begin(self._stored(before, f"{verb}_IN_PROGRESS"), operation, USER_INITIATED)
        if request is not None:
            request.started()

    def _fail(self, engine: Engine, error: BaseException) -> None:
        operation = self._service.stack_operations.find(self._arn)
        assert operation is not None
        reason = failure_reason(error)
        if engine.failed is not None:
            verb = "create" if engine.failed.old is None else "update"
            reason = f"The following resource(s) failed to {verb}: [{engine.failed.logical_id}]. "
        if is_first_deploy(operation.before) and not isinstance(error, CancelledError):
            reason = f"{reason.rstrip()} Rollback requested by user."
        shown = reason if self._request is not None else _shown_failure(error)
        FailedOperation(self._service, self._journal, self._tools, operation).end(reason, shown)

    def _complete(self, engine: Engine, deployed: StoredStack) -> None:
        """Deletes what the stack does not need any more, and stores that the deploy is complete."""
        removed = engine.removed()
        is_update = deployed.status == "UPDATE_COMPLETE"
        if removed or (is_update and self._request is not None):
            status = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" if is_update else "CREATE_IN_PROGRESS"
            rows: list[Json] = [[one.logical_id, one.physical_id, one.is_retained] for one in removed]
            options: dict[str, Json] = {"by_request": self._request is not None, "removed": rows}
            cleaning = StackOperation(self._arn, "CLEANUP", None, options, self._service.clock())
            self._journal.begin(deployed._replace(status=status), cleaning)
            engine.delete_removed(removed)
        self._journal.finish(deployed._replace(updated_at=self._service.clock()))

    def _engine(self, evaluation: StackEvaluation) -> Engine:
        resolved = ResolvedResources(self._stack, evaluation, self._builds, is_sent=self._request is not None)
        naming = partial(names.resource_naming, self._service.settings, self.name, str(self._stack.folder))
        before = self._service.stacks.find(self.name)
        left_out = () if before is None else before.left_out
        is_strict = self._request is not None
        return Engine(self._journal, resolved, self._tools, naming, left_out, is_strict=is_strict)

    def _changed_parameters(self) -> set[str]:
        before = self._service.stacks.find(self.name)
        if before is None:
            return set()
        after = parameter_texts(self._stack, self._evaluation)
        return {name for name in after if before.parameters.get(name) != after[name]}

    def _check_claims(self, changes: Sequence[Change]) -> None:
        """Raises UsageError if a resource belongs to another stack, unless the user takes it over.

        Resources in the local AWS services are shared by all stacks that name them.
        """
        for change in changes:
            row = resource_type(change.type)
            if change.action not in (Action.CREATE, Action.REPLACE) or row.extent is not Extent.CREATED:
                continue
            for owner in self._service.stacks.owners(change.type, change.physical_id):
                if owner.name == self.name:
                    continue
                if not row.is_local:
                    self._options.report(
                        f"{change.physical_id} ({change.type}) is shared with the stack {owner.name}."
                    )
                    continue
                place = "" if owner.is_sent else f" from {owner.folder}"
                what = f"{change.physical_id} ({change.type}) belongs to the stack {owner.name}{place}."
                # Templates in one folder are often variants of each other: the latest deploy takes
                # over the resources that have the same name in both.
                if not (names.is_neighbour(owner, self._stack) or self._options.replaces(what)):
                    raise UsageError(f"{what} Give this one another name, or take it over with --replace.")
                self._take_over(owner.name, change)

    def _take_over(self, owner: str, change: Change) -> None:
        for resource in self._service.stacks.resources(owner):
            if (resource.type, resource.physical_id) == (change.type, change.physical_id):
                self._service.stacks.delete_resource(owner, resource.logical_id, resource.physical_id)

    def _stored(self, before: StoredStack | None, status: str) -> StoredStack:
        now = self._service.clock()
        stored = StoredStack(
            self.name,
            self._arn,
            self._stack.kind,
            str(self._stack.folder),
            str(self._stack.source),
            status,
            None,
            parameter_texts(self._stack, self._evaluation),
            before.outputs if before else [],
            before.left_out if before else {},
            before.created_at if before else now,
            now,
        )
        if before is not None:
            stored = stored._replace(
                is_stopped=before.is_stopped, data_lost_at=before.data_lost_at, imports=before.imports
            )
        if self._request is not None:
            stored = stored._replace(template=self._request.template, details=self._request.details)
        return stored


def deployed_name(service: Service, stack: Stack, options: DeployOptions) -> str:
    """Returns the name under which a stack is deployed. Raises UsageError (see `names`)."""
    if options.request is not None:
        return str(options.stack_name)
    if options.stack_name is None:
        return names.stack_name(service.stacks, stack)
    return names.given_stack_name(service.stacks, stack, options.stack_name, options.replaces)


def deployed_arn(service: Service, stack: Stack, options: DeployOptions, name: str) -> str:
    """Returns the StackId of a stack that is deployed under this name."""
    if options.request is not None:
        return options.request.arn
    before = service.stacks.find(name)
    if before is not None and before.is_sent:
        return before.arn
    return names.stack_arn(service.settings, name, str(stack.folder))


def deploy_evaluation(
    service: Service,
    stack: Stack,
    options: DeployOptions,
    name: str,
    *,
    is_planned: bool = False,
    imports: dict[str, None] | None = None,
) -> StackEvaluation:
    """Returns the evaluation of a stack for a deploy under this name.

    The names of the exports that it uses are added to `imports`. With `is_planned`, dynamic references
    are not resolved: they may refer to resources that the deploy creates. Raises UsageError
    (TemplateError).
    """
    settings = service.settings
    arn = deployed_arn(service, stack, options, name)
    pseudo = PseudoParameters(settings.account_id, settings.region, name, arn)
    declared = stack.template.get("Parameters") or {}
    given = {key: value for key, value in options.parameters.items() if key in declared}
    is_sent = options.request is not None
    lookups = stack_lookups(service, imports)._replace(
        keeps_references=is_planned and not is_sent, keeps_unknown_references=is_planned
    )
    return StackEvaluation(stack, given, pseudo, lookups)


def _shown_failure(error: BaseException) -> str:
    return str(error) if isinstance(error, SfnError) else INTERRUPTED
