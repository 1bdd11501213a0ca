"""A folder with a state machine and everything it needs, as `sfn run` reads it.

    order/                     the state machine's name
    ├── order.asl.json         its definition: the only *.asl.json, *.asl.yaml or *.asl.yml
    ├── input.json             an input, if none is given
    ├── machine.json           {"loggingConfiguration", …} as CreateStateMachine takes them
    ├── resources.json         calls that make the tables, queues, … that it needs: see resources_json.py
    ├── services.json          programs that serve HTTP while it runs: see services_json.py
    ├── MockConfigFile.json    its test cases
    └── functions/
        └── price/             a function's name
            ├── app.py         def lambda_handler(event, context)
            ├── bootstrap      or, instead of that, an executable: a runtime of its own
            └── function.json  {"Runtime", "Handler", "Timeout", …} as CreateFunction takes them

All but the definition may be missing.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli import json_text
from sfn_cli.errors import UsageError
from sfn_cli.functions.runtimes import CUSTOM, ENTRYPOINT
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_text
from sfn_cli.settings.table import MOCK_CONFIG_FILE
from sfn_cli.stacks.readers import resources_json, services_json
from sfn_cli.yaml_text.definition_file import YAML_SUFFIXES, definition_as_json, describe_yaml_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sfn_cli.stacks.readers.resources_json import ResourceCall
    from sfn_cli.stacks.readers.services_json import DevService

_DEFINITIONS = ("*.asl.json", "*.asl.yaml", "*.asl.yml")
_NAME_LENGTH = 80


class ProjectFunction(NamedTuple):
    name: str
    folder: Path
    configuration: dict[str, Any]
    """Members of CreateFunction: Runtime, Handler and what else function.json says."""

    def with_variables(self, variables: Mapping[str, str]) -> ProjectFunction:
        """Returns the function with these environment variables added; its own win."""
        own = self.configuration.get("Environment") or {}
        if not variables or not isinstance(own, dict) or not isinstance(own.get("Variables", {}), dict):
            return self  # the operation reports what is wrong
        environment = {**own, "Variables": {**variables, **own.get("Variables", {})}}
        return self._replace(configuration={**self.configuration, "Environment": environment})


class Project(NamedTuple):
    name: str
    definition: str
    input: str | None
    functions: list[ProjectFunction]
    source: str
    """The path of the definition."""
    configuration: dict[str, Any]
    """Members of CreateStateMachine that machine.json says."""
    resources: list[ResourceCall]
    services: list[DevService]
    mock_config: str | None
    """The path of the mock configuration file, if there is one."""

    def with_services(self, urls: Mapping[str, str]) -> Project:
        """Returns the project with the URLs of its services in the definition."""
        return self._replace(definition=services_json.definition_with_service_urls(self.definition, urls))


def load_project_folder(path: Path) -> Project:
    """Loads the project of a folder, or of a definition on its own. Raises UsageError."""
    if path.is_dir():
        folder, definition = path, _only_definition_in_folder(path)
        name = folder.resolve().name
    else:
        folder, definition = path.parent, path
        name = path.name
        for suffix in (".json", *YAML_SUFFIXES):
            name = name.removesuffix(suffix)
        name = name.removesuffix(".asl")
    default_input, settings, calls, programs, mock_config = (
        folder / name
        for name in ("input.json", "machine.json", "resources.json", "services.json", MOCK_CONFIG_FILE)
    )
    return Project(
        _folder_machine_name(name),
        _read_folder_definition(definition),
        _read_folder_file(default_input) if default_input.is_file() else None,
        list(_folder_functions(folder / "functions")),
        str(definition),
        _folder_function_configuration(settings) if settings.is_file() else {},
        resources_json.parse_resources_json(calls, _folder_json(calls)) if calls.is_file() else [],
        services_json.parse_services_json(programs, _folder_json(programs)) if programs.is_file() else [],
        str(mock_config) if mock_config.is_file() else None,
    )


def _only_definition_in_folder(folder: Path) -> Path:
    found = sorted(path for pattern in _DEFINITIONS for path in folder.glob(pattern))
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"{folder} holds no definition: a file named *.asl.json or *.asl.yaml")
    raise UsageError(f"{folder} holds several definitions; name one: {', '.join(map(str, found))}")


def _read_folder_definition(path: Path) -> str:
    """Returns the JSON text of a definition, which may be YAML."""
    text = _read_folder_file(path)
    try:
        return definition_as_json(text, path.name)
    except ValueError as error:
        raise UsageError(describe_yaml_error(error, str(path))) from None


def _folder_machine_name(name: str) -> str:
    """Returns the nearest name that a state machine may have."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name)[:_NAME_LENGTH] or "state-machine"


def _folder_functions(folder: Path) -> Iterator[ProjectFunction]:
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        settings = path / "function.json"
        if not path.is_dir() or not any(
            (path / name).is_file() for name in (settings.name, "app.py", ENTRYPOINT)
        ):
            continue
        yield ProjectFunction(
            path.name,
            path.resolve(),
            {
                **_folder_function_defaults(path),
                **(_folder_function_configuration(settings) if settings.is_file() else {}),
            },
        )


def _folder_function_defaults(path: Path) -> dict[str, Any]:
    """Returns the defaults of a function: the Python that runs sfn, or a runtime of its own."""
    if (path / ENTRYPOINT).is_file() and not (path / "app.py").is_file():
        return {"Runtime": CUSTOM[-1], "Handler": ENTRYPOINT}
    return {
        "Runtime": f"python{sys.version_info.major}.{sys.version_info.minor}",
        "Handler": "app.lambda_handler",
    }


def _folder_function_configuration(path: Path) -> dict[str, Any]:
    configuration = _folder_json(path)
    if not isinstance(configuration, dict):
        raise UsageError(f"{path} must hold an object of settings.")
    return configuration


def _folder_json(path: Path) -> Any:
    try:
        return json_text.loads_json(_read_folder_file(path))
    except ValueError as error:
        raise UsageError(f"{path} is not JSON: {error}") from None


def _read_folder_file(path: Path) -> str:
    try:
        return read_input_text(path, PROJECT_FILE_BYTES)
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"Cannot read {path}: it is not UTF-8 text") from None
