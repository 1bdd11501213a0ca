"""State machines, and their revisions: what an update may change.

A revision is never edited, and never deleted: executions keep the one that they were started with,
versions the one that they were published from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sfn_cli.store.records.versions import Alias, Version


class Revision(NamedTuple):
    """What an execution runs. The configurations are JSON objects in text; `id` is 0 until kept."""

    revision_id: str | None
    definition: str
    role_arn: str
    logging_configuration: str
    tracing_configuration: str
    encryption_configuration: str
    created_at: int
    id: int = 0


class StateMachine(NamedTuple):
    """One machine and its newest revision. `tags` is a JSON array in text; `id` is 0 until kept.

    `first_version` is the description of the version that its creation published, None if it
    published none. A machine that was asked for by a version has that version and its revision; by
    an alias, the alias besides.
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
    version: Version | None = None
    alias: Alias | None = None
