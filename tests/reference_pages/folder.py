"""docs/reference/folder.md: the files of an sfn folder, from the readers and the service models."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sfn_cli.api.model import load_model
from sfn_cli.cli.run.dev_services import START_SECONDS
from sfn_cli.errors import UsageError
from sfn_cli.input_files import PROJECT_FILE_BYTES, RESOURCE_FILE_BYTES
from sfn_cli.stacks.readers.folder import read_folder
from tests.reference_pages.markdown import code_list, markdown_table, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.reference_pages.markdown import Parts

MACHINE_MEMBERS: Mapping[str, str] = {
    "type": "`STANDARD` (the default) or `EXPRESS`",
    "loggingConfiguration": "the execution log. The log group is created",
    "tags": "tags of the state machine",
    "publish": "`true` publishes a version when the state machine is created or changed",
    "versionDescription": "the description of this version",
    "tracingConfiguration": "stored and shown. Nothing is traced",
    "encryptionConfiguration": "stored and shown. Nothing is encrypted",
}

FUNCTION_MEMBERS: Mapping[str, str] = {
    "Runtime": "`python3.12`, `nodejs22.x`, `provided.al2023`, …",
    "Handler": "the handler, for example `index.handler`",
    "Timeout": "seconds that an invocation may take (3)",
    "MemorySize": "MB (128): in `AWS_LAMBDA_FUNCTION_MEMORY_SIZE` and in the log. It is not a limit",
    "Environment": '`{"Variables": {…}}`',
    "Layers": "the ARNs of layers",
    "LoggingConfig": "`LogGroup`, the log group of the function",
    "EphemeralStorage": "stored and shown",
    "TracingConfig": "stored and shown",
    "Description": "stored and shown",
    "Architectures": "stored and shown",
    "Role": "stored and shown. Roles are not checked",
    "PackageType": "`Zip`. A function of type `Image` is created, but its invocations fail",
    "Tags": "tags of the function",
}


def _machine_json() -> Iterator[str]:
    members = load_model("stepfunctions", "CreateStateMachine").input["members"]
    accepted = set(_accepted("machine.json", members))
    assert accepted == MACHINE_MEMBERS.keys(), accepted ^ MACHINE_MEMBERS.keys()
    return _member_table(MACHINE_MEMBERS)


def _function_json() -> Iterator[str]:
    assert FUNCTION_MEMBERS.keys() < _function_members(), FUNCTION_MEMBERS.keys() - _function_members()
    return _member_table(FUNCTION_MEMBERS)


def _ignored() -> Iterator[str]:
    ignored = code_list(sorted(_function_members() - FUNCTION_MEMBERS.keys()))
    return paragraph(f"Other fields of `CreateFunction` are accepted and ignored: {ignored}.")


def _function_members() -> set[str]:
    members = load_model("lambda", "CreateFunction").input["members"]
    return set(_accepted("functions/price/function.json", members))


def _accepted(file: str, members: Sequence[str]) -> Iterator[str]:
    """Yields the members of an operation's request that a file may have."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        (folder / "m.asl.json").write_text('{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}')
        for member in members:
            path.write_text(json.dumps({member: {}}))
            try:
                read_folder(folder)
            except UsageError:
                continue
            yield member


def _member_table(members: Mapping[str, str]) -> Iterator[str]:
    return markdown_table(("field", "meaning"), ((f"`{name}`", text) for name, text in members.items()))


def _limits() -> Iterator[str]:
    return markdown_table(
        ("what", "limit"),
        (
            ("a file of the folder", f"{PROJECT_FILE_BYTES // 2**20} MiB"),
            ("a file that `resources.json` names", f"{RESOURCE_FILE_BYTES // 2**20} MiB"),
            ("the time until a service of `services.json` accepts connections", f"{START_SECONDS:.0f} s"),
        ),
    )


PARTS: Parts = {
    "machine.json": _machine_json,
    "function.json": _function_json,
    "ignored": _ignored,
    "limits": _limits,
}
