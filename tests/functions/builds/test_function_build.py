"""Dependencies of functions are built, and handlers find them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.functions.builds.function_build import Building, FunctionBuild, FunctionSource, build_function
from sfn_cli.functions.builds.typescript_sources import typescript_source_folder
from sfn_cli.functions.runtimes import Runtimes
from sfn_cli.store.records.functions import Code
from tests.functions.builds.sources import HAS_NPM, write_node_package, write_wheel
from tests.functions.workbench import RUNTIME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.functions.workbench import Workbench

NODE = shutil.which("node")
needs_npm = pytest.mark.skipif(not HAS_NPM or NODE is None, reason="npm is not installed")
ESBUILD = shutil.which("esbuild")


def node_runtime() -> str:
    done = subprocess.run(
        [NODE or "", "-p", "process.versions.node"], capture_output=True, text=True, check=True
    )
    return f"nodejs{done.stdout.partition('.')[0]}.x"


def write(bench: Workbench, files: Mapping[str, str]) -> Path:
    folder = bench.folder / "code"
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def build(
    bench: Workbench,
    folder: Path,
    runtime: str,
    handler: str = "app.handler",
    *,
    may_build: bool = True,
    **metadata: Any,
) -> FunctionBuild:
    """Builds the function "Pay" and creates it as fn."""
    bench.report.clear()
    home = str(bench.settings.home)
    building = Building(home, folder, Runtimes(Path(home)), bench.report.append, may_build)
    built = build_function(building, FunctionSource("Pay", folder, runtime, handler, metadata))
    if bench.functions.find("fn") is None:
        configuration = {"Runtime": runtime, "Handler": handler, "PackageDirs": list(built.packages)}
        bench.create("fn", Code(folder=str(built.folder)), configuration)
    return built


@pytest.mark.slow
def test_python(bench: Workbench) -> None:
    """A handler finds its requirements, and an edit of its source takes effect without a build."""
    source = "import one\ndef handler(event, context): return one.VALUE + {}\n"
    folder = write(bench, {"app.py": source.format(1)})
    (folder / "requirements.txt").write_text(write_wheel(folder, "one", "VALUE = 1"))
    build(bench, folder, RUNTIME)
    assert bench.report == [f"Installing requirements.txt for Pay ({RUNTIME})…"]
    assert bench.answer() == 2
    (folder / "app.py").write_text(source.format(22))
    assert bench.answer() == 23
    build(bench, folder, RUNTIME)
    assert bench.report == []


@pytest.mark.parametrize("file", ["requirements.txt", "package.json"])
@pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
def test_no_build(bench: Workbench, file: str) -> None:
    """The function is created without its packages, with a note."""
    content = {"requirements.txt": "nothing", "package.json": '{"dependencies": {"nothing": "1"}}'}[file]
    folder = write(bench, {"app.py": "", "app.js": "", file: content})
    runtime = RUNTIME if file == "requirements.txt" else node_runtime()
    built = build(bench, folder, runtime, may_build=False)
    assert built._replace(notes=()) == FunctionBuild(folder, (), is_complete=False)
    assert built.notes[-1] == (
        f"{file} is not installed. Skipped because of --no-build: Installing {file} for Pay ({runtime})"
    )


def test_code_that_was_built_elsewhere(bench: Workbench) -> None:
    """A folder that contains its packages, as from `sam build`, is used unchanged."""
    folder = write(
        bench, {"app.py": "", "requirements.txt": "one", "one-1.0.dist-info/METADATA": "", "one.py": ""}
    )
    assert build(bench, folder, RUNTIME) == FunctionBuild(folder, ())


@pytest.mark.parametrize(
    "runtime, note",
    [
        (
            "java21",
            (
                "its invocations will fail. sfn does not support the runtime java21: "
                "it runs handlers in Python and Node.js."
            ),
        ),
        ("python2.7", "its invocations will fail. sfn does not support the runtime python2.7"),
        (
            "provided.al2023",
            "its invocations will fail: sfn does not build programs for provided.al2023, and there is",
        ),
    ],
)
def test_runtimes_that_are_not_built(bench: Workbench, runtime: str, note: str) -> None:
    """It is a note, not an error."""
    folder = write(bench, {"Main.java": ""})
    built = build(bench, folder, runtime)
    assert built.packages == ()
    assert len(built.notes) == 1
    assert built.notes[0].startswith(note)


MODULES = {
    "app.js": "const one = require('one'); exports.handler = async () => one.value",
    "app.mjs": "import one from 'one'; export const handler = async () => one.value",
    "app.cjs": "exports.handler = async () => (await import('one')).default.value",
}


@needs_npm
@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_node(bench: Workbench, name: str) -> None:
    """Packages are found by require and by import, although the code's folder has none."""
    folder = write(bench, {name: MODULES[name]})
    version = write_node_package(bench.folder / "one", "one", "module.exports = {value: 11}")
    (folder / "package.json").write_text(json.dumps({"dependencies": {"one": version}}))
    build(bench, folder, node_runtime())
    assert bench.answer() == 11
    assert sorted(path.name for path in folder.iterdir()) == sorted([name, "package.json"])


