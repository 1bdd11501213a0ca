"""Templates and definitions of real projects, from outside this repository.

They are expected next to a checkout (../shared/workflows), or in the folder of the environment variable
SFN_WORKFLOWS. Tests that need them are skipped without them (in CI: see tests/conftest.py).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

WORKFLOWS = Path(
    os.environ.get("SFN_WORKFLOWS", Path(__file__).parent.parents[2] / "shared" / "workflows")
).resolve()

needs_workflows = pytest.mark.skipif(
    not WORKFLOWS.is_dir(), reason=f"no templates of projects in {WORKFLOWS}"
)
