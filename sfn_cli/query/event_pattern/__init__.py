"""Event patterns: which events a rule of EventBridge, a filter of Lambda or a pipe takes.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html

    {"source": ["orders"], "detail": {"total": [{"numeric": [">", 100]}], "$or": [{…}, {…}]}}

The names of a pattern must all match; of the alternatives in a list, one must. A pattern of an array
is matched by one of its elements. AWS's errors are those of its library, Event Ruler.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sfn_cli.jsonvalue import dumps
from sfn_cli.query.event_pattern.matching import EventPattern
from sfn_cli.query.event_pattern.parsing import parse_event_pattern
from sfn_cli.query.event_pattern.tokens import EventPatternError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.jsonvalue import Json

__all__ = ["EventPattern", "EventPatternError", "event_pattern"]


def event_pattern(pattern: str | Mapping[str, Json]) -> EventPattern:
    """Returns the compiled pattern, of its JSON text or value.

    Raises EventPatternError with the reason and the place in the text, as AWS reports them after
    "Event pattern is not valid. Reason: ".
    """
    return _compiled_event_pattern(pattern if isinstance(pattern, str) else dumps(pattern))


@lru_cache(maxsize=1024)
def _compiled_event_pattern(text: str) -> EventPattern:
    try:
        return EventPattern(parse_event_pattern(text))
    except RecursionError as error:
        raise EventPatternError("Invalid JSON") from error
