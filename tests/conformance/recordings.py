"""The recordings of AWS, their player and two third-party suites, from outside this repository.

They are expected next to a checkout (../shared/conformance), or in the folder of the environment
variable SFN_CONFORMANCE. Tests that need them are skipped without them (in CI: see
tests/conftest.py).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

HERE = Path(__file__).parent
RECORDINGS = Path(os.environ.get("SFN_CONFORMANCE", HERE.parents[2] / "shared" / "conformance"))

needs_recordings = pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"no recordings in {RECORDINGS}")


def scenarios() -> Iterator[dict[str, Any]]:
    """Yields the recordings: an id, its needs, and the calls with their answers."""
    for line in (RECORDINGS / "dev.jsonl").read_text().splitlines():
        yield json.loads(line)


def play_recordings(
    player: str, recordings: Path, report: Path, *arguments: str
) -> tuple[dict[str, str], set[str]]:
    """(id → why it missed at level c, all that were played), by a player among the recordings."""
    command = [
        sys.executable, str(RECORDINGS / player), str(recordings), "--level", "c", "--out", str(report),
        *arguments,
    ]  # fmt: skip
    subprocess.run(command, check=False, timeout=900)
    results: dict[str, Any] = json.loads(report.read_text())
    return {id: result["c"] for id, result in results.items() if result["c"]}, set(results)


def known_gaps(file: str) -> dict[str, str]:
    """Returns the cases that a list in this folder says sfn does not pass yet: id → the reason."""
    gaps: dict[str, str] = tomllib.loads((HERE / file).read_text(encoding="utf-8"))["gaps"]
    return gaps


def check_gaps(misses: Mapping[str, str], played: Collection[str], file: str) -> None:
    """Checks that each failure is a known gap, and no known gap passes."""
    gaps = known_gaps(file)
    unexpected = {id: why for id, why in misses.items() if id not in gaps}
    assert unexpected == {}, unexpected
    healed = sorted(id for id in gaps if id in played and id not in misses)
    assert healed == [], f"these pass now: take them out of {file}: {healed}"
