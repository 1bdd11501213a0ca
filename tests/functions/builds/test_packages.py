"""Packages installed by pip and npm, and when they are installed again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sfn_cli.functions.builds.build_folder import BuildError
from sfn_cli.functions.builds.node_packages import install_node_packages
from sfn_cli.functions.builds.python_packages import install_python_packages
from tests.functions.builds.sources import HAS_NPM, write_node_package, write_wheel

if TYPE_CHECKING:
    from pathlib import Path

needs_npm = pytest.mark.skipif(not HAS_NPM, reason="npm is not installed")


def install(tmp_path: Path, interpreter: str = sys.executable) -> tuple[set[str], list[str]]:
    """Installs the project's requirements.txt. Returns the modules, and the reported lines."""
    lines: list[str] = []
    file = tmp_path / "project" / "requirements.txt"
    folder = install_python_packages(tmp_path / "home", file, interpreter, lines.append, what="Pay")
    return {path.stem for path in folder.glob("*.py")}, lines


@pytest.mark.slow
def test_requirements(tmp_path: Path) -> None:
    """Included files are part of the build; a change is a new build; the project is left alone."""
    project = tmp_path / "project"
    one, two = (write_wheel(project, name, "") for name in ("one", "two"))
    (project / "requirements.txt").write_text(f"# comment\n{one}  # and another\n-r more.txt\n")
    (project / "more.txt").write_text(f"{two}\n")
    before = sorted(os.listdir(project))
    assert install(tmp_path) == ({"one", "two"}, ["Installing requirements.txt for Pay…"])
    assert install(tmp_path) == ({"one", "two"}, [])
    (project / "more.txt").write_text("")
    assert install(tmp_path) == ({"one"}, ["Installing requirements.txt for Pay…"])
    assert sorted(os.listdir(project)) == before


@pytest.mark.slow
def test_newer_versions(tmp_path: Path) -> None:
    """With `allows_newer`, a pinned version is the minimum."""
    project = tmp_path / "project"
    folder = str(project)
    write_wheel(project, "one", "")
    (project / "requirements.txt").write_text(f"--no-index\n--find-links {folder}\none == 0.5\n")
    file, home = project / "requirements.txt", tmp_path / "home"
    with pytest.raises(BuildError, match=r"No matching distribution found for one==0\.5"):
        install_python_packages(home, file, sys.executable, print)
    installed = install_python_packages(home, file, sys.executable, print, allows_newer=True)
    assert (installed / "one.py").exists()


@pytest.mark.slow
def test_an_interpreter_without_pip(tmp_path: Path) -> None:
    """The pip of `ensurepip` is used; nothing is installed into the interpreter."""
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "requirements.txt").write_text(
        f"{write_wheel(tmp_path / 'project', 'one', '')}\n"
    )
    assert install(tmp_path, str(bare / "bin" / "python"))[0] == {"one"}
    assert not list(bare.glob("lib/*/site-packages/pip*"))


@pytest.mark.slow
def test_requirements_that_cannot_be_installed(tmp_path: Path) -> None:
    """The error contains the last lines of pip's output."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "requirements.txt").write_text("./no-such.whl\n")
    with pytest.raises(BuildError) as failed:
        install(tmp_path)
    text = str(failed.value)
    assert text.startswith("Installing requirements.txt for Pay failed (exit status 1):\n")
    assert "no-such.whl" in text
    assert os.listdir(tmp_path / "home" / "builds") == []


@needs_npm
@pytest.mark.slow
def test_a_package_json(tmp_path: Path) -> None:
    """Its own scripts do not run; development packages are installed only on request."""
    project = tmp_path / "project"
    project.mkdir()
    dependencies = {name: write_node_package(tmp_path / name, name, "") for name in ("one", "two")}
    manifest = {
        "dependencies": {"one": dependencies["one"]},
        "devDependencies": {"two": dependencies["two"]},
        "scripts": {"postinstall": "exit 1"},
    }
    (project / "package.json").write_text(json.dumps(manifest))
    lines: list[str] = []
    for with_dev, expected in ((False, {"one"}), (True, {"one", "two"}), (False, {"one"})):
        folder = install_node_packages(
            tmp_path / "home", project, lines.append, with_dev=with_dev, what="Pay"
        )
        found = {name for name in os.listdir(folder / "node_modules") if not name.startswith(".")}
        assert found == expected
    assert lines == ["Installing package.json for Pay…"] * 2
    assert os.listdir(project) == ["package.json"]


def test_an_invalid_package_json(tmp_path: Path) -> None:
    """The error names the file."""
    (tmp_path / "package.json").write_text("{")
    with pytest.raises(BuildError, match=r"package.json is not JSON: "):
        install_node_packages(tmp_path / "home", tmp_path, print)


def test_without_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "package.json").write_text('{"dependencies": {"a": "1"}}')
    with pytest.raises(BuildError, match=r"^npm is needed to install package.json, and is not on PATH\."):
        install_node_packages(tmp_path / "home", tmp_path, print)
