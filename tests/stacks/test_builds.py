"""The builds of a stack, and the resulting properties of its functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from sfn_cli.functions.builds.build_folder import BuildError
from sfn_cli.settings import Settings
from sfn_cli.stacks.deployment.builds import StackBuilds
from sfn_cli.stacks.stack import Stack
from sfn_cli.store.sqlite.store import SqliteStore
from tests.functions.builds.sources import write_wheel
from tests.functions.workbench import RUNTIME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sfn_cli.store.sqlite.functions.functions import SqliteFunctions

FOREIGN = "arn:aws:lambda:us-east-1:999956789012:layer:ffmpeg:4"


class Store(NamedTuple):
    """The parts of a Service that builds use."""

    settings: Settings
    functions: SqliteFunctions


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def make_builds(tmp_path: Path, lines: list[str]) -> Iterator[Callable[..., StackBuilds]]:
    """Creates the builds of a stack with the function "Pay", whose project is `tmp_path`."""
    settings = Settings(str(tmp_path / "home"))
    store = SqliteStore(settings.home)

    def make(type: str = "AWS::Lambda::Function", *, may_build: bool = True, **metadata: Any) -> StackBuilds:
        template = {"Resources": {"Pay": {"Type": type, "Metadata": metadata}}}
        stack = Stack("SAM template", "shop", tmp_path / "t.yaml", tmp_path, template, {}, {}, ())
        service: Any = Store(settings, store.functions)
        return StackBuilds(service, stack, lines.append, may_build=may_build)

    yield make
    store.close()


def properties(folder: Path, **others: Any) -> dict[str, Any]:
    return {"Runtime": RUNTIME, "Handler": "app.handler", "Code": {"CodeDir": str(folder)}, **others}


@pytest.mark.slow
def test_a_function(make_builds: Callable[..., StackBuilds], tmp_path: Path, lines: list[str]) -> None:
    """Planning a deploy builds nothing; later plans use existing builds."""
    folder = tmp_path / "src"
    line = write_wheel(folder, "one", "")
    (folder / "requirements.txt").write_text(line)
    given = properties(folder)
    builds = make_builds()
    assert builds.build("Pay", given, is_planned=True)["Code"] == given["Code"]
    assert lines == []
    built = builds.build("Pay", given)
    assert [*built["Code"]] == ["CodeDir", "PackageDirs"]
    assert lines[1:] == [f"Installing requirements.txt for Pay ({RUNTIME})…"]
    assert make_builds().build("Pay", given, is_planned=True) == built
    (folder / "requirements.txt").write_text("./no-such.whl")
    with pytest.raises(BuildError) as failed:
        make_builds().build("Pay", given)
    first, *_, last = str(failed.value).splitlines()
    assert first.startswith(f"{tmp_path / 't.yaml'}:1:1: Pay: Installing requirements.txt for Pay")
    assert last == "To deploy without building: --no-build"


@pytest.mark.slow
def test_a_layer(make_builds: Callable[..., StackBuilds], tmp_path: Path) -> None:
    """With SAM's BuildMethod, sources and packages become folders in the form of /opt."""
    folder = tmp_path / "layer"
    (folder / "requirements.txt").write_text(write_wheel(folder, "one", ""))
    (folder / "own.py").touch()
    given = {"Content": {"CodeDir": str(folder)}}
    assert make_builds("AWS::Lambda::LayerVersion").build("Pay", given) == given
    built = make_builds("AWS::Lambda::LayerVersion", BuildMethod=RUNTIME).build("Pay", given)
    roots = [built["Content"]["CodeDir"], *built["Content"]["PackageDirs"]]
    found = [sorted(path.name for path in (tmp_path / root / "python").glob("*.py")) for root in roots]
    assert found == [["one.py"], ["own.py"]]


@pytest.mark.parametrize(
    "others, note",
    [
        ({"Runtime": "java21"}, "Pay: its invocations will fail. sfn does not support the runtime java21"),
        ({}, None),
        ({"Code": {"ZipFile": "import json"}}, None),
    ],
)
def test_notes(
    make_builds: Callable[..., StackBuilds], tmp_path: Path, others: dict[str, Any], note: str | None
) -> None:
    """A function's build has notes for the user."""
    (tmp_path / "src").mkdir()
    builds = make_builds()
    given = properties(tmp_path / "src", **others)
    assert builds.build("Pay", given) == given
    assert [found[: len(note or "")] for found in builds.notes("Pay")] == ([] if note is None else [note])


def test_a_foreign_layer(make_builds: Callable[..., StackBuilds], tmp_path: Path) -> None:
    """A layer that is neither in the store nor a known public one is rejected by name."""
    given = properties(tmp_path, Layers=[FOREIGN])
    with pytest.raises(BuildError, match=f"Pay: The layer {FOREIGN} is not on this machine"):
        make_builds().build("Pay", given)


def test_code_outside_of_its_folder(make_builds: Callable[..., StackBuilds], tmp_path: Path) -> None:
    """Inline code is written to one folder; a name outside of it is rejected."""
    files = {"app.py": "", "../../evil.py": ""}
    with pytest.raises(BuildError, match=r"Pay: The code has a file outside its folder: \.\./\.\./evil\.py"):
        make_builds().build("Pay", properties(tmp_path, Code={"Files": files}))
