"""State machines, each with its latest revision (revisions.py)."""

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.store.records.stepfunctions.revisions import Revision

if TYPE_CHECKING:
    from sfn_cli.store.records.versions import Alias, Version


class StateMachine(NamedTuple):
    """One machine and its latest revision. `tags` is a JSON array in text; `id` is 0 until stored.

    `first_version` is the description of the version that was published when the machine was
    created, None if there was no such version. A machine that was looked up by a version has that
    version and its revision; by an alias, the alias as well.
    """

    arn: str
    name: str
    type: str
    status: str
    created_at: int
    tags: str
    revision: Revision
    id: int = 0
    first_version: str | None = None
    version: "Version | None" = None
    alias: "Alias | None" = None
