"""Deploys a project to this store, plans a deploy, and deletes stacks."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import file_lock, private_files
from sfn_cli.errors import SfnError, UsageError
from sfn_cli.jsonvalue import dumps
from sfn_cli.stacks.deployment import names
from sfn_cli.stacks.deployment.builds import StackBuilds
from sfn_cli.stacks.deployment.changes import Action, Change
from sfn_cli.stacks.deployment.engine import Engine
from sfn_cli.stacks.deployment.lookups import stack_lookups
from sfn_cli.stacks.deployment.tools import Tools, delete_resource
from sfn_cli.stacks.evaluation.context import PseudoParameters
from sfn_cli.stacks.evaluation.evaluation import StackEvaluation
from sfn_cli.stacks.evaluation.parameter_values import HIDDEN, is_hidden_parameter
from sfn_cli.stacks.resources.resource import Extent, ProvisioningContext, ResourceError
from sfn_cli.stacks.resources.table import resource_type
from sfn_cli.store.records.stacks import StoredStack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.asl.resource import Resource
    from sfn_cli.jsonvalue import Json
    from sfn_cli.stacks.evaluation.evaluation import StackOutput
    from sfn_cli.stacks.resources.resource import CreatedResource, Naming
    from sfn_cli.stacks.stack import Stack


class StackRequest(NamedTuple):
    """What a request of CloudFormation adds to a deploy or a deletion of a stack."""

    arn: str
    """The StackId."""
    template: str = ""
    """The template's text as it was sent."""
    details: Mapping[str, Json] = {}
    """Stored with the stack: members of CloudFormation's Stack, and what later requests need."""
    on_failure: str = "ROLLBACK"
    """What happens if a resource fails: ROLLBACK, DO_NOTHING (DisableRollback) or DELETE."""
    retained: frozenset[str] = frozenset()
    """The logical ids that a deletion keeps, or that the continuation of a rollback skips."""
    token: str | None = None
    """The ClientRequestToken, for events."""
    check: Callable[[StoredStack | None], None] = lambda _: None
    """Called with the stored stack while no other operation can change it; raises an error to refuse."""
    started: Callable[[], None] = lambda: None
    """Called when the stack's new status is stored: later errors are in the stack's events."""


class StackBusyError(SfnError):
    """Another operation is changing the stack."""


class DeployOptions(NamedTuple):
    """The options of a deploy, as the user gives them."""

    report: Callable[[str], None]
    """Shows the user one line."""
    parameters: Mapping[str, str]
    """The values that the user gives; a stack uses those that its template declares."""
    role_arn: str
    """The role for machines and functions without a role in the template."""
    stack_name: str | None = None
    may_build: bool = True
    """Whether pip, npm and other build tools may run."""
    replaces: Callable[[str], bool] = lambda _: False
    """Whether to take over a resource of another stack; the argument is a sentence that names both."""
    request: StackRequest | None = None
    """The request, if the deploy comes from CloudFormation's operations and not from the terminal."""


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
    while True:
        deploy = _Deploy(service, stack, options)
        with _stack_lock(service, deploy.name, options.report):
            # Another project may have taken the name while this deploy waited for the lock.
            if options.stack_name is not None or deploy.name == names.stack_name(service.stacks, stack):
                return deploy.run()


def delete_stack(service: Service, name: str, options: DeployOptions) -> list[Change]:
    """Deletes a stack and its resources, latest first. Raises UsageError, ResourceError."""
    with _stack_lock(service, name, options.report):
        stored = service.stacks.find(name)
        if stored is None:
            raise UsageError(f"There is no stack {name}. List the stacks with: sfn stack list")
        service.stacks.save(stored._replace(status="DELETE_IN_PROGRESS", updated_at=service.clock()))
        tools = _deploy_tools(service, options, None)
        server = tools.server()
        changes = []
        for resource in reversed(service.stacks.resources(name)):
            action = Action.RETAIN if resource.is_retained else Action.DELETE
            if not resource.is_retained:
                naming = names.resource_naming(service.settings, name, stored.folder, resource.logical_id)
                try:
                    delete_resource(tools, name, naming, resource, server)
                except ResourceError as error:
                    failed = stored._replace(
                        status="DELETE_FAILED",
                        reason=f"{resource.logical_id} ({resource.type}): {error}",
                        updated_at=service.clock(),
                    )
                    service.stacks.save(failed)
                    raise
            changes.append(Change(action, resource.logical_id, resource.type, resource.physical_id))
        service.stacks.delete(name, service.clock())
        return changes


