"""The user's own file of which a build has a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfn_cli.api.views.original_files import is_in_build, original_of_copy

if TYPE_CHECKING:
    from pathlib import Path

COPY = ".aws-sam/build/Pay/app.py"


@pytest.mark.parametrize(
    "files, original",
    [
        ({"src/pay/app.py": "pay"}, "src/pay/app.py"),
        ({"src/pay/app.py": "changed since"}, None),
        ({"src/pay/app.py": "pay", "src/ship/app.py": "ship"}, "src/pay/app.py"),
        # The same content twice: the folders decide, or it stays open
        ({"src/Pay/app.py": "pay", "src/ship/app.py": "pay"}, "src/Pay/app.py"),
        ({"src/one/app.py": "pay", "src/two/app.py": "pay"}, None),
        # Copies, and packages of others, are no originals
        ({"cdk.out/asset.1/app.py": "pay", "node_modules/x/app.py": "pay", ".cache/app.py": "pay"}, None),
        ({}, None),
    ],
)
def test_original(tmp_path: Path, files: dict[str, str], original: str | None) -> None:
    """The original has the same name and content as the copy."""
    for name, text in {COPY: "pay", **files}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = original_of_copy(str(tmp_path / COPY), str(tmp_path))
    assert found == (None if original is None else str(tmp_path / original))


def test_repository(tmp_path: Path) -> None:
    """A project in a repository may have code outside its own folder."""
    for name in (f"stack/{COPY}", "functions/pay/app.py", ".git/HEAD"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("pay")
    found = original_of_copy(str(tmp_path / "stack" / COPY), str(tmp_path / "stack"))
    assert found == str(tmp_path / "functions" / "pay" / "app.py")


@pytest.mark.parametrize(
    "path, is_copy",
    [
        ("/p/cdk.out/asset.1/app.py", True),
        ("/p/.aws-sam/build/Pay/app.py", True),
        ("/p/src/app.py", False),
        ("/p/src/../lib/app.py", False),
        ("/p/build", False),
    ],
)
def test_builds(path: str, is_copy: bool) -> None:
    """A build is recognised by the names of its folders."""
    assert is_in_build(path) is is_copy
