"""Lists of executions for people, over all state machines: the interface of every store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.store.records.execution_searches import ExecutionSearch, FormerInput, FoundExecutions


class ExecutionSearches(Protocol):
    """Searches of executions. Their cost depends on what they examine, not on the size of the store."""

    def search(self, search: ExecutionSearch, limit: int, most_examined: int) -> FoundExecutions:
        """Returns up to `limit` executions.

        It stops early after examining `most_examined`, or much data.
        """

    def started_machines(self, arn_prefix: str) -> list[str]:
        """Returns the ARNs of the state machines that have executions, deleted ones included."""

    def count_started(self, machine_arn: str, statuses: Sequence[str], since: int) -> int:
        """Returns how many executions of a machine that started since then have one of the statuses."""

    def former_inputs(self, machine_arn: str, limit: int) -> list[FormerInput]:
        """Returns the latest different inputs of a machine's executions, newest first.

        It looks at a limited number of executions, and leaves out inputs that are very long.
        """
