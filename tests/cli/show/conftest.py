"""Histories in files, as `sfn show FILE` takes them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.views.recorded import FOLDER

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """A folder with the recorded executions, NAME.json."""
    folder = tmp_path / "recordings"
    shutil.copytree(FOLDER, folder)
    return folder
