"""The code of functions: zips are unpacked once, completely, and within their folder."""

from __future__ import annotations

import os
import shutil
import stat
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sfn_cli.functions.code.catalog import Catalog
from sfn_cli.functions.outcome import UnusableError
from sfn_cli.store.records.functions import Code, Function
from tests.functions.workbench import zip_of

if TYPE_CHECKING:
    from tests.functions.workbench import Workbench

HANDLER = "def handler(event, context): return 1"


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = mode << 16
    return entry


def link(name: str) -> zipfile.ZipInfo:
    return entry(name, stat.S_IFLNK | 0o777)


def named(bench: Workbench) -> Function:
    function = bench.functions.find("fn")
    assert function is not None
    return function


def unpacked(bench: Workbench) -> list[str]:
    """The unpacked folders of all functions."""
    root = Path(bench.settings.home) / "functions"
    return sorted(str(path.relative_to(root)) for path in root.glob("*/*"))


@pytest.mark.parametrize(
    "files, reason",
    [
        ({"../evil.py": ""}, "'../evil.py' is outside the folder"),
        ({"a/../../evil.py": ""}, "'a/../../evil.py' is outside the folder"),
        ({"/evil.py": ""}, "'/evil.py' is outside the folder"),
        ({link("out"): "/etc/passwd"}, "the link out points outside the folder, to /etc/passwd"),
        ({link("out"): "../.."}, "the link out points outside the folder, to ../.."),
        (
            {"d/x": "", link("d/up"): "..", link("out"): "d/up/.."},
            "the link out points outside the folder, to d/up/..",
        ),
        ({link("a"): "b", link("b"): "/tmp"}, "the link a points outside the folder, to b"),
    ],
)
def test_nothing_leaves_its_folder(
    bench: Workbench, files: dict[str | zipfile.ZipInfo, str], reason: str
) -> None:
    """A zip with an entry outside its folder is not used, and leaves nothing behind."""
    bench.zipped({"app.py": HANDLER, **files})
    outcome = bench.invoke()
    assert outcome.kind == "unusable"
    assert reason in outcome.message
    assert unpacked(bench) == []
    assert not list(bench.folder.rglob("evil.py"))


def test_a_link_that_is_written_through(bench: Workbench) -> None:
    """Links are created after all files, wherever they are in the zip."""
    bench.zipped({link("out"): str(bench.folder), "out/evil.py": "", "app.py": HANDLER})
    assert bench.invoke().kind == "unusable"
    assert not list(bench.folder.rglob("evil.py"))


def test_links_and_programs(bench: Workbench) -> None:
    """A link within the folder is a link, and a program can be run."""
    bench.zipped(
        {
            "lib/real.py": HANDLER,
            link("app.py"): "lib/real.py",
            entry("tool", stat.S_IFREG | 0o755): "#!/bin/sh\necho 7\n",
        }
    )
    assert bench.answer() == 1
    (path,) = (Path(bench.settings.home) / "functions" / "fn").iterdir()
    assert (path / "app.py").is_symlink()
    assert os.access(path / "tool", os.X_OK)
    assert not os.access(path / "lib/real.py", os.X_OK)


def test_no_zip(bench: Workbench) -> None:
    """Bytes that are not a zip are refused."""
    bench.create("fn", Code(zip=b"nonsense"), {"CodeSha256": "AAAA"})
    outcome = bench.invoke()
    assert (outcome.kind, outcome.message) == (
        "unusable",
        "Cannot unpack the zip of the function fn: File is not a zip file.",
    )


def test_unpacked_once(bench: Workbench) -> None:
    """Neither an update of the configuration nor the same zip again unpacks anything."""
    bench.zipped({"app.py": HANDLER})
    bench.answer()
    folders = unpacked(bench)
    bench.update(Timeout=5)
    bench.answer()
    assert unpacked(bench) == folders
    assert len(folders) == 1


