"""The tools that `.ci/run` needs: a run in CI skips no test because one is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

MISSING = ("zsh is not installed", "fish is not installed", "node is not installed", "no recordings of AWS")


@pytest.mark.slow
@pytest.mark.parametrize(
    "ci, exit_code, reasons",
    [("true", pytest.ExitCode.USAGE_ERROR, MISSING), ("", pytest.ExitCode.OK, ())],
)
def test_missing_tools(tmp_path: Path, ci: str, exit_code: int, reasons: tuple[str, ...]) -> None:
    """With CI=true the run is refused and names all missing tools.

    Elsewhere such tests are skipped.
    """
    bare = {**os.environ, "CI": ci, "PATH": str(tmp_path), "SFN_CONFORMANCE": str(tmp_path / "gone")}
    command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", __file__]
    done = subprocess.run(command, env=bare, capture_output=True, text=True)
    assert done.returncode == exit_code, done.stderr
    assert [reason for reason in MISSING if reason in done.stderr] == list(reasons)
