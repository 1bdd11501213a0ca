"""The folders in which a function's child finds the packages that its code imports.

    the code's folder                    itself (and node_modules in it)
    packages                             the folders that a deploy built for the function
    layers                               /opt on AWS: python/, nodejs/node_modules, bin/, lib/
    the interpreter's own packages
    the AWS SDK                          for Python, as in Lambda's runtimes

https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html
"""

from __future__ import annotations

import os
from typing import NamedTuple

PACKAGES_VARIABLE = "_SFN_PACKAGES"
"""Passes these folders to a child's bootstrap. The handler does not see it."""

OPT = "/opt/"
"""The folder of layers' content on AWS."""


class PackagePath(NamedTuple):
    """The folders with packages of one function."""

    packages: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    """The folders with the layers' content, in the function's order: later ones win."""
    sdk: tuple[str, ...] = ()
    has_public_layers: bool = False
    """Whether the function has layers that are not on this machine."""
    fingerprint: int = 0
    """Changes when a file in a layer's folder does."""

    def python_folders(self, *versions: str) -> list[str]:
        """Returns the folders for sys.path, after the code's; `versions` are such as "3.12"."""
        return [
            *self.packages,
            *self._layer_folders(
                *(f"python/lib/python{version}/site-packages" for version in dict.fromkeys(versions)),
                "python",
            ),
        ]

    def node_folders(self, *versions: str) -> list[str]:
        """Returns the folders of NODE_PATH; `versions` are such as "20"."""
        packages = [os.path.join(folder, "node_modules") for folder in self.packages]
        layers = self._layer_folders(
            *(f"nodejs/node{version}/node_modules" for version in dict.fromkeys(versions)),
            "nodejs/node_modules",
        )
        return [*filter(os.path.isdir, packages), *layers]

    @property
    def program_folders(self) -> list[str]:
        return self._layer_folders("bin")

    @property
    def library_folders(self) -> list[str]:
        return self._layer_folders("lib")

    def file_of_layer(self, path: str) -> str | None:
        """Returns the file at a path below /opt on AWS; None if no layer has it."""
        files = (os.path.join(layer, path.removeprefix(OPT)) for layer in reversed(self.layers))
        return next(filter(os.path.exists, files), None)

    def _layer_folders(self, *names: str) -> list[str]:
        folders = (os.path.join(layer, name) for layer in reversed(self.layers) for name in names)
        return list(filter(os.path.isdir, folders))
