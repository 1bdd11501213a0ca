"""`sfn logs tail`: --since, and the format of a line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sfn_cli.cli.failures import CommandFailedError
from sfn_cli.cli.tail import tail_line, tail_since

NOW = datetime(2024, 1, 2, tzinfo=UTC)
MIDNIGHT = 1704153600000


@pytest.mark.parametrize(
    "text, at",
    [
        ("10m", MIDNIGHT - 600_000),
        ("1h30m", MIDNIGHT - 5_400_000),
        ("2d", MIDNIGHT - 172_800_000),
        ("1w", MIDNIGHT - 604_800_000),
        ("2024-01-01T00:00:00Z", MIDNIGHT - 86_400_000),
        ("2024-01-01T00:00:00", MIDNIGHT - 86_400_000),
        ("2024-01-01T01:00:00+01:00", MIDNIGHT - 86_400_000),
        ("2024-01-01", MIDNIGHT - 86_400_000),
        ("1704153600", MIDNIGHT),
        ("10", 10_000),
    ],
)
def test_since(text: str, at: int) -> None:
    """--since is a span before now or a time."""
    assert tail_since(text, NOW) == at


@pytest.mark.parametrize("text", ["bogus", "m", "1y", "nan", "99999999999999w"])
def test_since_that_is_wrong(text: str) -> None:
    """Any other value of --since is an error."""
    with pytest.raises(CommandFailedError, match="Invalid timestamp"):
        tail_since(text, NOW)


@pytest.mark.parametrize(
    "line_format, shown",
    [
        ("detailed", '1970-01-01T00:00:01.500000+00:00 s {"a": 1}'),
        ("short", '1970-01-01T00:00:01 {"a": 1}'),
        ("json", '1970-01-01T00:00:01.500000+00:00 s \n{\n    "a": 1\n}'),
    ],
)
def test_formats(line_format: str, shown: str) -> None:
    """A message's trailing blanks are removed; the format json indents messages that are JSON."""
    event = {"timestamp": 1500, "logStreamName": "s", "message": '{"a": 1}\n'}
    assert "".join(tail_line(event, line_format, color=False)) == shown
