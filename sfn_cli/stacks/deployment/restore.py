"""Creates the resources of all stacks again when the local AWS services start, which have lost them.

It runs in the process of the services, before other programs can call them. Each resource has the
properties of its last deploy and keeps its ids and attributes, so that everything that refers to it
stays valid. What clients had stored in it is lost, which is noted in the stack.

It needs no lock of a stack: a deploy that runs at this time waits for the services. What it finds it
creates again or updates, and rows that it has changed meanwhile are left to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import SfnError
from sfn_cli.integrations.aws.emulator.identities import keep_moto_identity
from sfn_cli.stacks.deployment import names
from sfn_cli.stacks.resources.resource import CreatedResource, Extent, ProvisioningContext
from sfn_cli.stacks.resources.table import resource_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfn_cli.api.service import Service
    from sfn_cli.integrations.aws.emulator.start import EmulatorStart
    from sfn_cli.store.records.stacks import LostResource, StoredResource

_LEFT = ("CREATE_IN_PROGRESS", "CREATE_FAILED", "DELETE_IN_PROGRESS", "DELETE_COMPLETE")
"""The statuses of resources that do not exist yet or any more: the next deploy continues with them."""


def restore_stacks(service: Service, start: EmulatorStart) -> None:
    """Creates all lost resources again. What fails is reported, and left to the next deploy."""
    changed: set[str] = set()
    failed = _restore_resources(service, start, service.running_stacks.lost_resources(start.id), changed)
    # They may refer to resources of stacks that were created later.
    for lost, error in _restore_resources(service, start, [lost for lost, _ in failed], changed):
        resource = lost.resource
        start.report(
            f"Stack {lost.stack}: {resource.logical_id} ({resource.type}) could not be created again: {error}"
        )
        changed.add(lost.stack)
    for stack in changed:
        service.running_stacks.note_lost_data(stack, service.clock())


def _restore_resources(
    service: Service, start: EmulatorStart, resources: Iterable[LostResource], changed: set[str]
) -> list[tuple[LostResource, str]]:
    """Returns the resources that cannot be created, with the errors. Adds names of stacks to `changed`."""
    failed = []
    for lost in resources:
        try:
            if _restore_resource(service, start, lost):
                changed.add(lost.stack)
        except SfnError as error:
            failed.append((lost, str(error)))
        except Exception as error:  # a fault of one resource must not keep the services from starting
            failed.append((lost, repr(error)))
    return failed


def _restore_resource(service: Service, start: EmulatorStart, lost: LostResource) -> bool:
    """Returns whether the resource had to be created."""
    old = lost.resource
    row = resource_type(old.type)
    if row.extent is not Extent.CREATED or row.is_local or old.status in _LEFT:
        return False
    if start.loaded is not None and old.server == start.loaded.start and old.updated_at <= start.loaded.at:
        created = CreatedResource(old.physical_id, old.attributes, old.ref, existed=True)
    else:
        naming = names.resource_naming(
            service.settings, lost.stack, lost.folder, old.logical_id, old.generation
        )
        context = ProvisioningContext(service, start.clients, start.report, naming, "")
        created = row.create(context, old.properties)
        created = _with_old_identity(service, old, created)
    new = old._replace(
        server=start.id,
        physical_id=created.physical_id,
        ref=created.reference,
        attributes=dict(created.attributes),
    )
    service.running_stacks.move_resource(lost.stack, old, new)
    return not created.existed


def _with_old_identity(service: Service, old: StoredResource, created: CreatedResource) -> CreatedResource:
    settings = service.settings
    before = _identity(CreatedResource(old.physical_id, old.attributes))
    if not keep_moto_identity(
        old.type, settings.region, settings.account_id, before, _identity(created._replace(ref=None))
    ):
        return created
    return CreatedResource(old.physical_id, old.attributes, old.ref, existed=created.existed)


def _identity(created: CreatedResource) -> dict[str, str]:
    return {"Ref": created.physical_id, **{name: str(value) for name, value in created.attributes.items()}}
