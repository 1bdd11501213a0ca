"""Parts of APIs (schema/0028_apis.sql)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sfn_cli.jsonvalue import dumps
from sfn_cli.store.records.apis.parts import ApiPart
from sfn_cli.store.sqlite.columns import columns_of

if TYPE_CHECKING:
    from sfn_cli.store.protocols.apis import ApiVersion
    from sfn_cli.store.sqlite.database import Database

_COLUMNS = columns_of(ApiPart)

_ANY_SERVED = """
    SELECT EXISTS (
        SELECT 1 FROM api_part
        WHERE kind IN ('AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api')
          AND NOT EXISTS (
            SELECT 1 FROM stack_resource AS r JOIN stack AS s ON s.id = r.stack
            WHERE r.physical_id = api_part.id AND r.type = api_part.kind AND s.is_stopped)
        UNION ALL
        SELECT 1 FROM function_url
        WHERE NOT EXISTS (
            SELECT 1 FROM stack_resource AS r JOIN stack AS s ON s.id = r.stack
            WHERE r.type = 'AWS::Lambda::Url' AND s.is_stopped
              AND r.physical_id LIKE '%:function:' || function_name || rtrim(':' || qualifier, ':'))
    )
"""


class SqliteApiParts:
    """The parts of the APIs in one store (protocols/apis.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, part: ApiPart) -> None:
        with self._database.transaction() as connection:
            # A new row, not a changed one: `version` must grow.
            connection.execute(
                "REPLACE INTO api_part (api, kind, id, properties) VALUES (?, ?, ?, ?)",
                (part.api, part.kind, part.id, dumps(part.properties)),
            )

    def delete(self, api: str, kind: str, id: str) -> bool:
        with self._database.transaction() as connection:
            return bool(
                connection.execute(
                    "DELETE FROM api_part WHERE api = ? AND kind = ? AND id = ?", (api, kind, id)
                ).rowcount
            )

    def delete_api(self, api: str) -> None:
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM api_part WHERE api = ?", (api,))

    def of_api(self, api: str) -> list[ApiPart]:
        return self._read("WHERE api = ? ORDER BY version", api)

    def of_kind(self, kind: str) -> list[ApiPart]:
        return self._read("WHERE kind = ? ORDER BY version", kind)

    def any_served(self) -> bool:
        with self._database.reading() as connection:
            return bool(connection.execute(_ANY_SERVED).fetchone()[0])

    def version(self, api: str) -> ApiVersion:
        # Saving a part raises the maximum. Deleting one, while the maximum stays, lowers the count.
        with self._database.reading() as connection:
            newest, count = connection.execute(
                "SELECT ifnull(max(version), 0), count(*) FROM api_part WHERE api = ?", (api,)
            ).fetchone()
        return int(newest), int(count)

    def _read(self, which: str, *values: object) -> list[ApiPart]:
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM api_part {which}", values).fetchall()
        return [ApiPart(row[0], row[1], row[2], json.loads(row[3])) for row in rows]
