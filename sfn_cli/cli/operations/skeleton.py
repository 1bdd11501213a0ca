"""--generate-cli-skeleton: a request to fill in, or an example response, from the model."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from sfn_cli.api.model import is_not_in_aws_model

if TYPE_CHECKING:
    from sfn_cli.api.model import Operation, Shape
    from sfn_cli.cli.aws_documentation import Path

_EMPTY = {
    "integer": 0,
    "long": 0,
    "float": 0.0,
    "double": 0.0,
    "boolean": True,
    "timestamp": "1970-01-01T00:00:00",
}


def write_skeleton(operation: Operation, form: str, stream: IO[str]) -> None:
    """Writes the form "input", "output" or "yaml-input"."""
    if form == "yaml-input":
        _YamlSkeleton(operation, stream).write_members(operation.input, (), "", "")
        return
    from sfn_cli.cli.output import json

    if form == "input":
        json.write(_skeleton_example(operation.input, ""), stream)
    else:
        json.write(_skeleton_example(operation.output, "", named=True), stream)


def _skeleton_example(shape: Shape, name: str, *, named: bool = False) -> Any:
    """Returns an example value; with `named`, a text is its member's name, as in a response."""
    match shape["type"]:
        case "structure":
            return {
                member: _skeleton_example(inner, member, named=named)
                for member, inner in shape["members"].items()
                if not is_not_in_aws_model(inner)
            }
        case "list":
            return [_skeleton_example(shape["member"], "", named=named)]
        case "map":
            return {"KeyName": _skeleton_example(shape["value"], "", named=named)}
        case "string" if named:
            return name
        case "string":
            return shape["enum"][0] if "enum" in shape else ""
        case "blob":
            return name if named else ""
    return _EMPTY[shape["type"]]


class _YamlSkeleton:
    """A request to fill in, with a comment for each member.

    It says whether the member is required, AWS's documentation of it, and which values it may have.
    """

    def __init__(self, operation: Operation, stream: IO[str]) -> None:
        from sfn_cli.cli.aws_documentation import documentation_first_sentences

        self._says = documentation_first_sentences(operation)
        self._stream = stream

    def write_members(self, shape: Shape, path: Path, first: str, indent: str) -> None:
        """Writes the members of a structure.

        `first` precedes the first of them ("- " in a list), `indent` the others.
        """
        required = shape.get("required", ())
        # aws puts two spaces between the first member's value and its comment, else one.
        begin, gap = first, "  "
        for name, member in shape["members"].items():
            if not is_not_in_aws_model(member):
                self._write_member(member, (*path, name), name in required, begin, indent, gap)
                begin, gap = indent, " "

    def _write_member(
        self, shape: Shape, path: Path, required: bool, begin: str, indent: str, gap: str
    ) -> None:
        write = self._stream.write
        name, comment = path[-1], self._comment(shape, path, required)
        note = f" {comment}" if comment else ""
        match shape["type"]:
            case "structure":
                write(f"{begin}{name}:{note}\n")
                self.write_members(shape, path, f"{indent}  ", f"{indent}  ")
            case "list" if shape["member"]["type"] == "structure":
                write(f"{begin}{name}:{note}\n")
                self.write_members(shape["member"], path, f"{indent}- ", f"{indent}  ")
            case "list":
                write(f"{begin}{name}:{note}\n{indent}- {_yaml_skeleton_scalar(shape['member'])}\n")
            case "map":
                write(f"{begin}{name}:{note}\n{indent}  KeyName: {_yaml_skeleton_scalar(shape['value'])}\n")
            case _:
                write(f"{begin}{name}: {_yaml_skeleton_scalar(shape)}{gap + comment if comment else ''}\n")

    def _comment(self, shape: Shape, path: Path, required: bool) -> str:
        notes = ["[REQUIRED]"] if required else []
        if path in self._says:
            notes.append(self._says[path])
        if "enum" in shape:
            notes.append(f"Valid values are: {', '.join(shape['enum'])}.")
        return f"# {' '.join(notes)}" if notes else ""


def _yaml_skeleton_scalar(shape: Shape) -> str:
    example = _skeleton_example(shape, "")
    if isinstance(example, bool):
        return str(example).lower()
    return "''" if example == "" else str(example)