def roll_back_stack(service: Service, name: str, options: DeployOptions) -> None:
    """Rolls back a failed operation to the last stable state (RollbackStack, ContinueUpdateRollback).

    Raises StackBusyError, and what `request.check` raises.
    """
    raise NotImplementedError


def cancel_stack_update(service: Service, name: str) -> bool:
    """Makes the running update of a stack roll back (CancelUpdateStack). Returns whether there is one."""
    raise NotImplementedError


def recover_stacks(service: Service, report: Callable[[str], None]) -> None:
    """Finishes or rolls back the operations of processes that were killed."""
    raise NotImplementedError


class _Deploy:
    """One deploy of a stack."""

    def __init__(self, service: Service, stack: Stack, options: DeployOptions) -> None:
        self._service = service
        self._stack = stack
        self._options = options
        self._builds = StackBuilds(service, stack, options.report, may_build=options.may_build)
        # A template's machines are written for AWS. They deploy here even if some of their tasks are
        # not supported: an execution fails only when it reaches such a task.
        accepting = service.accepting_all_tasks() if stack.is_template else service
        self._tools = _deploy_tools(accepting, options, service.is_available)
        self.name = deployed_name(service, stack, options)
        self._evaluation = deploy_evaluation(service, stack, options, self.name)
        self._planned = deploy_evaluation(service, stack, options, self.name, is_planned=True)

    def plan(self) -> Deployed:
        engine = self._engine(self._planned)
        changes = engine.plan()
        return Deployed(
            self.name, changes, engine.created, _deploy_outputs(self._planned.outputs(engine.created))
        )

    def run(self) -> Deployed:
        self._check_claims(self._engine(self._planned).plan())
        engine = self._engine(self._evaluation)
        before = self._service.stacks.find(self.name)
        is_new = before is None or before.status.startswith(("CREATE_IN", "ROLLBACK"))
        verb = "CREATE" if is_new else "UPDATE"
        self._save(before, f"{verb}_IN_PROGRESS")
        try:
            outputs = _deploy_outputs(engine.deploy())
        except BaseException as error:
            reason = str(error) if isinstance(error, SfnError) else "The deploy was interrupted."
            self._save(before, "ROLLBACK_COMPLETE" if is_new else "UPDATE_ROLLBACK_COMPLETE", reason)
            raise
        done = self._save(before, f"{verb}_COMPLETE", outputs=outputs, left_out=engine.left_out)
        return Deployed(self.name, engine.changes, engine.created, done.outputs)

    def _engine(self, evaluation: StackEvaluation) -> Engine:
        return Engine(self.name, self._stack, evaluation, self._tools, self._naming, self._builds)

    def _naming(self, logical_id: str) -> Naming:
        return names.resource_naming(self._service.settings, self.name, str(self._stack.folder), logical_id)

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
                what = (
                    f"{change.physical_id} ({change.type}) belongs to the stack {owner.name} from "
                    f"{owner.folder}."
                )
                # Templates in one folder are often variants of each other: the latest deploy takes
                # over the resources that have the same name in both.
                if not (names.is_neighbour(owner, self._stack) or self._options.replaces(what)):
                    raise UsageError(f"{what} Give this one another name, or take it over with --replace.")
                self._take_over(owner.name, change)

    def _take_over(self, owner: str, change: Change) -> None:
        for resource in self._service.stacks.resources(owner):
            if (resource.type, resource.physical_id) == (change.type, change.physical_id):
                self._service.stacks.delete_resource(owner, resource.logical_id, resource.physical_id)

    def _save(
        self,
        before: StoredStack | None,
        status: str,
        reason: str | None = None,
        outputs: list[dict[str, str]] | None = None,
        left_out: dict[str, str] | None = None,
    ) -> StoredStack:
        now = self._service.clock()
        stored = StoredStack(
            self.name,
            names.stack_arn(self._service.settings, self.name, str(self._stack.folder)),
            self._stack.kind,
            str(self._stack.folder),
            str(self._stack.source),
            status,
            reason,
            _parameter_texts(self._stack, self._evaluation),
            outputs if outputs is not None else before.outputs if before else [],
            left_out if left_out is not None else before.left_out if before else {},
            before.created_at if before else now,
            now,
        )
        self._service.stacks.save(stored)
        return stored


