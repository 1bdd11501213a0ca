"""The pictures in the repository are those that sfn draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pictures import EXAMPLES, stale_pictures

if TYPE_CHECKING:
    from pathlib import Path


def test_pictures_are_fresh() -> None:
    """No picture differs from its definition or recording. (python -m tests.pictures)"""
    assert stale_pictures() == []


@pytest.mark.parametrize("folder", sorted({path.parent for path in EXAMPLES.glob("*/*.asl.json")}))
def test_readmes_show_pictures(folder: Path) -> None:
    """The README of each example with a definition shows its machine, light and dark."""
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert f'srcset="{folder.name}-dark.svg"' in text
    assert f'src="{folder.name}-light.svg"' in text
