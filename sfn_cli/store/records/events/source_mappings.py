"""Event source mappings and pipes: what a worker polls for a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.jsonvalue import Json

MAPPING, PIPE = "mapping", "pipe"
POLLED_SOURCES = ("sqs", "dynamodb", "kinesis")
"""The services whose queues and streams a worker polls."""


class SourceMapping(NamedTuple):
    """A source and its target. Times are milliseconds since 1970; `id` is 0 before it is stored."""

    kind: str
    """MAPPING for a function, or PIPE."""
    name: str
    """A mapping's UUID, or a pipe's name."""
    source_arn: str
    target: str
    """The ARN of the function, with its qualifier, or of a pipe's target."""
    is_enabled: bool
    configuration: Mapping[str, Json]
    """The other members, in the words of CreateEventSourceMapping or CreatePipe."""
    created_at: int
    updated_at: int
    last_result: str | None = None
    """LastProcessingResult: what came of the last batch."""
    id: int = 0


class ShardPosition(NamedTuple):
    """How far a mapping has read a shard."""

    position: str | None
    """The sequence number of the last record that was handled; None if there is none yet."""
    state: str | None
    """The open tumbling window, as JSON text."""
