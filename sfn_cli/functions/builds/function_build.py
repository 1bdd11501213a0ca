"""What a function needs to run here: its code, and the folders of the packages that it imports.

Code is used in place, so that an edit takes effect immediately. The packages of a manifest are
installed in a separate build folder; TypeScript is bundled. Code in other languages is not built.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.functions.builds.build_folder import BuildError
from sfn_cli.functions.builds.imports import has_node_package, node_imports, python_imports
from sfn_cli.functions.builds.node_packages import install_node_packages, read_package_json
from sfn_cli.functions.builds.node_sdk import install_node_sdk, is_in_node_runtime
from sfn_cli.functions.builds.python_packages import find_python_packages, install_python_packages
from sfn_cli.functions.builds.python_sdk import SDK_MODULES, install_python_sdk
from sfn_cli.functions.builds.typescript import Bundle, bundle_typescript, typescript_entry
from sfn_cli.functions.builds.typescript_sources import typescript_source_folder
from sfn_cli.functions.outcome import UnusableError
from sfn_cli.functions.runtimes import CUSTOM, ENTRYPOINT, PYTHON, language_of_runtime
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sfn_cli.functions.interpreters.cache import LanguageInterpreter
    from sfn_cli.functions.runtimes import Runtimes


class FunctionSource(NamedTuple):
    """A function as a project describes it."""

    name: str
    """Its name in messages."""
    folder: Path
    """The folder or archive with its code."""
    runtime: str
    handler: str
    metadata: Mapping[str, Any] = {}
    """SAM's: BuildMethod and BuildProperties."""


class FunctionBuild(NamedTuple):
    """The code, packages and notes of a function."""

    folder: Path
    """The folder with the code that runs: the source's, or a bundle."""
    packages: tuple[str, ...]
    """The folders for PackageDirs."""
    notes: tuple[str, ...] = ()
    """Notes for the user: a substitute runtime, or parts that were not built."""
    is_complete: bool = True
    """Whether everything is built; false if --no-build skipped a part."""


class Building(NamedTuple):
    """Settings of all builds of one project."""

    home: str
    project: Path
    """The folder of the project."""
    runtimes: Runtimes
    report: Callable[[str], None]
    """Shows a line to the user (`announcing_report` adds one before a project's first)."""
    may_build: bool = True
    """Whether pip, npm and esbuild may run. Existing builds are used in any case."""


def build_function(building: Building, source: FunctionSource) -> FunctionBuild:
    """Builds what a function needs. Raises BuildError if a build fails.

    A missing runtime, or a language that cannot be built, is not an error: a note says so, and
    invocations fail.
    """
    if source.runtime in CUSTOM:
        return FunctionBuild(source.folder, (), _custom_runtime_notes(source))
    try:
        language, version = language_of_runtime(source.runtime)
        interpreter = building.runtimes.interpreter(source.runtime)
        substitute = building.runtimes.substitute_note(source.runtime)
    except UnusableError as error:
        return FunctionBuild(
            source.folder, (), (f"its invocations will fail. {error.message.splitlines()[0]}",)
        )
    findings = _Findings()
    if substitute is not None:
        findings.note(substitute)
    if not source.folder.exists() and language is not PYTHON:
        compiled = typescript_source_folder(source.folder, source.handler, building.project)
        source = source if compiled is None else source._replace(folder=compiled)
    if not source.folder.exists():
        return FunctionBuild(source.folder, (), tuple(findings.notes))
    if str(source.metadata.get("BuildMethod", "")) == "makefile":
        findings.note("makefiles are not run, so its build output is missing")
    if language is PYTHON:
        built = _build_python_function(building, source, interpreter, findings)
    else:
        built = _build_node_function(building, source, version, interpreter, findings)
    return built._replace(notes=tuple(findings.notes), is_complete=findings.is_complete)


