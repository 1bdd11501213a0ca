"""Group commit: a round is stored in one transaction.

The transaction contains the events of all executions that advanced, their rows and tasks, the
messages that they consumed, and the log lines of functions.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sfn_cli.drivers.local.driven_execution import DrivenExecution, PendingChanges
from sfn_cli.jsonvalue import well_formed_text
from sfn_cli.store.records.logs import LogLine

if TYPE_CHECKING:
    from sfn_cli.drivers.local.driven_execution import DrivenExecutions
    from sfn_cli.drivers.local.isolation import Isolation
    from sfn_cli.drivers.local.messages import Messages
    from sfn_cli.store.protocols.driver import WorkerCommits
    from sfn_cli.store.records.stepfunctions.worker_commits import ExecutionChanges

Round = defaultdict[DrivenExecution, PendingChanges]
"""The changes of a round, by execution."""


class GroupCommit:
    """Stores rounds. `driven` are the worker's executions; changes of any others are not stored."""

    def __init__(
        self, turns: WorkerCommits, messages: Messages, isolation: Isolation, driven: DrivenExecutions
    ) -> None:
        self._turns = turns
        self._messages = messages
        self._isolation = isolation
        self._driven = driven
        self._lines: list[LogLine] = []
        self._forgotten: list[int] = []

    @property
    def has_lines(self) -> bool:
        """Whether log lines wait for the next commit."""
        return bool(self._lines)

    def log(self, group: str, stream: str, at: int, message: str) -> None:
        """Adds a line of a function's log to the next commit."""
        self._lines.append(LogLine(group, stream, at, well_formed_text(message)))

    def forget(self, message: int) -> None:
        """Deletes, with the next commit, a message to an execution that is no longer driven."""
        self._forgotten.append(message)

    def write(self, changes: Round, now: int) -> set[int]:
        """Stores the round, if it has changes. Returns the executions that this worker has lost.

        An execution that cannot be stored is failed or set aside (isolation.py). Raises StoreError.
        """
        lines, self._lines = self._lines, []
        forgotten, self._forgotten = self._forgotten, []
        if not (changes or lines or forgotten):
            return set()
        written: list[ExecutionChanges] = []
        for driven, pending in changes.items():
            if self._driven.contains(driven):
                with self._isolation.of(driven.id):
                    written.append(driven.changes(pending))
        last_read = self._messages.last_read
        committed = self._turns.commit(written, forgotten, lines, read_up_to=last_read, now=now)
        for execution, error in committed.refused.items():
            self._isolation.contain(execution, error)
        return committed.lost
