"""docs/reference/folder.md: the files of an sfn folder, from the readers and the service models."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sfn_cli import input_files
from sfn_cli.api.model import load_model
from sfn_cli.cli.run.dev_services import START_SECONDS
from sfn_cli.errors import UsageError
from sfn_cli.stacks.readers.folder import read_folder
from tests.reference_pages.markdown import code_list, generated_head, markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

INTRODUCTION = """\
An sfn folder is a project in sfn's own form: a definition, and files with everything that it needs. This
page lists the files and their fields. [The guide](../guides/folder.md) shows how to write one.

```text
order/                      the name of the folder is the name of the state machine
├── order.asl.json          the definition: the only *.asl.json, *.asl.yaml or *.asl.yml
├── input.json              the input, if the command has none
├── machine.json            other fields of the state machine
├── resources.json          calls to AWS services before each run
├── services.json           HTTP services that run during sfn run
├── MockConfigFile.json     mocks and test cases
└── functions/
    └── price/              the name of a Lambda function
        ├── app.py          a handler in Python, or
        ├── bootstrap       an executable: a custom runtime
        └── function.json   fields of the function
```

Only the definition is required. `sfn run FILE.asl.json` takes a definition by its path, with the files
beside it. A file that cannot be read, is not JSON or has an unknown field is an error with exit code 252,
and nothing is created.

## The definition

The file is JSON or YAML. Characters in the folder's name that a state machine's name cannot have become
hyphens. In the definition, `${NAME}` is replaced by the URL of a service in `services.json`. Any other
`${…}` stays as it is.

## input.json

The input of the execution, if you do not pass `--input`. Without this file, sfn takes the only
`events/*.json`, or else the input of an earlier execution.

## machine.json

An object with fields of `CreateStateMachine`:
"""

MACHINE_MEMBERS: Mapping[str, str] = {
    "type": "`STANDARD` (the default) or `EXPRESS`",
    "loggingConfiguration": "the execution log. The log group is created",
    "tags": "tags of the state machine",
    "publish": "`true` publishes a version when the state machine is created or changed",
    "versionDescription": "the description of this version",
    "tracingConfiguration": "stored and shown. Nothing is traced",
    "encryptionConfiguration": "stored and shown. Nothing is encrypted",
}

FUNCTIONS = """\
Name, definition and role come from the folder.

## functions/NAME/

Each subfolder of `functions` with an `app.py`, a `bootstrap` or a `function.json` is a Lambda function
with the subfolder's name. A Task calls it as `arn:aws:lambda:us-east-1:123456789012:function:NAME`.

The code runs from this folder, so a change applies to the next invocation. Packages in a
`requirements.txt` or `package.json` in the folder are installed in the home, not in the folder.

| the folder has | `Runtime` | `Handler` |
|---|---|---|
| `app.py` | the Python that runs sfn | `app.lambda_handler` |
| `bootstrap`, and no `app.py` | `provided.al2023` | `bootstrap` |

`function.json` changes these defaults. It is an object with fields of `CreateFunction`. These have an
effect:
"""

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

OTHER_FILES = """\
## resources.json

An array of calls to AWS services. `sfn run` makes them in order before each run. A call that fails
because the resource already exists is ignored, so the calls can be repeated.

| field | value |
|---|---|
| `service` | the service's name in boto3, for example `dynamodb` |
| `operation` | an operation, for example `CreateTable`, or instead: |
| `wait` | a waiter of boto3, for example `table_exists` |
| `parameters` | the parameters. A text `file://PATH` is replaced by the text of that file in the folder, and `fileb://PATH` by its bytes |

```json
[
    {"service": "s3", "operation": "CreateBucket", "parameters": {"Bucket": "letters"}},
    {"service": "s3", "operation": "PutObject",
     "parameters": {"Bucket": "letters", "Key": "a.csv", "Body": "fileb://a.csv"}},
    {"service": "dynamodb", "wait": "table_exists", "parameters": {"TableName": "letters"}}
]
```

The calls go where [the calls of tasks go](integrations.md#where-calls-to-aws-services-go): by default to
the local AWS services. Calls to services in the store (`stepfunctions`, `lambda`, `logs`, and connections of
`events`) need no extra.

## services.json

An object with the HTTP services that the state machine calls. `sfn run` starts them, waits until they
accept connections, and stops them when it ends.

```json
{
    "Inventory": {"command": ["python", "services/inventory.py"]},
    "Shipping": {"command": ["node", "services/shipping.js"]}
}
```

| | |
|---|---|
| name | letters, digits and `_`. `${Inventory}` in the definition is replaced by the service's URL |
| `command` | the program and its arguments. It runs in the folder, in the environment of `sfn run`. `python` is the Python that runs sfn |
| `PORT` | the environment variable with the port. The service must listen there on 127.0.0.1, within SECONDS seconds |
| output | goes to a file in the home. `sfn run` prints its path |
| end | SIGTERM when `sfn run` ends, however it ends, and SIGKILL two seconds later |

If you interrupt `sfn run`, the execution continues without the services: its calls fail, and its Retriers
repeat them. The next `sfn run` starts the services at the same ports, if these are free.

## MockConfigFile.json

Mocks and test cases in the format of Step Functions Local. `sfn run --test-case CASE` selects a test case.
`SFN_MOCK_CONFIG` takes precedence over this file. See [Mocks and faults](../guides/mocks-and-faults.md).

| place | value |
|---|---|
| `/StateMachines/MACHINE/TestCases/CASE/STATE` | the name of a mocked response for a Task state |
| `/MockedResponses/NAME/N` or `/MockedResponses/NAME/N-M` | the answer to invocation N, or to N to M. They count from 0, without gaps |
| `…/Return` | the result of the task |
| `…/Throw` | `{"Error": …, "Cause": …}`: the task fails |
"""


def page() -> str:
    """Returns the text of the page."""
    machine = set(
        _accepted("machine.json", load_model("stepfunctions", "CreateStateMachine").input["members"])
    )
    function = set(
        _accepted("functions/price/function.json", load_model("lambda", "CreateFunction").input["members"])
    )
    assert machine == MACHINE_MEMBERS.keys(), machine ^ MACHINE_MEMBERS.keys()
    assert function > FUNCTION_MEMBERS.keys(), FUNCTION_MEMBERS.keys() - function
    lines = [generated_head("Files of an sfn folder", "sfn_cli/stacks/readers/folder.py"), INTRODUCTION]
    lines += [*_member_table(MACHINE_MEMBERS), "", FUNCTIONS]
    lines += [*_member_table(FUNCTION_MEMBERS), ""]
    ignored = code_list(sorted(function - FUNCTION_MEMBERS.keys()))
    lines += [f"Other fields of `CreateFunction` are accepted and ignored: {ignored}.", ""]
    lines += [OTHER_FILES.replace("SECONDS", f"{START_SECONDS:.0f}"), *_limits()]
    return "\n".join(lines)


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
    yield from ("## Sizes", "")
    yield (
        f"A file of the folder may have {input_files.PROJECT_FILE_BYTES // 2**20} MiB, and a file that "
        f"`resources.json` names {input_files.RESOURCE_FILE_BYTES // 2**20} MiB."
    )
    yield ""