class _Findings:
    """Findings about a function while it is built."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.is_complete = True

    def note(self, sentence: str) -> None:
        self.notes.append(sentence)

    def note_unbuilt(self, sentence: str) -> None:
        self.notes.append(sentence)
        self.is_complete = False


# Python


def _build_python_function(
    building: Building,
    source: FunctionSource,
    interpreter: LanguageInterpreter,
    findings: _Findings,
) -> FunctionBuild:
    packages: list[str] = []
    imports_sdk = bool(SDK_MODULES & python_imports(source.folder))
    requirements = source.folder / "requirements.txt"
    if _has_requirements(requirements) and not any(source.folder.glob("*.dist-info")):
        try:
            installed = _install_requirements_of_function(building, source, interpreter, findings)
        except BuildError as error:
            if building.may_build:
                raise
            findings.note_unbuilt(f"requirements.txt is not installed. {error}")
        else:
            packages.append(str(installed))
    if imports_sdk or packages:
        try:
            install_python_sdk(
                building.home,
                interpreter.executable,
                interpreter.version,
                building.report,
                may_build=building.may_build,
            )
        except BuildError as error:
            if imports_sdk:
                findings.note_unbuilt(f"boto3, which Lambda's runtime contains, is not installed. {error}")
    return FunctionBuild(source.folder, tuple(packages))


def _install_requirements_of_function(
    building: Building, source: FunctionSource, interpreter: LanguageInterpreter, findings: _Findings
) -> Path:
    """Returns the folder with the packages of the requirements.txt. Raises BuildError.

    With a substitute for the function's version of Python, newer versions may be installed than
    requested: packages often do not support a newer Python in old versions.
    """
    requirements = source.folder / "requirements.txt"
    what = f"{source.name} ({source.runtime})"
    has_substitute = language_of_runtime(source.runtime)[1] != interpreter.version
    newer = f"newer versions than those in requirements.txt are used, for Python {interpreter.version}"
    if has_substitute:
        found = find_python_packages(building.home, requirements, interpreter.executable, allows_newer=True)
        if found is not None:
            findings.note(newer)
            return found
    try:
        return install_python_packages(
            building.home,
            requirements,
            interpreter.executable,
            building.report,
            what=what,
            may_build=building.may_build,
        )
    except BuildError:
        if not (has_substitute and building.may_build):
            raise
        findings.note(newer)
        return install_python_packages(
            building.home,
            requirements,
            interpreter.executable,
            building.report,
            what=f"{what}, in newer versions",
            allows_newer=True,
        )


def _has_requirements(file: Path) -> bool:
    try:
        lines = read_input_bytes(file, PROJECT_FILE_BYTES).splitlines()
    except OSError:
        return False
    return any(line.strip() and not line.strip().startswith(b"#") for line in lines)


# Node.js


def _build_node_function(
    building: Building,
    source: FunctionSource,
    version: str,
    interpreter: LanguageInterpreter,
    findings: _Findings,
) -> FunctionBuild:
    folder = source.folder
    is_folder = folder.is_dir()
    packages = _node_packages(building, source, version, interpreter, findings) if is_folder else []
    entry = typescript_entry(folder, source.handler) if is_folder else None
    properties = source.metadata.get("BuildProperties") or {}
    if is_folder and source.metadata.get("BuildMethod") == "esbuild" and properties.get("EntryPoints"):
        entries = [str(name) for name in properties["EntryPoints"]]
    elif entry is not None:
        entries = [entry]
        properties = {}
    else:
        entries = []
    try:
        sdk = install_node_sdk(
            building.home,
            folder,
            packages,
            building.project,
            version,
            building.report,
            node=interpreter.executable,
            may_build=building.may_build,
        )
    except BuildError as error:
        findings.note_unbuilt(f"the AWS SDK, which Lambda's runtime contains, is not installed. {error}")
    else:
        packages += [] if sdk is None else [str(sdk)]
    if entries:
        runtime_packages = ["aws-sdk"] if is_in_node_runtime("aws-sdk", version) else ["@aws-sdk/*"]
        try:
            folder = bundle_typescript(
                building.home,
                Bundle(
                    folder,
                    entries,
                    properties,
                    packages,
                    _undeclared_packages(runtime_packages, folder),
                    keeps_folders=not properties,
                ),
                building.report,
                what=source.name,
                node=interpreter.executable,
                may_build=building.may_build,
            )
        except BuildError as error:
            if building.may_build:
                raise
            findings.note_unbuilt(f"TypeScript is not bundled. {' '.join(str(error).split())}")
    return FunctionBuild(folder, tuple(packages))


def _undeclared_packages(patterns: list[str], folder: Path) -> list[str]:
    """Returns the patterns of the runtime's packages, unless package.json declares one of them."""
    manifest = _nearest_manifest(folder, folder)
    declared = _dependencies(manifest) if manifest is not None else {}
    prefixes = tuple(pattern.rstrip("*") for pattern in patterns)
    return [] if any(name.startswith(prefixes) for name in declared) else patterns


def _node_packages(
    building: Building,
    source: FunctionSource,
    version: str,
    interpreter: LanguageInterpreter,
    findings: _Findings,
) -> list[str]:
    """Returns the folders with packages of the nearest package.json that the code does not find."""
    manifest = _nearest_manifest(source.folder, building.project)
    if manifest is None:
        return []
    missing = {name for name in _dependencies(manifest) if not has_node_package(source.folder, name)}
    if manifest != source.folder:
        # A package.json of the whole project: only this function's imports count.
        missing &= node_imports(source.folder)
    if all(is_in_node_runtime(name, version) for name in missing) and manifest != source.folder:
        return []
    if not missing:
        return []
    try:
        installed = install_node_packages(
            building.home,
            manifest,
            building.report,
            what=f"{source.name} ({source.runtime})",
            node=interpreter.executable,
            may_build=building.may_build,
        )
    except BuildError as error:
        if building.may_build:
            raise
        findings.note_unbuilt(f"package.json is not installed. {error}")
        return []
    return [str(installed)]


def _nearest_manifest(folder: Path, project: Path) -> Path | None:
    """Returns the folder of the nearest package.json, up to the project's folder."""
    for at in (folder, *folder.parents):
        if (at / "package.json").is_file():
            return at
        if at in (project, at.parent) or not at.is_relative_to(project):
            return None
    return None


def _dependencies(folder: Path) -> Mapping[str, Any]:
    found = read_package_json(folder).get("dependencies")
    return found if isinstance(found, dict) else {}


# Other runtimes


def _custom_runtime_notes(source: FunctionSource) -> tuple[str, ...]:
    if source.folder.is_dir() and not os.path.isfile(source.folder / ENTRYPOINT):
        what = f"sfn does not build programs for {source.runtime}"
        return (f"its invocations will fail: {what}, and there is no {ENTRYPOINT} in {source.folder}",)
    return ()
