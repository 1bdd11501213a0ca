"""Fixtures: a store whose executions a test advances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.store.sqlite.stepfunctions.stepped_store import SteppedStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SteppedStore]:
    opened = SteppedStore(tmp_path)
    yield opened
    opened.database.close()
