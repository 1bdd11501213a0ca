"""Revisions of state machines: what an update may change.

A revision is never edited, and never deleted: executions keep the one that they were started with,
versions the one that they were published from.
"""

from __future__ import annotations

from typing import NamedTuple


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
