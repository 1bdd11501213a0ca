"""The recordings of AWS, their player and two third-party suites, from outside this repository.

They are expected next to a checkout (../shared/conformance), or in the folder of the environment
variable SFN_CONFORMANCE. Tests that need them are skipped without them (in CI: see
tests/conftest.py).
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
RECORDINGS = Path(os.environ.get("SFN_CONFORMANCE", HERE.parents[2] / "shared" / "conformance"))

needs_recordings = pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"no recordings in {RECORDINGS}")


def scenarios() -> Iterator[dict[str, Any]]:
    """Yields the recordings: an id, its needs, and the calls with their answers."""
    for line in (RECORDINGS / "dev.jsonl").read_text().splitlines():
        yield json.loads(line)