def deployed_name(service: Service, stack: Stack, options: DeployOptions) -> str:
    """Returns the name under which a stack is deployed. Raises UsageError (see `names`)."""
    if options.stack_name is None:
        return names.stack_name(service.stacks, stack)
    return names.given_stack_name(service.stacks, stack, options.stack_name, options.replaces)


def deploy_evaluation(
    service: Service, stack: Stack, options: DeployOptions, name: str, *, is_planned: bool = False
) -> StackEvaluation:
    """Returns the evaluation of a stack for a deploy under this name.

    With `is_planned`, dynamic references are not resolved: they may refer to resources that the
    deploy creates. Raises UsageError (TemplateError).
    """
    settings = service.settings
    arn = names.stack_arn(settings, name, str(stack.folder))
    pseudo = PseudoParameters(settings.account_id, settings.region, name, arn)
    declared = stack.template.get("Parameters") or {}
    given = {key: value for key, value in options.parameters.items() if key in declared}
    lookups = stack_lookups(service)._replace(keeps_references=is_planned)
    return StackEvaluation(stack, given, pseudo, lookups)


def _deploy_outputs(resolved: Sequence[StackOutput]) -> list[dict[str, str]]:
    """Returns the outputs in the form of CloudFormation's DescribeStacks."""
    outputs = []
    for output in resolved:
        value = output.value if isinstance(output.value, str) else dumps(output.value)
        row = {"OutputKey": output.name, "OutputValue": value}
        if output.description:
            row["Description"] = output.description
        if output.export is not None:
            row["ExportName"] = output.export
        outputs.append(row)
    return outputs


def _parameter_texts(stack: Stack, evaluation: StackEvaluation) -> dict[str, str]:
    """Returns the parameters' values for output; those with NoEcho are hidden."""
    declared = stack.template.get("Parameters") or {}
    texts = {}
    for name, value in evaluation.parameters.items():
        text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        texts[name] = HIDDEN if is_hidden_parameter(declared[name]) else text
    return texts


def _deploy_tools(
    service: Service, options: DeployOptions, available: Callable[[Resource], bool] | None
) -> Tools:
    from sfn_cli.integrations.aws import embedded_aws
    from sfn_cli.integrations.aws.clients import Clients

    settings = service.settings
    clients = Clients(settings)

    def context(naming: Naming) -> ProvisioningContext:
        return ProvisioningContext(service, clients, options.report, naming, options.role_arn)

    def server() -> str | None:
        return settings.common_endpoint or embedded_aws.embedded_aws_start(settings.home)

    def start_server() -> str | None:
        if settings.common_endpoint is None:
            embedded_aws.embedded_aws_endpoint(settings)
        return server()

    is_real = settings.calls_aws and settings.common_endpoint is None
    return Tools(service.stacks, context, options.report, available, is_real, server, start_server)


@contextmanager
def _stack_lock(service: Service, name: str, report: Callable[[str], None]) -> Iterator[None]:
    """Holds the stack's lock; waits for another deploy of the stack to finish."""
    folder = private_files.make_private_folder(service.settings.home, "stacks")
    descriptor = file_lock.wait_for_file_lock(
        os.path.join(folder, f"{name}.lock"),
        lambda: report(f"Waiting for another deploy of {name} to finish…"),
    )
    try:
        yield
    finally:
        os.close(descriptor)
