"""The command that installs an extra, for each way of installing sfn."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.installation.extras import INSTALL_HINT, install_command, install_hint
from tests.thoroughness import THOROUGH

if TYPE_CHECKING:
    from pathlib import Path

METADATA = """\
Metadata-Version: 2.3
Name: sfn-cli
Version: 1.0
Provides-Extra: serve
Provides-Extra: aws
Requires-Dist: click
Requires-Dist: tinyweb>=1; extra == 'serve'
Requires-Dist: sfn-cli[serve]; extra == 'aws'
Requires-Dist: tinyaws; extra == 'aws'
"""
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
RECEIPT = '[tool]\nrequirements = [{ name = "sfn-cli", extras = ["serve"], directory = "/x" }]\n'
PIPX = {"main_package": {"package_or_url": "/x/sfn[console]"}}
EDITABLE = {"dir_info": {"editable": True}}
GIT = {"url": "https://git.example/sfn.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}}
ADD = "PREFIX/bin/python -m pip install"


@pytest.mark.parametrize(
    "direct_url, files, command",
    [
        (None, {}, f"{ADD} 'sfn-cli[aws]'"),
        ({"url": "file://SOURCE", "dir_info": {}}, {}, f"{ADD} 'SOURCE[aws]'"),
        ({"url": "file://SOURCE", **EDITABLE}, {}, f"{ADD} -e 'SOURCE[aws]'"),
        ({"url": "file://SOURCE", "archive_info": {}}, {}, f"{ADD} 'SOURCE[aws]'"),
        ({"url": "https://web.example/s.whl"}, {}, f"{ADD} 'sfn-cli[aws] @ https://web.example/s.whl'"),
        (GIT, {}, f"{ADD} 'sfn-cli[aws] @ git+https://git.example/sfn.git@abc'"),
        ({"url": "file:///gone/sfn.whl"}, {}, f"{ADD} 'tinyweb>=1' tinyaws"),
        (
            {"url": "file://SOURCE"},
            {"INSTALLER": "uv"},
            "uv pip install --python PREFIX/bin/python 'SOURCE[aws]'",
        ),
        (
            {"url": "file://SOURCE"},
            {"pipx_metadata.json": json.dumps(PIPX)},
            "pipx install --force 'SOURCE[console,aws]'",
        ),
        (
            None,
            {"pipx_metadata.json": '{"main_package": {"package_or_url": "sfn-cli"}}'},
            "pipx install --force 'sfn-cli[aws]'",
        ),
        (
            {"url": "file://SOURCE"},
            {"INSTALLER": "uv", "uv-receipt.toml": RECEIPT},
            "uv tool install --force 'SOURCE[serve,aws]'",
        ),
        (
            {"url": "file://SOURCE", **EDITABLE},
            {"uv-receipt.toml": RECEIPT},
            "uv tool install --force --editable 'SOURCE[serve,aws]'",
        ),
        ({"url": "file://SOURCE"}, {"pipx_metadata.json": "[]"}, f"{ADD} 'SOURCE[aws]'"),
    ],
)
def test_commands(
    tmp_path: Path, direct_url: dict[str, Any] | None, files: dict[str, str], command: str
) -> None:
    """The files are those that the installers write; a folder's name has a space."""
    prefix, source = tmp_path / "venv", tmp_path / "a checkout"
    source.mkdir()
    folder = prefix / "lib" / "python3.12" / "site-packages" / "sfn_cli-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(METADATA)
    if direct_url is not None:
        url = direct_url["url"].replace("SOURCE", str(source).replace(" ", "%20"))
        (folder / "direct_url.json").write_text(json.dumps({**direct_url, "url": url}))
    for name, text in files.items():
        ((folder if name == "INSTALLER" else prefix) / name).write_text(text)
    expected = command.replace("PREFIX", str(prefix)).replace("SOURCE", str(source))
    found = install_command(["aws"], str(prefix), str(prefix / "bin" / "python"))
    assert found == expected
    assert shlex.split(found)  # a shell takes it


def test_the_hint_ends_a_line() -> None:
    """What reads errors finds the command in them."""
    error = f"Pictures need graphlay, which is not installed. {install_hint('console')}\nMore."
    found = INSTALL_HINT.search(error)
    assert found is not None
    assert found["command"] == install_command(["console"])
    both = INSTALL_HINT.search(install_hint("stacks", "aws"))
    assert both is not None
    assert both["command"] == install_command(["stacks", "aws"])


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["wheel", "folder", "editable"] if THOROUGH else ["folder"])
def test_the_command_works(tmp_path: Path, kind: str) -> None:
    """The command that is hinted at after a real install adds the packages of the extra."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for name in ("tinyweb", "tinyaws"):
        _write_wheel(wheels, name, f"Metadata-Version: 2.3\nName: {name}\nVersion: 1.0\n")
    metadata = METADATA.replace("Requires-Dist: click\n", "")
    source = _write_wheel(tmp_path, "sfn_cli", metadata)
    if kind != "wheel":
        source = _write_project(tmp_path / "a checkout", source)
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    prefix = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", prefix], check=True)
    python = str(prefix / "bin" / "python")
    install = [python, "-m", "pip", "install", *(["-e"] if kind == "editable" else []), source]
    subprocess.run(install, env=environment, check=True, capture_output=True)
    assert _packages(python) == {"sfn-cli"}

    command = install_command(["aws"], str(prefix), python)
    subprocess.run(["bash", "-c", command], env=environment, check=True, capture_output=True)
    assert _packages(python) == {"sfn-cli", "tinyweb", "tinyaws"}


def _write_wheel(folder: Path, name: str, metadata: str) -> Path:
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", "")
        archive.writestr(f"{name}-1.0.dist-info/METADATA", metadata)
        archive.writestr(f"{name}-1.0.dist-info/WHEEL", WHEEL)
        archive.writestr(f"{name}-1.0.dist-info/RECORD", "")
    return path


def _write_project(folder: Path, wheel: Path) -> Path:
    """Writes a project whose build backend returns the wheel."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "sfn-cli"\nversion = "1.0"\n'
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (folder / "backend.py").write_text(
        "import shutil\n"
        "def build_wheel(folder, *_, **__):\n"
        f"    shutil.copy({str(wheel)!r}, folder)\n"
        f"    return {wheel.name!r}\n"
        "build_editable = build_wheel\n"
    )
    return folder


def _packages(python: str) -> set[str]:
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format", "json"], capture_output=True, check=True
    )
    return {one["name"].replace("_", "-") for one in json.loads(listed.stdout)} - {"pip", "setuptools"}
