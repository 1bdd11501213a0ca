"""Settings of functions apart from their configuration (schema/0023_source_mappings.sql)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.jsonvalue import dumps, loads
from sfn_cli.store.records.functions import FunctionSetting

if TYPE_CHECKING:
    from sfn_cli.store.sqlite.columns import Row
    from sfn_cli.store.sqlite.database import Database

_OF_FUNCTION = "function = (SELECT id FROM function WHERE name = ?) AND kind = ?"


class SqliteFunctionSettings:
    """The settings in one store (protocols/function_settings.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, function: str, setting: FunctionSetting) -> bool:
        with self._database.transaction() as connection:
            stored = connection.execute(
                """
                INSERT INTO function_setting (function, kind, qualifier, name, value, updated_at)
                SELECT id, ?, ?, ?, ?, ? FROM function WHERE name = ?
                ON CONFLICT DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at
                """,
                (
                    setting.kind,
                    setting.qualifier,
                    setting.name,
                    dumps(setting.value),
                    setting.updated_at,
                    function,
                ),
            )
            return bool(stored.rowcount)

    def find(self, function: str, kind: str, qualifier: str, name: str = "") -> FunctionSetting | None:
        return next((one for one in self.all(function, kind, qualifier) if one.name == name), None)

    def all(self, function: str, kind: str, qualifier: str | None = None) -> list[FunctionSetting]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT kind, qualifier, name, value, updated_at FROM function_setting
                WHERE {_OF_FUNCTION} AND qualifier = ifnull(?, qualifier) ORDER BY qualifier, name
                """,
                (function, kind, qualifier),
            ).fetchall()
        return [_setting_from(row) for row in rows]

    def delete(self, function: str, kind: str, qualifier: str, name: str = "") -> bool:
        with self._database.transaction() as connection:
            return bool(
                connection.execute(
                    f"DELETE FROM function_setting WHERE {_OF_FUNCTION} AND qualifier = ? AND name = ?",
                    (function, kind, qualifier, name),
                ).rowcount
            )


def _setting_from(row: Row) -> FunctionSetting:
    setting = FunctionSetting._make(row)
    return setting._replace(value=loads(str(setting.value)))
