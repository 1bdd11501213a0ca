"""The fingerprint of a function's published version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfn_cli.stacks.deployment.published_code import published_fingerprint

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "name, code",
    [("app.py", "."), ("dist/app.js", "."), ("build/deep/app.js", "."), ("app.zip", "app.zip")],
)
def test_a_file_that_changes(tmp_path: Path, name: str, code: str) -> None:
    """A change in any file of the code publishes another version."""
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("one")
    function = {"Handler": "app.handler", "Code": {"CodeDir": str(tmp_path / code)}}
    before = published_fingerprint(function)
    assert published_fingerprint(function) == before
    file.write_text("three")
    assert published_fingerprint(function) != before
    assert published_fingerprint({**function, "Handler": "app.other"}) != published_fingerprint(function)
