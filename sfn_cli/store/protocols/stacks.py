"""Stacks: the interface of every store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sfn_cli.store.records.stacks import StoredResource, StoredStack


class Stacks(Protocol):
    """Stacks by name, each with its resources."""

    def find(self, name: str) -> StoredStack | None: ...
    def in_folder(self, folder: str) -> list[StoredStack]:
        """Returns the stacks of a project's folder, by name."""

    def page(self, after: str, limit: int) -> list[StoredStack]: ...
    def save(self, stack: StoredStack) -> None:
        """Stores a stack, replacing the one with its name; the stored resources stay."""

    def delete(self, name: str) -> bool:
        """Deletes the record of a stack and its resources."""

    def resources(self, name: str) -> list[StoredResource]:
        """Returns the resources of a stack in the order of their positions."""

    def resources_of_type(self, type: str) -> list[StoredResource]:
        """Returns the resources of this type in all stacks."""

    def save_resource(self, name: str, resource: StoredResource) -> None:
        """Stores a resource, replacing the one with its logical and physical ids."""

    def delete_resource(self, name: str, logical_id: str, physical_id: str) -> None: ...
    def owners(self, type: str, physical_id: str) -> list[StoredStack]:
        """Returns the stacks that have this resource, by name."""

    def exports(self) -> dict[str, str]:
        """Returns the exported outputs of all stacks, by export name."""
