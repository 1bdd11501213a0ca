"""The content of a function's layers, and the folders with its packages.

A layer's folder is used in place, like a function's. A zip is unpacked once, like a build.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sfn_cli.functions.builds.build_folder import (
    BuildError,
    find_build_folder,
    make_build_folder,
    mark_build_as_used,
)
from sfn_cli.functions.builds.public_layers import public_layer
from sfn_cli.functions.builds.python_sdk import find_python_sdk
from sfn_cli.functions.code.catalog import code_fingerprint
from sfn_cli.functions.code.package_path import PackagePath
from sfn_cli.functions.code.zip_archive import extract_zip
from sfn_cli.functions.outcome import UnusableError
from sfn_cli.functions.runtimes import PYTHON, language_of_runtime
from sfn_cli.store.records.functions import layer_reference

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfn_cli.functions.interpreters.cache import LanguageInterpreter
    from sfn_cli.store.protocols.functions import Functions
    from sfn_cli.store.records.functions import Function, LayerVersion

_NEWEST = 2**62


def layers_fingerprint(functions: Functions, function: Function) -> int:
    """Returns a number that changes when a file in a layer's folder does.

    It is 0 for a function without such layers. Raises UnusableError.
    """
    folders = [layer.content_dir for layer in _used_layers(functions, function) if layer.content_dir]
    try:
        return hash(tuple(code_fingerprint(folder)[0] for folder in folders)) if folders else 0
    except OSError as error:
        raise UnusableError(
            "InvalidZipFileException",
            f"Cannot read a layer of the function {function.name}: {error.strerror} ({error.filename}).",
        ) from None


def find_packages(
    functions: Functions, home: str, function: Function, interpreter: LanguageInterpreter, fingerprint: int
) -> PackagePath:
    """Returns the folders in which a function's child finds packages. Raises UnusableError."""
    packages = tuple(function.configuration.get("PackageDirs") or ())
    for folder in packages:
        if not os.path.isdir(folder):
            raise UnusableError(
                "Runtime.PackagesMissing",
                f"The packages of the function {function.name} are no longer in {folder}. "
                "Deploy the function again.",
            )
        mark_build_as_used(home, folder)
    return PackagePath(
        packages,
        tuple(_layer_folders(functions, home, function)),
        _sdk_folders(home, str(function.configuration.get("Runtime", "")), interpreter),
        has_public_layers=len(list(_used_layers(functions, function)))
        < len(function.configuration.get("Layers") or ()),
        fingerprint=fingerprint,
    )


def _sdk_folders(home: str, runtime: str, interpreter: LanguageInterpreter) -> tuple[str, ...]:
    try:
        language, _ = language_of_runtime(runtime)
    except UnusableError:  # a custom runtime
        return ()
    if language is not PYTHON:
        return ()
    found = find_python_sdk(home, interpreter.executable, interpreter.version)
    return () if found is None else (str(found),)


def _layer_folders(functions: Functions, home: str, function: Function) -> Iterator[str]:
    for layer in _used_layers(functions, function):
        if layer.content_dir is not None:
            yield layer.content_dir
        else:
            yield str(_unpacked_layer(functions, home, layer))
        yield from layer.package_dirs


def find_layer(functions: Functions, layer_arn: str, account: str) -> LayerVersion | None:
    """Returns the layer of this store for an ARN.

    For the layer of an account other than `account`, this is the latest one of the same name. None
    for a public layer, whose packages a deploy installs. Raises UnusableError for others.
    """
    reference = layer_reference(layer_arn)
    if reference is None:
        raise UnusableError("InvalidParameterValueException", f"{layer_arn} is not the ARN of a layer.")
    found = functions.layers.find(reference.name, reference.number or 0)
    if found is None and reference.account != account:
        found = next(iter(functions.layers.versions(reference.name, _NEWEST, 1)), None)
        if found is None and public_layer(reference.name) is not None:
            return None
    if found is None:
        raise UnusableError(
            "ResourceNotFoundException",
            f"The layer {layer_arn} is not on this machine. Publish its content under the same name: "
            f"sfn lambda publish-layer-version --layer-name {reference.name} --zip-file fileb://ZIP",
        )
    return found


def _used_layers(functions: Functions, function: Function) -> Iterator[LayerVersion]:
    for used in function.configuration.get("Layers") or ():
        layer = find_layer(functions, used["Arn"], function.arn.split(":")[4])
        if layer is not None:
            yield layer


def _unpacked_layer(functions: Functions, home: str, layer: LayerVersion) -> Path:
    digest = layer.facts["Content"]["CodeSha256"]
    sources = {"kind": "layer", "content": digest}
    found = find_build_folder(home, sources)
    if found is not None:
        return found
    content = functions.layers.zip(layer) or b""

    def fill(folder: Path) -> None:
        import io
        import zipfile
        import zlib

        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                extract_zip(archive, folder)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as e:
            raise BuildError(f"Cannot unpack the zip of the layer {layer.name}: {e}.") from None

    try:
        return make_build_folder(home, sources, fill)
    except BuildError as error:
        raise UnusableError("InvalidZipFileException", str(error)) from None
