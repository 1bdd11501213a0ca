"""ResultWriter: the form of a DISTRIBUTED Map's results, and the place to which they are written.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.asl.visit_template import visit_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.visit import Visit


class Writing(NamedTuple):
    """The place and form of the results; `bucket` is None if they are the state's output.

    `transformation` is "NONE" (each result with its execution's description), "COMPACT" (only the
    results) or "FLATTEN" (the elements of results that are arrays); `output_type` is "JSON" or "JSONL".
    """

    bucket: str | None
    prefix: str
    transformation: str
    output_type: str


UNWRITTEN = Writing(None, "", "COMPACT", "JSON")
"""The place and form of results for a state without a ResultWriter."""


class ResultWriter:
    """The ResultWriter of one Map state."""

    __slots__ = ("_config", "_place")

    def __init__(self, fields: Mapping[str, Any], language: str) -> None:
        self._place = visit_template(fields, language, "ResultWriter") if "Resource" in fields else None
        self._config: Mapping[str, Any] = fields.get("WriterConfig", {})

    def evaluate(self, visit: Visit) -> Writing:
        """Returns the writing at this visit. Raises StatesError."""
        place = {} if self._place is None else self._place(visit)
        return Writing(
            bucket=None if self._place is None else str(place.get("Bucket", "")),
            prefix=str(place.get("Prefix", "")).strip("/"),
            transformation=self._config.get("Transformation", "NONE"),
            output_type=self._config.get("OutputType", "JSON"),
        )
