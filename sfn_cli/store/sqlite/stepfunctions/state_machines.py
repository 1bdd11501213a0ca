"""State machines, each with its latest revision.

A machine that is deleted while executions run is DELETING until they end, each at its next
transition; the next lookup after that no longer finds it. Its row, versions and aliases stay until its
executions are removed (removals/removed_machines.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.store.records.state_machines import StateMachine
from sfn_cli.store.records.stepfunctions.revisions import Revision
from sfn_cli.store.sqlite.columns import columns_of, insert_columns, split_columns
from sfn_cli.store.sqlite.keys import MACHINE_OF_EXECUTION
from sfn_cli.store.sqlite.stepfunctions import revisions
from sfn_cli.store.sqlite.wake import no_wake

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection

    from sfn_cli.store.sqlite.columns import Row
    from sfn_cli.store.sqlite.database import Database
    from sfn_cli.store.sqlite.wake import Wake


_COLUMNS = (
    f"{columns_of(StateMachine, 'm', revision='NULL', version='NULL', alias='NULL')}, {revisions.COLUMNS}"
)

_FIND = f"""
    SELECT {_COLUMNS}
    FROM state_machine m JOIN revision r ON r.id = m.revision
    WHERE m.arn = ?
"""


class SqliteStateMachines:
    """The state machines in one store (protocols/stepfunctions.py)."""

    def __init__(self, database: Database, wake: Wake = no_wake) -> None:
        self._database = database
        self._wake = wake

    def create(self, machine: StateMachine) -> StateMachine:
        self._remove_predecessor(machine.arn)
        with self._database.transaction() as connection:
            existing = _find_state_machine(connection, machine.arn)
            if existing is not None:
                return existing
            revision = revisions.insert_revision(connection, machine.revision)
            row = {
                "arn": machine.arn,
                "name": machine.name,
                "type": machine.type,
                "status": machine.status,
                "created_at": machine.created_at,
                "revision": revision,
                "tags": machine.tags,
                "first_version": machine.first_version,
            }
            id = connection.execute(insert_columns("state_machine", row), row).lastrowid
            assert id is not None
            if machine.first_version is not None:
                from sfn_cli.store.sqlite.stepfunctions.versions import publish_version

                publish_version(connection, id, revision, machine.first_version, machine.created_at)
            return machine

    def find(self, arn: str) -> StateMachine | None:
        """Returns the machine with this ARN, even while it is DELETING, or None."""
        with self._database.reading() as connection:
            machine = _find_state_machine(connection, arn)
            if (
                machine is not None
                and machine.status == "DELETING"
                and not _state_machine_is_running(connection, arn)
            ):
                return None
            return machine

    def revision(self, id: int) -> Revision:
        with self._database.reading() as connection:
            return revisions.find_revision(connection, id)

    def page(self, arn_prefix: str, after: str, limit: int) -> list[StateMachine]:
        """Returns up to `limit` machines whose ARN has this prefix, by name, after `after`."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT {_COLUMNS}
                FROM state_machine m JOIN revision r ON r.id = m.revision
                WHERE substr(m.arn, 1, ?) = ? AND m.name > ?
                  AND (m.status <> 'DELETING' OR EXISTS (
                      SELECT 1 FROM execution e
                      WHERE e.state_machine_arn = m.arn AND e.status = 'RUNNING'
                  ))
                ORDER BY m.name
                LIMIT ?
                """,
                (len(arn_prefix), arn_prefix, after, limit),
            ).fetchall()
            return list(map(_state_machine_from, rows))

    def regions(self) -> list[str]:
        with self._database.reading() as connection:
            rows = connection.execute(
                """
                SELECT DISTINCT substr(later, 1, instr(later, ':') - 1) AS region
                FROM (SELECT substr(arn, length('arn:aws:states:') + 1) AS later FROM state_machine)
                ORDER BY region
                """
            ).fetchall()
            return [region for (region,) in rows]

    def update(
        self,
        machine: StateMachine,
        revision: Revision,
        *,
        publish_at: int | None = None,
        description: str | None = None,
    ) -> StateMachine | None:
        with self._database.transaction() as connection:
            id = revision.id or revisions.insert_revision(connection, revision)
            changed = connection.execute(
                "UPDATE state_machine SET revision = ? WHERE id = ? AND revision = ? AND status = 'ACTIVE'",
                (id, machine.id, machine.revision.id),
            ).rowcount
            if not changed:
                connection.execute("DELETE FROM revision WHERE id = ? AND id <> ?", (id, revision.id))
                return None
            if publish_at is None:
                version = None
            else:
                from sfn_cli.store.sqlite.stepfunctions.versions import publish_version

                version = publish_version(connection, machine.id, id, description, publish_at)
            return machine._replace(revision=revision._replace(id=id), version=version)

    def change_tags(self, arn: str, change: Callable[[str], str]) -> bool:
        """Replaces the machine's tags with the result of `change`; returns whether it exists."""
        with self._database.transaction() as connection:
            machine = _find_state_machine(connection, arn)
            if machine is not None:
                connection.execute(
                    "UPDATE state_machine SET tags = ? WHERE id = ?", (change(machine.tags), machine.id)
                )
            return machine is not None

    def delete(self, arn: str, at: int) -> None:
        from sfn_cli.store.sqlite.removals.removed_machines import delete_removed_machine

        with self._database.transaction() as connection:
            deleted = connection.execute(
                "UPDATE state_machine SET status = 'DELETING', deleted_at = ? "
                "WHERE arn = ? AND status <> 'DELETING'",
                (at, arn),
            ).rowcount
            notified = _notify_of_deleted_state_machine(connection, arn, at) if deleted else 0
            delete_removed_machine(connection, arn)
        if notified:
            self._wake()

    def remove_deleted(self, now: int) -> bool:
        with self._database.reading() as connection:
            # Most checks find nothing, and import nothing.
            found = connection.execute("SELECT 1 FROM state_machine WHERE status = 'DELETING' LIMIT 1")
            if found.fetchone() is None:
                return False
        from sfn_cli.store.sqlite.removals.removed_machines import remove_due_machines

        return remove_due_machines(self._database, now)

    def _remove_predecessor(self, arn: str) -> None:
        """Removes what is left of a deleted machine with this ARN."""
        with self._database.reading() as connection:
            found = connection.execute(
                """
                SELECT 1 FROM state_machine WHERE arn = :arn AND status = 'DELETING'
                UNION ALL
                SELECT 1 FROM execution
                WHERE state_machine_arn = :arn
                  AND NOT EXISTS (SELECT 1 FROM state_machine WHERE arn = :arn)
                LIMIT 1
                """,
                {"arn": arn},
            )
            if found.fetchone() is None:
                return
        from sfn_cli.store.sqlite.removals.removed_machines import remove_machine

        remove_machine(self._database, arn)


def _notify_of_deleted_state_machine(connection: Connection, arn: str, at: int) -> int:
    """Sends messages to the executions that workers drive. Returns how many."""
    return connection.execute(
        f"""
        INSERT INTO inbox (execution, kind, body, sent_at)
        SELECT id, 'machineDeleted', '{{}}', :at FROM execution
        WHERE status = 'RUNNING' AND owner >= 0 AND {MACHINE_OF_EXECUTION} = :arn
        """,
        {"arn": arn, "at": at},
    ).rowcount


def _find_state_machine(connection: Connection, arn: str) -> StateMachine | None:
    row = connection.execute(_FIND, (arn,)).fetchone()
    return None if row is None else _state_machine_from(row)


def _state_machine_from(row: Row) -> StateMachine:
    machine, revision = split_columns(row, StateMachine)
    return StateMachine._make(machine)._replace(revision=Revision._make(revision))


def _state_machine_is_running(connection: Connection, arn: str) -> bool:
    row = connection.execute(
        "SELECT 1 FROM execution WHERE state_machine_arn = ? AND status = 'RUNNING' LIMIT 1", (arn,)
    ).fetchone()
    return row is not None
