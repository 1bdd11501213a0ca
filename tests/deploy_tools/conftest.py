"""The endpoint of a test's home, as `eval "$(sfn aws env)"` sets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.processes import sfn, stop_workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def endpoint_home(tmp_path: Path) -> Iterator[Path]:
    """An empty home; its workers, its endpoint and its local AWS services end with the test."""
    home = tmp_path / "home"
    yield home
    stop_workers(home)
    stopped = sfn(home, "aws", "stop")
    assert stopped.returncode == 0, stopped.stderr
