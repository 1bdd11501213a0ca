"""Reads samconfig.toml (or .yaml): the stack's name and the parameter values for `sam deploy`.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-config.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.errors import UsageError
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_text
from sfn_cli.stacks.readers.template_file import read_template_file

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = ("samconfig.toml", "samconfig.yaml", "samconfig.yml")
_ENVIRONMENT = "default"


class SamConfig(NamedTuple):
    stack_name: str | None = None
    parameters: dict[str, str] = {}  # noqa: RUF012 - it is never changed
    file: Path | None = None


def samconfig_files(folder: Path) -> list[Path]:
    """Returns the possible configuration files of a folder's project; the first that exists is used."""
    return [folder / name for name in _NAMES]


def read_samconfig(folder: Path) -> SamConfig:
    """Reads the configuration of a folder; an empty one if there is no file. Raises UsageError."""
    for path in samconfig_files(folder):
        if path.is_file():
            content = _read_toml(path) if path.suffix == ".toml" else read_template_file(path).value
            return _sam_deploy_config(path, content)
    return SamConfig()


def _read_toml(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(read_input_text(path, PROJECT_FILE_BYTES))
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"Cannot read {path}: it is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: Invalid TOML: {error}") from None


def _sam_deploy_config(path: Path, content: Any) -> SamConfig:
    commands = content.get(_ENVIRONMENT) if isinstance(content, dict) else None
    merged: dict[str, Any] = {}
    for command in ("global", "deploy"):
        section = commands.get(command) if isinstance(commands, dict) else None
        parameters = section.get("parameters") if isinstance(section, dict) else None
        merged.update(parameters if isinstance(parameters, dict) else {})
    name = merged.get("stack_name")
    return SamConfig(
        name if isinstance(name, str) and name else None,
        parameter_overrides(merged.get("parameter_overrides")),
        path,
    )


_QUOTED = r'"(?:[^"\\]|\\.)*"'
_KEY_AND_VALUE = re.compile(
    rf'ParameterKey=({_QUOTED}|[^\s,]+),ParameterValue=({_QUOTED}|(?:\\.|[^\s"\\])*)'
    rf'|([A-Za-z0-9]+)=({_QUOTED}|(?:\\.|[^\s"\\])*)'
)


def parameter_overrides(value: Any) -> dict[str, str]:
    """Returns the parameter values from any form that `sam deploy` accepts.

    That is a string, 'A=1 B="two words"' or "ParameterKey=A,ParameterValue=1", a list of such strings,
    or an object.
    """
    if isinstance(value, dict):
        return {str(name): _override_text(item) for name, item in value.items()}
    values: dict[str, str] = {}
    for text in value if isinstance(value, list) else [value]:
        if not isinstance(text, str):
            continue
        if isinstance(value, list) and "ParameterKey=" not in text and "=" in text:
            name, _, item = text.partition("=")
            values[name.strip()] = _unquoted(item)
            continue
        for found in _KEY_AND_VALUE.finditer(text):
            values[_unquoted(found[1] or found[3])] = _unquoted(found[2] if found[1] else found[4])
    return values


def _override_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(_override_text, value)) if isinstance(value, list) else str(value)


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    return re.sub(r"\\(.)", r"\1", text)
