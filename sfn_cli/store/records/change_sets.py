"""Change sets: what was sent, and the changes that they would make."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.jsonvalue import Json


class ChangeSet(NamedTuple):
    arn: str
    name: str
    stack_arn: str
    status: str
    """CREATE_COMPLETE or FAILED."""
    facts: Mapping[str, Json]
    """The other members of DescribeChangeSet's response, and what ExecuteChangeSet needs."""
    template: str
    """The template's text as it was sent."""
    created_at: int
