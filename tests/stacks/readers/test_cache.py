"""The cache of stacks: a project is read again only when it may have changed."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sfn_cli.stacks.readers import cache
from sfn_cli.stacks.readers.cloudformation import read_cloudformation_stack, read_template_through_cache
from sfn_cli.stacks.stack import TemplateError
from tests.stacks.project_files import write_project

if TYPE_CHECKING:
    from pathlib import Path

    from sfn_cli.stacks.stack import Stack

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Stage: {Type: String, Default: dev}}
Resources:
  Orders: {Type: AWS::Serverless::SimpleTable, Properties: {TableName: !Ref Stage}}
  Queue:
    Type: AWS::SQS::Queue
    Properties: {"Fn::Transform": {Name: AWS::Include, Parameters: {Location: q.yaml}}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_project(tmp_path / "shop", {"template.yaml": TEMPLATE, "q.yaml": "DelaySeconds: 5\n"})
    return tmp_path / "shop"


def _read(project: Path, **given: str) -> Stack:
    return read_template_through_cache(
        project / "template.yaml", given, "eu-west-1", str(project.parent / "home")
    )


def _entries(project: Path) -> set[Path]:
    return set((project.parent / "home/cache/stacks").glob("*.json"))


def test_same_stack(project: Path) -> None:
    """A cached stack equals the stack that was read, with its places."""
    fresh = read_cloudformation_stack(project / "template.yaml")
    for _ in range(2):
        stack = _read(project)
        assert stack._replace(places={}) == fresh._replace(places={})
        assert dict(stack.places) == dict(fresh.places)
    place = stack.place(("Resources", "Queue", "Properties", "DelaySeconds"))
    assert place == (str(project / "q.yaml"), 1, 15)


def test_start_without_the_translator(project: Path) -> None:
    """An unchanged project starts without importing the packages of its reader."""
    _read(project)
    code = (
        "import sys; from pathlib import Path\n"
        "from sfn_cli.stacks.readers.cloudformation import read_template_through_cache as read\n"
        "read(Path(sys.argv[1]), {}, 'eu-west-1', sys.argv[2])\n"
        "print(sorted({'samtranslator', 'yaml', 'boto3', 'tomllib'} & sys.modules.keys()))"
    )
    command = [sys.executable, "-c", code, project / "template.yaml", project.parent / "home"]
    assert subprocess.check_output(command, text=True) == "[]\n"


@pytest.mark.parametrize("name, text", [
    ("template.yaml", TEMPLATE.replace("Orders", "Sales")),
    ("q.yaml", "DelaySeconds: 6\n"),
    ("samconfig.toml", '[default.deploy.parameters]\nstack_name = "other"\n'),
])  # fmt: skip
def test_changed_file(project: Path, name: str, text: str) -> None:
    """A changed or new file invalidates the entry; its modification time does not matter."""
    before = _read(project)
    os.utime(project / "template.yaml")
    assert len(_entries(project)) == 1
    write_project(project, {name: text})
    after = _read(project)
    assert after._replace(places={}) != before._replace(places={})
    assert after._replace(places={}) == _read(project)._replace(places={})


def test_other_parameters(project: Path) -> None:
    """The transform depends on parameters: other values use another entry."""
    _read(project)
    _read(project, Stage="prod")
    assert len(_entries(project)) == 2


def test_private_files(project: Path) -> None:
    """Other users cannot read entries, which have the content of templates."""
    _read(project)
    folder = project.parent / "home/cache/stacks"
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": {}, "stack": {}}', "\0"])
def test_damaged_entry(project: Path, text: str) -> None:
    """An unreadable entry is ignored."""
    expected = _read(project)._replace(places={})
    for file in (project.parent / "home/cache/stacks").iterdir():
        file.write_text(text)
    assert _read(project)._replace(places={}) == expected


def test_home_that_cannot_be_written(project: Path) -> None:
    """If the cache cannot be written, the project is still read."""
    (project.parent / "home").write_text("")
    assert "Orders" in _read(project).resources


def test_error_is_not_cached(project: Path) -> None:
    """An invalid template is not cached."""
    write_project(project, {"q.yaml": "a: ["})
    for _ in range(2):
        with pytest.raises(TemplateError):
            _read(project)
    assert _entries(project) == set()


def test_pruning(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The most recently used entries stay, with their places."""
    monkeypatch.setattr(cache, "MAX_ENTRIES", 3)
    write_project(project, {"template.yaml": "Resources: {Q: {Type: AWS::SQS::Queue}}"})
    for number in range(6):
        _read(project, Number=str(number))
        for age, entry in enumerate(sorted(_entries(project), key=lambda path: path.stat().st_mtime_ns)):
            os.utime(entry, (1000 + age, 1000 + age))
    folder = project.parent / "home/cache/stacks"
    assert len(_entries(project)) == 3
    assert {file.stem for file in folder.glob("*.places")} == {file.stem for file in _entries(project)}
