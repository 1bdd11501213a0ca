"""Node.js packages in the code that `sfn export` copies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.processes import sfn
from tests.stacks.project_files import write_project

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = {
    "Resources": {
        "Common": {"Type": "AWS::Lambda::LayerVersion", "Properties": {"Content": "layer"}},
        "Price": {
            "Type": "AWS::Lambda::Function",
            "Properties": {"Code": "price", "Handler": "a.b", "Runtime": "nodejs20.x", "Role": "any"},
        },
    }
}


def test_node_packages(home: Path, tmp_path: Path) -> None:
    """Packages are copied, unless a package.json beside them can install them again."""
    files = {
        "template.json": json.dumps(TEMPLATE),
        "layer/nodejs/node_modules/tax/package.json": "{}",
        "layer/nodejs/node_modules/tax/node_modules/rate/index.js": "",
        "price/package.json": "{}",
        "price/index.js": "",
        "price/node_modules/tax/index.js": "",
    }
    write_project(tmp_path / "shop", files)
    out = tmp_path / "out"
    done = sfn(home, "export", str(tmp_path / "shop"), "--out", str(out))
    assert done.returncode == 0, done.stderr
    copied = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert copied == {
        "template.json",
        "functions/Price/index.js",
        "functions/Price/package.json",
        "layers/Common/nodejs/node_modules/tax/package.json",
        "layers/Common/nodejs/node_modules/tax/node_modules/rate/index.js",
    }
