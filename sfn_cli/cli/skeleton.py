"""--generate-cli-skeleton: a request to fill in, or an answer as an example, made from the model."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sfn_cli.api.model import Operation, Shape

_EMPTY = {"integer": 0, "long": 0, "float": 0.0, "double": 0.0, "boolean": True, "timestamp": "1970-01-01T00:00:00"}


def write(operation: Operation, form: str, stream: IO[str]) -> None:
    """Writes the form "input", "output" or "yaml-input"."""
    if form == "yaml-input":
        for name, shape in operation.input["members"].items():
            _write_yaml(name, shape, name in operation.input.get("required", ()), stream)
        return
    from sfn_cli.cli.output import json

    if form == "input":
        json.write(_example(operation.input, ""), stream)
    else:
        json.write(_example(operation.output, "", named=True), stream)


def _example(shape: Shape, name: str, *, named: bool = False) -> Any:
    """An example of a value; with `named`, a text is its member's name, as in an answer."""
    match shape["type"]:
        case "structure":
            return {member: _example(inner, member, named=named) for member, inner in shape["members"].items() if not _is_ours(inner)}
        case "list":
            return [_example(shape["member"], "", named=named)]
        case "map":
            return {"KeyName": _example(shape["value"], "", named=named)}
        case "string" if named:
            return name
        case "string":
            return shape["enum"][0] if "enum" in shape else ""
        case "blob":
            return name if named else ""
    return _EMPTY[shape["type"]]


def _is_ours(shape: Shape) -> bool:
    return bool(shape.get("extension"))


def _write_yaml(name: str, shape: Shape, required: bool, stream: IO[str], indent: str = "") -> None:
    """One member, with a comment that says whether it is required and which values it may have."""
    notes = ["[REQUIRED]"] if required else []
    if "enum" in shape:
        notes.append(f"Valid values are: {', '.join(shape['enum'])}.")
    comment = f"  # {' '.join(notes)}" if notes else ""
    inner = " " * len(indent)
    match shape["type"]:
        case "structure":
            stream.write(f"{indent}{name}:{comment}\n")
            _write_members(shape, stream, f"{inner}  ", f"{inner}  ")
        case "list" if shape["member"]["type"] == "structure":
            stream.write(f"{indent}{name}:{comment}\n")
            _write_members(shape["member"], stream, f"{inner}- ", f"{inner}  ")
        case "list":
            stream.write(f"{indent}{name}:{comment}\n{inner}- {_yaml_scalar(shape['member'])}\n")
        case "map":
            stream.write(f"{indent}{name}:{comment}\n{inner}  KeyName: {_yaml_scalar(shape['value'])}\n")
        case _:
            stream.write(f"{indent}{name}: {_yaml_scalar(shape)}{comment}\n")


def _write_members(shape: Shape, stream: IO[str], first: str, indent: str) -> None:
    for name, member in shape["members"].items():
        if not _is_ours(member):
            _write_yaml(name, member, name in shape.get("required", ()), stream, first)
            first = indent


def _yaml_scalar(shape: Shape) -> str:
    example = _example(shape, "")
    if isinstance(example, bool):
        return str(example).lower()
    return "''" if example == "" else str(example)
