"""Fixtures of every end-to-end test: an empty home, and no worker left running."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.processes import stop_workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "home"
    yield place
    stop_workers(place)
