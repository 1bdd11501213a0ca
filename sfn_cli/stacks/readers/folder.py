"""Reads an sfn folder: a state machine with everything that it needs.

    order/                     the state machine's name
    ├── order.asl.json         its definition: the only *.asl.json, *.asl.yaml or *.asl.yml
    ├── input.json             the default input
    ├── machine.json           {"loggingConfiguration", …} as in CreateStateMachine
    ├── resources.json         calls that create its tables, queues, …: see resources_json.py
    ├── services.json          programs that serve HTTP while it runs: see services_json.py
    ├── MockConfigFile.json    its test cases
    └── functions/
        └── price/             a function's name
            ├── app.py         def lambda_handler(event, context)
            ├── bootstrap      or, instead of app.py, an executable: a custom runtime
            └── function.json  {"Runtime", "Handler", "Timeout", …} as in CreateFunction

Only the definition is required.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from sfn_cli import json_text
from sfn_cli.api import model
from sfn_cli.errors import UsageError
from sfn_cli.functions.runtimes import CUSTOM, ENTRYPOINT
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_text
from sfn_cli.stacks.readers import resources_json, services_json
from sfn_cli.stacks.stack import DEFINITION_KIND, FOLDER_KIND, FUNCTION, STATE_MACHINE, SourcePlace, Stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfn_cli.stacks.readers.resources_json import ResourceCall
    from sfn_cli.stacks.readers.services_json import DevService

_DEFINITIONS = ("*.asl.json", "*.asl.yaml", "*.asl.yml")
_NAME_LENGTH = 80

_MACHINE = "StateMachine"
"""The logical id of the folder's state machine; those of its functions begin with "functions/"."""


def read_folder(path: Path) -> Stack:
    """Reads an sfn folder, or a single definition. Raises UsageError."""
    if path.is_dir():
        folder, definition, kind = path, _only_definition_in_folder(path), FOLDER_KIND
        name = folder.resolve().name
    else:
        folder, definition, kind = path.parent, path, DEFINITION_KIND
        name = re.sub(r"(\.asl)?\.(json|ya?ml)$", "", path.name)
    name = _folder_machine_name(name)
    settings, calls, programs = (
        folder / name for name in ("machine.json", "resources.json", "services.json")
    )
    resources = dict(_folder_functions(folder / "functions"))
    resources[_MACHINE] = _folder_machine(name, definition, settings)
    return Stack(
        kind,
        name,
        source=path.resolve(),
        folder=path.resolve(),
        template={"Resources": resources},
        parameters={},
        places={("Resources", _MACHINE): SourcePlace(str(definition), 1, 1)},
        files=tuple(file for file in (definition, settings, calls, programs) if file.is_file()),
        calls=_folder_calls(calls),
        services=_folder_services(programs),
    )


def _only_definition_in_folder(folder: Path) -> Path:
    found = sorted(path for pattern in _DEFINITIONS for path in folder.glob(pattern))
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"{folder} contains no definition. Add a file named *.asl.json or *.asl.yaml.")
    raise UsageError(f"{folder} contains several definitions. Name one: {', '.join(map(str, found))}")


def _folder_machine_name(name: str) -> str:
    """Returns the closest valid name for a state machine."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name)[:_NAME_LENGTH] or "state-machine"


def _folder_machine(name: str, definition: Path, settings: Path) -> dict[str, Any]:
    """Returns the state machine's resource, with the settings in machine.json. Raises UsageError."""
    members = _folder_settings(settings) if settings.is_file() else {}
    known = model.load_model("stepfunctions", "CreateStateMachine").input["members"]
    for member in members:
        if member not in known or member in ("name", "definition", "roleArn"):
            raise UsageError(f"{settings}: {member} is not supported for a state machine.")
    properties = {
        "StateMachineType" if member == "type" else _capitalised(member): _with_capitals(value)
        for member, value in members.items()
    }
    return {
        "Type": STATE_MACHINE,
        "Properties": {"StateMachineName": name, **properties, "DefinitionUri": str(definition.resolve())},
    }


def _with_capitals(value: Any) -> Any:
    """Returns a value with its members' names capitalised, as in CloudFormation."""
    if isinstance(value, dict):
        return {_capitalised(name): _with_capitals(member) for name, member in value.items()}
    return [_with_capitals(item) for item in value] if isinstance(value, list) else value


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]


def _folder_calls(file: Path) -> tuple[ResourceCall, ...]:
    return tuple(resources_json.parse_resources_json(file, _folder_json(file))) if file.is_file() else ()


def _folder_services(file: Path) -> tuple[DevService, ...]:
    return tuple(services_json.parse_services_json(file, _folder_json(file))) if file.is_file() else ()


def _folder_functions(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields the logical id and the resource of each function."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        settings = path / "function.json"
        if not path.is_dir() or not any(
            (path / name).is_file() for name in (settings.name, "app.py", ENTRYPOINT)
        ):
            continue
        given = _folder_settings(settings) if settings.is_file() else {}
        known = model.load_model("lambda", "CreateFunction").input["members"]
        for member in given:
            if member not in known or member in ("Code", "FunctionName"):
                raise UsageError(f"{settings}: {member} is not supported for a function.")
        properties = {
            "FunctionName": path.name,
            **_folder_function_defaults(path),
            **given,
            "Code": {"CodeDir": str(path.resolve())},
        }
        tags = properties.get("Tags")
        if isinstance(tags, dict):
            properties["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        yield f"functions/{path.name}", {"Type": FUNCTION, "Properties": properties}


def _folder_function_defaults(path: Path) -> dict[str, Any]:
    """Returns the defaults of a function: the Python that runs sfn, or a custom runtime."""
    if (path / ENTRYPOINT).is_file() and not (path / "app.py").is_file():
        return {"Runtime": CUSTOM[-1], "Handler": ENTRYPOINT}
    return {
        "Runtime": f"python{sys.version_info.major}.{sys.version_info.minor}",
        "Handler": "app.lambda_handler",
    }


def _folder_settings(path: Path) -> dict[str, Any]:
    settings = _folder_json(path)
    if not isinstance(settings, dict):
        raise UsageError(f"{path} must contain a JSON object with settings.")
    return settings


def _folder_json(path: Path) -> Any:
    try:
        return json_text.loads_json(_read_folder_file(path))
    except ValueError as error:
        raise UsageError(f"{path} is not valid JSON: {error}") from None


def _read_folder_file(path: Path) -> str:
    try:
        return read_input_text(path, PROJECT_FILE_BYTES)
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"Cannot read {path}: it is not UTF-8 text") from None
