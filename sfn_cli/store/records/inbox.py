"""Messages from one process to an execution that another process drives.

store/sqlite/stepfunctions/inbox.py lists their kinds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import jsonvalue

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json


class Message(NamedTuple):
    """A pending message; `kind` decides the shape of `body`, whose JSON is `data` in UTF-8."""

    id: int
    execution: int
    kind: str
    data: bytes

    @property
    def body(self) -> dict[str, Json]:
        """Returns the message's parsed body. Raises ValueError when its row is damaged."""
        body: dict[str, Json] = jsonvalue.loads(self.data.decode())
        return body
