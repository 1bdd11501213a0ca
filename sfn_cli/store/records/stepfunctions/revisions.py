"""Revisions of state machines: the parts that an update may change.

A revision is never edited or deleted: an execution refers to the revision it was started with, a
version to the revision it was published from.
"""

from typing import NamedTuple


class Revision(NamedTuple):
    """What an execution runs. Configurations are JSON objects in text; `id` is 0 until stored."""

    revision_id: str | None
    definition: str
    role_arn: str
    logging_configuration: str
    tracing_configuration: str
    encryption_configuration: str
    created_at: int
    id: int = 0
