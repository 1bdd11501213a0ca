"""Deployments: the configuration, code and interpreter that a function's children start from.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.functions.code.package_path import OPT, PACKAGES_VARIABLE, PackagePath
from sfn_cli.functions.environment.variables import (
    RUNTIME_FOLDER,
    default_aws_variables,
    placeholder_credentials,
)
from sfn_cli.functions.runtimes import CUSTOM, ENTRYPOINT, NODE, language_of_runtime

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.functions.code.catalog import CodeFolder
    from sfn_cli.local_endpoint.record import EndpointAddress
    from sfn_cli.settings import Settings
    from sfn_cli.store.records.functions import Function

BOOTSTRAP = str(Path(__file__).with_name("bootstrap.py"))
NODE_BOOTSTRAP = str(Path(__file__).with_name("bootstrap.mjs"))
CUSTOM_RUNTIME = str(Path(__file__).with_name("custom_runtime.py"))
EXEC_WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"
"""Names the script that starts the runtime, which it gets as its arguments.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper
"""

TASK_ROOT = "/var/task"
"""The folder of the code on AWS, as in variables."""

DEFAULT_TIMEOUT_SECONDS = 3
DEFAULT_MEMORY_SIZE = 128


_BECOME = [sys.executable, "-I", "-S", "-B", BOOTSTRAP, "--become"]
"""Ties a process to its parent, then runs another program in it."""


class Deployment(NamedTuple):
    """One revision of a function with one state of its code. A child belongs to one deployment."""

    function: Function
    code: CodeFolder
    executable: str
    version: str = ""
    """The interpreter's version, which may differ from the runtime's."""
    packages: PackagePath = PackagePath()

    @property
    def runtime(self) -> str:
        return str(self.function.configuration.get("Runtime", ""))

    @property
    def timeout_seconds(self) -> int:
        return int(self.function.configuration.get("Timeout") or DEFAULT_TIMEOUT_SECONDS)

    @property
    def memory_size(self) -> int:
        """The memory limit in MB."""
        return int(self.function.configuration.get("MemorySize") or DEFAULT_MEMORY_SIZE)

    @property
    def log_group(self) -> str:
        chosen = (self.function.configuration.get("LoggingConfig") or {}).get("LogGroup")
        return str(chosen or f"/aws/lambda/{self.function.name}")

    @property
    def variables(self) -> Mapping[str, str]:
        """The variables of the function's own configuration."""
        return (self.function.configuration.get("Environment") or {}).get("Variables") or {}

    @property
    def command(self) -> list[str]:
        """The command that starts a child.

        Without -S: handlers import packages of their interpreter through .pth files and
        importlib.metadata too, and -S would save only 4 of about 30 ms. Without -E or -I: the child's
        environment is the function's own, in which PYTHONPATH and the like are intended.
        """
        if self.runtime in CUSTOM:
            return [self.executable, "-I", "-S", "-B", CUSTOM_RUNTIME, self.code.path, ENTRYPOINT]
        language, _ = language_of_runtime(self.runtime)
        if language is NODE:
            runtime = [self.executable, NODE_BOOTSTRAP]
        else:
            # No bytecode is written: Python checks its age only to the second, so a folder that is
            # being edited could run stale bytecode. Also, sfn should leave no files in the folder.
            flags = ["-B"] if self.code.in_place else []
            runtime = [self.executable, "-X", "utf8", *flags, BOOTSTRAP]
        if script := self._wrapper_script():
            # The runtime's program is the last argument, because wrappers insert options before it. It
            # takes the handler from the environment, where wrappers may change it. The shell's exit
            # codes for a script that is missing (127) or not executable (126) are Lambda's.
            return [*_BECOME, "/bin/sh", "-c", 'cd "$LAMBDA_TASK_ROOT" && exec "$0" "$@"', script, *runtime]
        of_function = [self.code.path, str(self.function.configuration.get("Handler", ""))]
        # Node.js cannot ask the kernel to end it with its parent; a Python that becomes Node.js can.
        return [*(_BECOME if language is NODE else []), *runtime, *of_function]

    def _wrapper_script(self) -> str | None:
        """Returns the path of the script that starts the runtime; None if there is none.

        A script of a public layer (an agent that observes the function) is skipped.
        """
        wrapper = self.variables.get(EXEC_WRAPPER)
        if wrapper and wrapper.startswith(f"{TASK_ROOT}/"):
            return self.code.path + wrapper[len(TASK_ROOT) :]
        if wrapper and wrapper.startswith(OPT):
            found = self.packages.file_of_layer(wrapper)
            return found if found is not None or self.packages.has_public_layers else wrapper
        return wrapper

    def environment(
        self, settings: Settings, stream: str, endpoint: EndpointAddress | None = None
    ) -> dict[str, str]:
        """Returns a child's whole environment; Lambda's own names override the function's.

        `endpoint` is the address that the child's AWS clients call.
        """
        configuration = self.function.configuration
        variables = self.variables
        return {
            "PATH": _joined_paths(*self.packages.program_folders, os.environ.get("PATH", os.defpath)),
            "HOME": os.environ.get("HOME", "/"),
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "AWS_REGION": settings.region,
            "AWS_DEFAULT_REGION": settings.region,
            # Custom runtimes have no AWS_EXECUTION_ENV.
            **({} if self.runtime in CUSTOM else {"AWS_EXECUTION_ENV": f"AWS_Lambda_{self.runtime}"}),
            **default_aws_variables(settings, endpoint),
            **variables,
            **placeholder_credentials(settings, endpoint, variables),
            **self._package_variables(variables),
            "AWS_LAMBDA_FUNCTION_NAME": self.function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": self.function.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_size),
            "AWS_LAMBDA_LOG_GROUP_NAME": self.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": stream,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "LAMBDA_TASK_ROOT": self.code.path,
            "LAMBDA_RUNTIME_DIR": RUNTIME_FOLDER,
            "_HANDLER": str(configuration.get("Handler", "")),
        }

    def _package_variables(self, variables: Mapping[str, str]) -> dict[str, str]:
        """Returns the variables with a child's package folders, before the function's own values."""
        found = {"LD_LIBRARY_PATH": self.packages.library_folders}
        packages: dict[str, Sequence[str]] = {}
        if self.runtime not in CUSTOM:
            language, version = language_of_runtime(self.runtime)
            if language is NODE:
                found["NODE_PATH"] = self.packages.node_folders(version, self.version)
                packages = {"folders": found["NODE_PATH"], "layers": self.packages.layers}
            else:
                folders = self.packages.python_folders(version, self.version)
                packages = {"folders": folders, "last": self.packages.sdk}
        paths = {
            name: _joined_paths(*folders, variables.get(name, ""))
            for name, folders in found.items()
            if folders
        }
        return {**paths, PACKAGES_VARIABLE: json.dumps(packages)} if any(packages.values()) else paths


def _joined_paths(*folders: str) -> str:
    return os.pathsep.join(filter(None, folders))
