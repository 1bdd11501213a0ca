"""Single rules of AWS, distilled from recordings of 2026, played against `sfn serve` on a real socket.

A rule that fails must be in known_rule_gaps.toml with its reason, and one that passes must not: the list
only shrinks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.recordings import RECORDINGS, check_gaps, needs_recordings, play_recordings
from tests.interpreter.replay import breaches
from tests.processes import serving, sfn
from tests.reference_pages.compatibility import PLAYED_RULES

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [needs_recordings, pytest.mark.slow]  # two hundred cases, over HTTP


def test_every_rule(tmp_path: Path) -> None:
    """Every case passes at level c (all that AWS's recording says), except for the known gaps.

    The histories that the cases leave continue to the same end from after each of their events.
    """
    home, report = tmp_path / "home", tmp_path / "report.json"
    with serving(home) as url:
        other = sfn(home, "aws", "endpoint").stdout.strip()
        misses, played = play_recordings(
            "rules/rules.py", RECORDINGS / "rules" / "dev.jsonl", report, "--sfn", url, "--other", other
        )
    assert len(played) == PLAYED_RULES
    check_gaps(misses, played, "known_rule_gaps.toml")
    assert list(breaches(home)) == []
