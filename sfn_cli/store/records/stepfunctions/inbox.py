"""Messages from one process to an execution that another process drives.

store/sqlite/stepfunctions/inbox.py lists their kinds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import jsonvalue

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json


class Message(NamedTuple):
    """A pending message. `body` is the JSON in `data` (UTF-8); its form depends on `kind`."""

    id: int
    execution: int
    kind: str
    data: bytes

    @property
    def body(self) -> dict[str, Json]:
        """Returns the parsed body. Raises ValueError if its row is damaged."""
        body: dict[str, Json] = jsonvalue.loads(self.data.decode())
        return body
