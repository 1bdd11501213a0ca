"""The packages that replace a function's public layers (public_layers.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.functions.builds.node_packages import install_named_node_packages
from sfn_cli.functions.builds.public_layers import public_layer
from sfn_cli.functions.builds.python_packages import install_python_packages
from sfn_cli.functions.outcome import UnusableError
from sfn_cli.functions.runtimes import PYTHON, language_of_runtime
from sfn_cli.store.records.functions import layer_reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.functions.builds.function_build import Building


def install_public_layers(building: Building, name: str, runtime: str, layers: Sequence[str]) -> list[str]:
    """Returns the folders for PackageDirs that replace the public layers among `layers` (ARNs).

    `name` is the function's, for messages. Raises BuildError.
    """
    try:
        language, _ = language_of_runtime(runtime)
        interpreter = building.runtimes.interpreter(runtime)
    except UnusableError:
        return []
    folders = []
    for layer_arn in layers:
        reference = layer_reference(layer_arn)
        layer = public_layer(reference.name) if reference is not None else None
        if layer is None or reference is None:
            continue
        what = f"{name} in place of the layer {reference.name}"
        if language is PYTHON and layer.python:
            found = install_python_packages(
                building.home,
                layer.python,
                interpreter.executable,
                building.report,
                what=what,
                may_build=building.may_build,
            )
        elif language is not PYTHON and layer.node:
            found = install_named_node_packages(
                building.home,
                layer.node,
                building.report,
                what=what,
                node=interpreter.executable,
                may_build=building.may_build,
            )
        else:
            continue
        folders.append(str(found))
    return folders
