"""Change sets: the interface of every store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sfn_cli.store.records.change_sets import ChangeSet


class ChangeSets(Protocol):
    """Change sets by ARN, each of one stack."""

    def find(self, arn: str) -> ChangeSet | None: ...
    def of_stack(self, stack_arn: str) -> list[ChangeSet]:
        """Returns a stack's change sets, oldest first."""

    def save(self, change_set: ChangeSet) -> None:
        """Stores a change set, replacing the one with its ARN."""

    def delete(self, arn: str) -> bool: ...
