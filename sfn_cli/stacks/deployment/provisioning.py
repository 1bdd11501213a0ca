"""Creates, updates and replaces single resources, with their rows, events and the steps of a rollback.

A resource's row is written before and after its creation, and `create` is idempotent: the next deploy
completes one that was killed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.stacks.deployment.changes import PENDING, TYPE_NOT_SUPPORTED, Action, created_from_row
from sfn_cli.stacks.deployment.records.journal import INITIATED
from sfn_cli.stacks.deployment.tools import delete_resource, lives_in_server
from sfn_cli.stacks.resources.resource import Extent, ResourceError
from sfn_cli.store.records.stacks import StackStep, StoredResource

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.stacks.deployment.records.journal import StackJournal
    from sfn_cli.stacks.deployment.records.rows import ResourceRows
    from sfn_cli.stacks.deployment.tools import Tools
    from sfn_cli.stacks.resources.resource import CreatedResource, Naming, Properties, ResourceType
    from sfn_cli.store.records.stacks import StackEvent

ADOPT = "ADOPT"
"""The action of a step: the resource that an earlier step creates existed before."""
CREATE_RETAINED = "CREATE_RETAINED"
"""The action of a step: creates a resource that a rollback does not delete (DeletionPolicy)."""

INCOMPLETE = "incomplete"
"""The stored fingerprint of a resource that the next deploy updates. No file has this fingerprint."""

_REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."
_CANNOT_REPLACE = (
    "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename {} and "
    "update the stack again."
)


class Wanted(NamedTuple):
    """A resource as the template wants it."""

    logical_id: str
    type: str
    row: ResourceType
    properties: Properties
    fingerprint: str
    old: StoredResource | None
    """The resource as the last deploy left it."""
    deletion_policy: str
    replace_policy: str
    """The UpdateReplacePolicy."""

    @property
    def generation(self) -> int:
        return 0 if self.old is None else self.old.generation


class Provisioner:
    """Changes the resources of one stack."""

    def __init__(
        self,
        journal: StackJournal,
        rows: ResourceRows,
        tools: Tools,
        naming: Callable[[str, int], Naming],
        *,
        is_strict: bool,
    ) -> None:
        """With `is_strict`, replacements and retained resources are treated as in CloudFormation."""
        self._journal = journal
        self._rows = rows
        self._tools = tools
        self._naming = naming
        self._is_strict = is_strict
        self.server = tools.server()
        """The current start of the local AWS services."""
        self._open: tuple[StoredResource, str] | None = None
        """The resource that is being changed, and the verb of its events."""

    def apply(self, action: Action, wanted: Wanted) -> CreatedResource:
        """Creates or changes a resource. Raises ResourceError."""
        if action is not Action.UPDATE:
            return self._create(action, wanted)
        if wanted.row.update is None:  # a deploy was killed while it created the resource
            return self._complete_creation(wanted)
        return self._update(wanted)

    def fail(self, wanted: Wanted, reason: str) -> None:
        """Records that the last change of a resource has failed."""
        if self._open is None:
            status = "CREATE_FAILED" if wanted.old is None else "UPDATE_FAILED"
            self._journal.add_event(
                self._journal.event_without_row(wanted.logical_id, wanted.type, status, reason)
                if wanted.old is None
                else self._journal.event(wanted.old, status, reason)
            )
            return
        (resource, verb), self._open = self._open, None
        failed = resource._replace(status=resource.status.removesuffix(PENDING) + "_FAILED")
        self._rows.save(failed, self._journal.event(resource, f"{verb}_FAILED", reason))

    def report_left_out(self, wanted: Wanted, predicted: CreatedResource) -> None:
        """Adds the events of a resource that is not created: tools wait for one for each resource."""
        resource = self._resource(wanted, predicted, "")
        for status in (f"CREATE{PENDING}", "CREATE_COMPLETE"):
            self._journal.add_event(self._journal.event(resource, status, TYPE_NOT_SUPPORTED))

    # Creating

    def _create(self, action: Action, wanted: Wanted) -> CreatedResource:
        old, generation = wanted.old, wanted.generation
        predicted = wanted.row.predict(self._naming_of(wanted), wanted.properties)
        if self._is_strict and action is Action.REPLACE and _has_id(old, predicted):
            if wanted.properties.get(wanted.row.name_property or ""):
                raise ResourceError(_CANNOT_REPLACE.format(predicted.physical_id))
            generation += 1
            naming = self._naming(wanted.logical_id, generation)
            predicted = wanted.row.predict(naming, wanted.properties)
        steps = [] if action is Action.RESTORE else [self._creation_step(action, wanted, predicted)]
        if action is Action.REPLACE and old is not None and _has_id(old, predicted):
            self._delete_before_replacement(old, steps.pop())
        if self._is_strict:
            self._check_owner(wanted, predicted)
        resource = self._resource(wanted, predicted, f"CREATE{PENDING}")._replace(generation=generation)
        verb = "CREATE" if action is Action.CREATE else "UPDATE"
        begun = self._journal.event(
            resource,
            f"{verb}{PENDING}",
            _REPLACING if action is Action.REPLACE else None,
            "" if old is None else old.shown_id,
        )
        events: list[StackEvent] = [begun]
        if wanted.row.extent is Extent.CREATED:
            self._rows.save(resource, begun, step=steps.pop() if steps else None)
            self._open, events = (resource, verb), []
        context = self._tools.context(self._naming(wanted.logical_id, generation))
        created = wanted.row.create(context, wanted.properties)
        saved = self._resource(wanted, created, "CREATE_COMPLETE", resource.position)
        saved = saved._replace(generation=generation)
        if created.existed and (action is Action.REPLACE or old is None):
            steps.append(StackStep(wanted.logical_id, ADOPT, None, created.physical_id))
        events.append(self._journal.event(saved, f"{verb}{PENDING}", INITIATED))
        events.append(self._journal.event(saved, f"{verb}_COMPLETE"))
        self._rows.save(saved, *events, step=steps.pop() if steps else None, instead_of=resource)
        self._open = None
        if old is not None and old.physical_id != created.physical_id:
            is_retained = wanted.replace_policy == "Retain" if self._is_strict else old.is_retained
            self._rows.surplus.append(old._replace(is_retained=is_retained))
        return created

    def _check_owner(self, wanted: Wanted, predicted: CreatedResource) -> None:
        if wanted.row.extent is not Extent.CREATED:
            return
        for owner in self._journal.stacks.owners(wanted.type, predicted.physical_id):
            if owner.name != self._journal.name:
                raise ResourceError(f"{predicted.physical_id} already exists in stack {owner.arn}")

    def _creation_step(self, action: Action, wanted: Wanted, predicted: CreatedResource) -> StackStep:
        is_kept = self._is_strict and action is Action.CREATE and wanted.deletion_policy == "Retain"
        return StackStep(
            wanted.logical_id,
            CREATE_RETAINED if is_kept else action.name,
            wanted.old if action is Action.REPLACE else None,
            predicted.physical_id,
        )

    def _delete_before_replacement(self, old: StoredResource, step: StackStep) -> None:
        """Deletes a resource before its replacement with the same name is created."""
        self._rows.save(old._replace(status=f"DELETE{PENDING}"), step=step)
        naming = self._naming(old.logical_id, old.generation)
        delete_resource(self._tools, self._journal, naming, old, self.server, is_silent=True)

    # Updating

    def _update(self, wanted: Wanted) -> CreatedResource:
        old = wanted.old
        assert old is not None and wanted.row.update is not None
        step = StackStep(wanted.logical_id, Action.UPDATE.name, old, old.physical_id, wanted.properties)
        pending = old._replace(status=f"UPDATE{PENDING}")
        self._rows.save(pending, self._journal.event(old, f"UPDATE{PENDING}"), step=step)
        self._open = (pending, "UPDATE")
        context = self._tools.context(self._naming_of(wanted))
        created = wanted.row.update(context, created_from_row(old), old.properties, wanted.properties)
        return self._save_updated(wanted, old, created)

    def _complete_creation(self, wanted: Wanted) -> CreatedResource:
        old = wanted.old
        assert old is not None
        created = wanted.row.create(self._tools.context(self._naming_of(wanted)), wanted.properties)
        return self._save_updated(wanted, old, created)

    def _save_updated(self, wanted: Wanted, old: StoredResource, created: CreatedResource) -> CreatedResource:
        updated = self._resource(wanted, created, "UPDATE_COMPLETE", old.position)
        done = self._journal.event(updated, "UPDATE_COMPLETE")
        is_other = wanted.row.update_may_replace and created.physical_id != old.physical_id
        if is_other:
            updated = updated._replace(position=self._rows.next_position())
            self._rows.surplus.append(old)
        instead_of = None if is_other else old
        self._rows.save(updated._replace(generation=old.generation), done, instead_of=instead_of)
        self._open = None
        return created

    def _naming_of(self, wanted: Wanted) -> Naming:
        return self._naming(wanted.logical_id, wanted.generation)

    def _resource(
        self, wanted: Wanted, created: CreatedResource, status: str, position: int | None = None
    ) -> StoredResource:
        return StoredResource(
            self._rows.next_position() if position is None else position,
            wanted.logical_id,
            wanted.type,
            created.physical_id,
            status,
            wanted.properties,
            created.reference,
            dict(created.attributes),
            self.server if lives_in_server(wanted.row) else None,
            INCOMPLETE if created.is_incomplete else wanted.fingerprint,
            wanted.deletion_policy.startswith("Retain"),
        )


def _has_id(old: StoredResource | None, created: CreatedResource) -> bool:
    """Whether a resource has the id of the one that it replaces: the template's, or a generated one."""
    return old is not None and old.physical_id == created.physical_id
