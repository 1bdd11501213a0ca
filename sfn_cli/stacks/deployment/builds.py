"""Builds a stack's functions and layers: packages, bundles, and packages that replace public layers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sfn_cli.functions.builds.build_folder import BuildError
from sfn_cli.stacks.resources.local.inline_modules import inline_code_files
from sfn_cli.stacks.stack import FUNCTION, LAYER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.functions.builds.function_build import Building
    from sfn_cli.stacks.resources.resource import Properties
    from sfn_cli.stacks.stack import Stack

BUILT = (FUNCTION, LAYER)
"""The types of resources that may need a build."""


class StackBuilds:
    """The builds of one stack. Each function or layer is built once, for planning and deploying together."""

    def __init__(
        self, service: Service, stack: Stack, report: Callable[[str], None], *, may_build: bool
    ) -> None:
        self._stack = stack
        self._functions = service.functions
        self._settings = service.settings
        self._report = report
        self._may_build = may_build
        self._complete: dict[str, tuple[Properties, Properties]] = {}
        self._notes: dict[str, tuple[str, ...]] = {}
        self._shared: Building | None = None

    def build(self, logical_id: str, properties: Properties, *, is_planned: bool = False) -> Properties:
        """Returns a function's or layer's properties, pointing to the built code and packages.

        With `is_planned`, nothing is built and only earlier builds are used. Raises BuildError, with
        the place of the resource.
        """
        before = self._complete.get(logical_id)
        if before is not None and before[0] == properties:
            return before[1]
        building = self._building(may_build=self._may_build and not is_planned)
        try:
            if self._stack.resources[logical_id]["Type"] == LAYER:
                built, is_complete = self._build_layer(building, logical_id, properties), True
            else:
                built, is_complete = self._build_function(building, logical_id, properties)
        except BuildError as error:
            if is_planned:
                return properties
            place = self._stack.place(("Resources", logical_id))
            remedy = "\nTo deploy without building: --no-build" if "\n" in str(error) else ""
            raise BuildError(f"{place}: {logical_id}: {error}{remedy}") from None
        if is_complete:
            self._complete[logical_id] = (properties, built)
        return built

    def notes(self, logical_id: str) -> Sequence[str]:
        """Returns notes for the user about the build of a function, one line each."""
        return self._notes.get(logical_id, ())

    def _building(self, *, may_build: bool) -> Building:
        from sfn_cli.functions.builds.function_build import Building
        from sfn_cli.functions.builds.project_code import announcing_report
        from sfn_cli.functions.runtimes import Runtimes

        if self._shared is None:
            home = self._settings.home
            runtimes = Runtimes(Path(home), exact=self._settings.exact_runtimes)
            report = announcing_report(home, self._stack.folder, self._report)
            self._shared = Building(home, self._stack.folder, runtimes, report)
        return self._shared._replace(may_build=may_build)

    def _build_function(
        self, building: Building, logical_id: str, properties: Properties
    ) -> tuple[Properties, bool]:
        from sfn_cli.functions.builds.function_build import FunctionSource, build_function
        from sfn_cli.functions.builds.public_layer_packages import install_public_layers

        code = properties.get("Code") or {}
        if not isinstance(code, dict) or code.get("ImageUri") or properties.get("PackageType") == "Image":
            return properties, True
        runtime, handler = str(properties.get("Runtime", "")), str(properties.get("Handler", ""))
        packages: list[str] = []
        is_complete = True
        if isinstance(path := code.get("CodeDir"), str):
            source = FunctionSource(logical_id, Path(path), runtime, handler, self._metadata(logical_id))
            built = build_function(building, source)
            self._notes[logical_id] = tuple(f"{logical_id}: {note}" for note in built.notes)
            packages, is_complete = list(built.packages), built.is_complete
            code = {**code, "CodeDir": str(built.folder)}
        elif texts := _code_texts(code, runtime):
            folder = _text_folder(building.home, texts)
            built = build_function(building, FunctionSource(logical_id, folder, runtime, handler))
            self._notes[logical_id] = tuple(f"{logical_id}: {note}" for note in built.notes)
            packages, is_complete = list(built.packages), built.is_complete
        layers = [layer for layer in properties.get("Layers") or () if isinstance(layer, str)]
        self._check_layers(layers)
        packages += install_public_layers(building, logical_id, runtime, layers)
        if packages:
            code = {**code, "PackageDirs": packages}
        if self._settings.exact_runtimes:
            code = {**code, "ExactRuntime": True}
        return ({**properties, "Code": code} if code else properties), is_complete

    def _check_layers(self, layers: Sequence[str]) -> None:
        """Raises BuildError for a layer that is neither in this store nor a known public one."""
        from sfn_cli.functions.code.layers import find_layer
        from sfn_cli.functions.outcome import UnusableError

        for layer_arn in layers:
            try:
                find_layer(self._functions, layer_arn, self._settings.account_id)
            except UnusableError as error:
                raise BuildError(error.message) from None

    def _build_layer(self, building: Building, logical_id: str, properties: Properties) -> Properties:
        from sfn_cli.functions.builds.layer_build import build_layer

        content = properties.get("Content") or {}
        path = content.get("CodeDir") if isinstance(content, dict) else None
        if not isinstance(path, str):
            return properties
        metadata = self._metadata(logical_id)
        name = str(properties.get("LayerName") or logical_id)
        runtimes = [str(runtime) for runtime in properties.get("CompatibleRuntimes") or ()]
        roots = build_layer(building, name, Path(path), metadata, runtimes)
        built: dict[str, Any] = {**content, "CodeDir": str(roots[0])}
        if roots[1:]:
            built["PackageDirs"] = [str(root) for root in roots[1:]]
        return {**properties, "Content": built}

    def _metadata(self, logical_id: str) -> Mapping[str, Any]:
        found = self._stack.resources[logical_id].get("Metadata")
        return found if isinstance(found, dict) else {}


def _code_texts(code: Mapping[str, Any], runtime: str) -> dict[str, str]:
    """Returns the files, by name, of code that is inline in the template; {} for other code."""
    if isinstance(source := code.get("ZipFile"), str):
        return inline_code_files(source, runtime)
    files = code.get("Files")
    return {str(name): str(text) for name, text in files.items()} if isinstance(files, dict) else {}


def _text_folder(home: str, texts: Mapping[str, str]) -> Path:
    """Returns a folder with these files, for finding their imports. Raises BuildError."""
    from sfn_cli.functions.builds.build_folder import make_build_folder

    def write(folder: Path) -> None:
        for name, text in texts.items():
            file = folder / name.lstrip("/")
            if not Path(os.path.normpath(file)).is_relative_to(folder):
                raise BuildError(f"The code has a file outside its folder: {name}")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")

    return make_build_folder(home, {"kind": "texts", "texts": dict(texts)}, write)