def test_old_zips_are_removed(bench: Workbench) -> None:
    """They are removed when no child runs them; those of deleted functions, when the pool closes."""
    bench.zipped({"app.py": "def handler(event, context): return 0"})
    for number in range(1, 3):
        bench.update(code=Code(zip=zip_of({"app.py": f"def handler(event, context): return {number}"})))
        assert bench.answer() == number
        assert len(unpacked(bench)) == 1
    bench.pool.close()
    assert len(unpacked(bench)) == 1
    bench.functions.delete("fn")
    bench.pool.close()
    assert unpacked(bench) == []


def test_a_folder_that_another_process_uses(bench: Workbench) -> None:
    """A folder in use is not removed, even if its zip is an old one."""
    bench.zipped({"app.py": "def handler(event, context): return 0"})
    other = Catalog(bench.functions, Path(bench.settings.home))
    path = other.find(named(bench)).path
    bench.update(code=Code(zip=zip_of({"app.py": HANDLER})))
    assert bench.answer() == 1
    assert os.path.isdir(path)
    other.close()
    bench.pool.close()
    assert not os.path.isdir(path)


def test_a_folder_left_by_a_crash_is_removed(bench: Workbench) -> None:
    """A half-unpacked folder is removed."""
    bench.zipped({"app.py": HANDLER})
    bench.answer()
    left = Path(bench.settings.home) / "functions" / "fn" / ".unpacking-0"
    left.mkdir()
    bench.pool.close()
    assert not left.exists()


def test_a_missing_folder(bench: Workbench, tmp_path: Path) -> None:
    """The error says how to fix it; the function runs once the folder exists again."""
    folder = bench.function(HANDLER)
    assert bench.answer() == 1
    folder.rename(tmp_path / "elsewhere")
    outcome = bench.invoke()
    assert (outcome.kind, outcome.error) == ("unusable", "InvalidZipFileException")
    assert "--code-dir" in outcome.message
    (tmp_path / "elsewhere").rename(folder)
    assert bench.answer() == 1


def test_a_folder_with_links(bench: Workbench) -> None:
    """Linked modules are checked at their target; a link to a parent folder is not followed forever."""
    folder = bench.function("import shared\ndef handler(event, context): return shared.x")
    real = bench.folder / "shared.py"
    (folder / "shared.py").symlink_to(real)
    (folder / "loop").symlink_to(folder)
    for value in (1, 22):
        bench.write(real, f"x = {value}")
        assert bench.answer() == value


@pytest.mark.slow
def test_a_large_folder_is_not_scanned_each_time(bench: Workbench) -> None:
    """Scans of a large folder take at most a tenth of the time."""
    folder = bench.function(HANDLER)
    for number in range(3000):
        (folder / f"f{number}").touch()
    catalog = Catalog(bench.functions, Path(bench.settings.home))
    first = catalog.find(named(bench))
    (folder / "new").touch()
    assert catalog.find(named(bench)) == first
    assert Catalog(bench.functions, Path(bench.settings.home)).find(named(bench)) != first


def test_a_folder_that_the_user_removed(bench: Workbench) -> None:
    """The zip is unpacked again."""
    bench.zipped({"app.py": HANDLER})
    bench.answer()
    shutil.rmtree(Path(bench.settings.home) / "functions" / "fn")
    assert bench.answer() == 1
    assert len(unpacked(bench)) == 1


def test_no_code(bench: Workbench) -> None:
    """A function that is deleted while its code is being looked up has no code."""
    bench.zipped({"app.py": HANDLER})
    function = named(bench)
    bench.functions.delete("fn")
    with pytest.raises(UnusableError, match="has no code"):
        Catalog(bench.functions, Path(bench.settings.home)).find(function)


def test_a_link_in_place_of_a_functions_folder(bench: Workbench, tmp_path: Path) -> None:
    """It is refused: nothing is unpacked through the link, and its code is not run."""
    bench.zipped({"app.py": HANDLER})
    (tmp_path / "elsewhere").mkdir()
    root = Path(bench.settings.home) / "functions"
    root.mkdir(exist_ok=True)
    (root / "fn").symlink_to(tmp_path / "elsewhere")
    outcome = bench.invoke()
    assert (outcome.kind, f"{root}/fn: it is a symbolic link" in outcome.message) == ("unusable", True)
    assert list((tmp_path / "elsewhere").iterdir()) == []
