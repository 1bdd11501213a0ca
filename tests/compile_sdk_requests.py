"""Compiles the requests of all AWS services: `python -m tests.compile_sdk_requests [--check]`.

It writes a small JSON file for each service that aws-sdk tasks can call to
`sfn_cli/sdk_requests/services/`, from the botocore that the tests use: names and types of fields,
and which are required; no documentation, no responses. `--check` writes nothing and exits with 1,
naming the files, when the package's files are not what this script would write.

A file: `requests` has an entry for each action, `structures` one for each structure in a request.
Both map each type to the names of the fields that have it. How types are written is in
`sfn_cli/sdk_requests/__init__.py`.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

from sfn_cli.integrations.aws.clients import client_service_names
from sfn_cli.integrations.aws.shapes import sdk_member_name
from sfn_cli.sdk_requests import (
    BLOB,
    BOOLEAN,
    DOCUMENT,
    INTEGER,
    LIST,
    MAP,
    NUMBER,
    STRING,
    STRUCTURE,
    TIMESTAMP,
)
from tests.compiled_files import ROOT, update_compiled_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SERVICES = ROOT / "sfn_cli" / "sdk_requests" / "services"

_SCALARS = {
    "string": STRING, "character": STRING, "integer": INTEGER, "long": INTEGER, "float": NUMBER,
    "double": NUMBER, "boolean": BOOLEAN, "blob": BLOB, "timestamp": TIMESTAMP,
}  # fmt: skip


class _Structures:
    """The structures in the requests of one service."""

    def __init__(self) -> None:
        self.described: dict[str, dict[str, str]] = {}

    def type_of(self, shape: Shape) -> str:
        if getattr(shape, "is_document_type", False):
            return DOCUMENT
        if isinstance(shape, ListShape):
            return f"{LIST}{self.type_of(shape.member)}"
        if isinstance(shape, MapShape):
            return f"{MAP}{self.type_of(shape.value)}"
        if isinstance(shape, StructureShape):
            if shape.name not in self.described:
                self.described[shape.name] = {}  # a structure may contain itself
                self.described[shape.name] = self.fields(shape)
            return f"{STRUCTURE}{shape.name}"
        return _SCALARS[shape.type_name]

    def fields(self, shape: StructureShape, but: Iterable[str] = ()) -> dict[str, str]:
        names: dict[str, list[str]] = {}
        for name, member in shape.members.items():
            if name not in but and not member.serialization.get("eventstream"):
                names.setdefault(self.type_of(member), []).append(sdk_member_name(name))
        return {type_: " ".join(sorted(names[type_])) for type_ in sorted(names)}


def main(arguments: list[str]) -> int:
    return update_compiled_files(SERVICES, dict(_files()), "tests.compile_sdk_requests", arguments)


def _files() -> Iterator[tuple[str, str]]:
    names = client_service_names(botocore.session.Session())
    loader = Loader()
    for sdk_name in sorted(names):
        model = ServiceModel(loader.load_service_model(names[sdk_name], "service-2"), names[sdk_name])
        yield f"{sdk_name}.json", _service(model)


def _service(model: ServiceModel) -> str:
    """Returns a file's text, with a line for each entry, so that changes can be read."""
    structures = _Structures()
    requests = {
        name[:1].lower() + name[1:]: _request(model.operation_model(name), structures)
        for name in sorted(model.operation_names)
    }
    parts = (("requests", requests), ("structures", dict(sorted(structures.described.items()))))
    return "{" + ",\n".join(f'"{name}":{_lines(part)}' for name, part in parts) + "}\n"


def _lines(entries: dict[str, Any]) -> str:
    lines = (
        f"{json.dumps(name)}:{json.dumps(entry, separators=(',', ':'))}" for name, entry in entries.items()
    )
    return "{\n" + ",\n".join(lines) + "\n}"


def _request(operation: OperationModel, structures: _Structures) -> dict[str, str]:
    shape = operation.input_shape
    if shape is None:
        return {}
    streams = [name for name, member in shape.members.items() if member.serialization.get("streaming")]
    # The SDKs fill idempotency tokens themselves.
    required = [
        name
        for name in shape.required_members
        if name not in streams and not shape.members[name].metadata.get("idempotencyToken")
    ]
    described = {}
    if required or streams:
        described["required"] = " ".join(map(sdk_member_name, [*required, *streams]))
    if streams:
        (stream,) = streams
        described["stream"] = sdk_member_name(stream)
    return {**described, **structures.fields(shape, but=streams)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
