"""Single rules of AWS, distilled from recordings of 2026, played against `sfn serve` on a real socket.

A rule that fails must be in known_rule_gaps.toml with its reason, and one that passes must not: the list
only shrinks.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.recordings import HERE, RECORDINGS, needs_recordings
from tests.interpreter.replay import breaches
from tests.processes import serving, sfn
from tests.reference_pages.compatibility import PLAYED_RULES

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [needs_recordings, pytest.mark.slow]  # two hundred cases, over HTTP

RULES = RECORDINGS / "rules"
GAPS: dict[str, str] = tomllib.loads((HERE / "known_rule_gaps.toml").read_text())["gaps"]


def test_every_rule(tmp_path: Path) -> None:
    """Every case passes at level c (all that AWS's recording says), except for the known gaps.

    The histories that the cases leave continue to the same end from after each of their events.
    """
    home, report = tmp_path / "home", tmp_path / "report.json"
    with serving(home) as url:
        other = sfn(home, "aws", "endpoint").stdout.strip()
        command = [
            sys.executable, str(RULES / "rules.py"), str(RULES / "dev.jsonl"),
            "--sfn", url, "--other", other, "--level", "c", "--out", str(report),
        ]  # fmt: skip
        subprocess.run(command, check=False, timeout=900)
    results: dict[str, Any] = json.loads(report.read_text())
    assert len(results) == PLAYED_RULES
    misses = {id: result["c"] for id, result in results.items() if result["c"]}
    assert {id: why for id, why in misses.items() if id not in GAPS} == {}
    healed = sorted(id for id in GAPS if id in results and id not in misses)
    assert healed == [], "these pass now: take them out of known_rule_gaps.toml"
    assert list(breaches(home)) == []