@needs_npm
def test_packages_that_the_project_has(bench: Workbench) -> None:
    """Packages that Node.js finds beside or above the code are not installed again."""
    folder = write(bench, {"src/app.js": MODULES["app.js"], "package.json": '{"dependencies": {"one": "1"}}'})
    write_node_package(folder / "node_modules" / "one", "one", "module.exports = {value: 12}")
    home = str(bench.settings.home)
    building = Building(home, folder, Runtimes(Path(home)), print)
    built = build_function(building, FunctionSource("Pay", folder / "src", node_runtime(), "app.handler"))
    assert built.packages == ()


TYPESCRIPT = (
    "const value: number = 13;\nexport const handler = async (): Promise<number> => value + helper();\n"
)


@pytest.mark.skipif(ESBUILD is None, reason="esbuild is not installed")
@pytest.mark.slow
def test_typescript(bench: Workbench) -> None:
    """A handler in TypeScript is bundled, and bundled again when one of its files changes."""
    folder = write(
        bench,
        {
            "src/app.ts": f"import {{ helper }} from './helper';\n{TYPESCRIPT}",
            "src/helper.ts": "export const helper = (): number => 1;",
        },
    )
    first = build(bench, folder, node_runtime(), "src/app.handler")
    assert bench.answer() == 14
    source_map = json.loads((first.folder / "src" / "app.js.map").read_text())
    assert {str(folder / "src" / name) for name in ("app.ts", "helper.ts")} == set(source_map["sources"])
    assert build(bench, folder, node_runtime(), "src/app.handler") == first
    assert bench.report == []
    (folder / "src" / "helper.ts").write_text("export const helper = (): number => 2;")
    assert build(bench, folder, node_runtime(), "src/app.handler").folder != first.folder


@pytest.mark.parametrize(
    "output, tsconfig, source",
    [
        ("dist/flights", '{"compilerOptions": {"outDir": "dist"}}', "lambdas/flights/app.ts"),
        ("dist/flights", '{"compilerOptions": {"outDir": "dist"}}', "flights/app.ts"),
        ("dist/flights/app.js", '{"compilerOptions": {"outDir": "./dist/"}}', "flights/app.ts"),
        ("dist", '{"compilerOptions": {"outDir": "dist", "rootDir": "src/main"}}', "src/main/app.ts"),
        ("a/dist", '{/* out */ "compilerOptions": {"outDir": "dist",}, // end\n}', "a/src/app.ts"),
        ("build", '{"compilerOptions": {"outDir": "dist"}}', None),
        ("dist", "{", None),
    ],
)
def test_sources_of_compiled_typescript(
    tmp_path: Path, output: str, tsconfig: str, source: str | None
) -> None:
    """Code that is not compiled yet is found through the compiler's configuration."""
    (tmp_path / "a").mkdir()
    (tmp_path / ("a" if output.startswith("a/") else ".") / "tsconfig.json").write_text(tsconfig)
    file = tmp_path / (source or "src/app.ts")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    found = typescript_source_folder(tmp_path / output, "app.handler", tmp_path)
    assert found == (None if source is None else file.parent)


@pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
def test_typescript_without_esbuild(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error contains the command that installs esbuild."""
    folder = write(bench, {"app.ts": TYPESCRIPT})
    runtime = node_runtime()
    tools = bench.folder / "tools"
    tools.mkdir()
    (tools / "node").symlink_to(NODE or "")
    monkeypatch.setenv("PATH", str(tools))
    home = str(bench.settings.home)
    building = Building(home, folder, Runtimes(Path(home), {"PATH": str(tools)}), print, may_build=False)
    built = build_function(building, FunctionSource("Pay", folder, runtime, "app.handler"))
    assert "TypeScript is not bundled. TypeScript needs esbuild" in built.notes[-1]
    assert "Install it: npm install --global esbuild" in built.notes[-1]
