"""The replacement for Docker bundles code without Docker."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sfn_cli.stacks.readers.cdk import docker_stand_in

if TYPE_CHECKING:
    from pathlib import Path


def docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", docker_stand_in.__file__, *arguments], capture_output=True, text=True
    )


def bundle(folder: Path, command: str, *options: str) -> dict[str, str]:
    """Runs a bundling command in a folder with `in` and `out`; returns the files in `out`."""
    (folder / "out").mkdir()
    volumes = ["-v", f"{folder}/in:/asset-input:delegated", "-v", f"{folder}/out:/asset-output:delegated"]
    done = docker(
        "run", "--rm", "-u", "0:0", *volumes, *options, "-w", "/asset-input", "image", "sh", "-c", command
    )
    assert done.returncode == 0, done.stderr
    return {
        str(path.relative_to(folder / "out")): path.read_text()
        for path in (folder / "out").rglob("*")
        if path.is_file()
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "app.py").write_text("code")
    (tmp_path / "in" / "requirements.txt").write_text("six\n")
    (tmp_path / "in" / "old.pyc").write_text("")
    return tmp_path


PIP = "python -m pip install -r requirements.txt -t /asset-output"
APP = {"app.py": "code", "requirements.txt": "six\n"}


@pytest.mark.parametrize(
    "command, files",
    [
        ("cp /asset-input/app.py /asset-output", {"app.py": "code"}),
        (f"cp -r . /asset-output/ && rm /asset-output/*.pyc && {PIP}", APP),
        (f"rsync -rLv --exclude='*.pyc' /asset-input/ /asset-output && cd /asset-output && {PIP}", APP),
        ("pip install --target /asset-output -r requirements.txt && cp app.py /asset-output", APP),
        ("cp app.py /asset-output && pip3 install 'six>1' -t /asset-output",
         {"app.py": "code", "requirements.txt": "six>1\n"}),
        ("echo $NAME > /asset-output/name", {"name": "Ada\n"}),
        ("python -c 'print(1)' > /asset-output/one", {"one": "1\n"}),
    ],
)  # fmt: skip
def test_commands(folder: Path, command: str, files: dict[str, str]) -> None:
    """A command reads the code and writes the result; packages are noted for a later installation."""
    assert bundle(folder, command, "--env", "NAME=Ada") == files


def test_images() -> None:
    """An image is not built: only its name is printed."""
    done = docker("build", "-t", "cdk-1a", "--platform", "linux/amd64", "folder")
    assert (done.returncode, done.stdout[:7]) == (0, "sha256:")


def test_other_commands() -> None:
    """Any other docker command fails with a line that says what to do."""
    done = docker("cp", "a", "b")
    assert done.returncode == 1
    assert "set CDK_DOCKER=docker" in done.stderr


def test_failing_commands(folder: Path) -> None:
    """The exit status is the command's."""
    (folder / "out").mkdir()
    assert docker("run", "image", "sh", "-c", "exit 7").returncode == 7
