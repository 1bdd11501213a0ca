"""Activities: tasks that the user's own workers poll for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.store.records.activities import Activity
from sfn_cli.store.sqlite.columns import columns_of, insert_columns

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection

    from sfn_cli.store.sqlite.database import Database


_COLUMNS = columns_of(Activity)


class SqliteActivities:
    """The activities in one store (protocols/stepfunctions.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, activity: Activity) -> Activity:
        """Creates an activity, or returns the one that already has this ARN."""
        with self._database.transaction() as connection:
            row = activity._asdict()
            connection.execute(insert_columns("activity", row, "ON CONFLICT (arn) DO NOTHING"), row)
            stored = _find_activity(connection, activity.arn)
            assert stored is not None
            return stored

    def find(self, arn: str) -> Activity | None:
        with self._database.reading() as connection:
            return _find_activity(connection, arn)

    def page(self, arn_prefix: str, after: str, limit: int) -> list[Activity]:
        """Returns up to `limit` activities whose ARN has this prefix, by name, after `after`."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM activity WHERE substr(arn, 1, ?) = ? AND name > ? ORDER BY name "
                "LIMIT ?",
                (len(arn_prefix), arn_prefix, after, limit),
            ).fetchall()
        return list(map(Activity._make, rows))

    def change_tags(self, arn: str, change: Callable[[str], str]) -> bool:
        """Replaces the activity's tags with the result of `change`; returns whether it exists."""
        with self._database.transaction() as connection:
            activity = _find_activity(connection, arn)
            if activity is not None:
                connection.execute("UPDATE activity SET tags = ? WHERE arn = ?", (change(activity.tags), arn))
            return activity is not None

    def delete(self, arn: str) -> None:
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM activity WHERE arn = ?", (arn,))


def _find_activity(connection: Connection, arn: str) -> Activity | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM activity WHERE arn = ?", (arn,)).fetchone()
    return None if row is None else Activity._make(row)
