"""`resources.json`: the calls of AWS's services that `sfn run` makes first, so that the state
machine finds what it needs.

    [
        {"service": "s3", "operation": "CreateBucket", "parameters": {"Bucket": "letters"}},
        {"service": "s3", "operation": "PutObject",
         "parameters": {"Bucket": "letters", "Key": "a.csv", "Body": "fileb://a.csv"}},
        {"service": "dynamodb", "wait": "table_exists", "parameters": {"TableName": "letters"}}
    ]

Services, operations and parameters have the names that AWS's clients have, waiters those of boto3.
A text that is file://PATH or fileb://PATH stands for the content of a file of the folder. The calls
are made in their order, before every run. One that is refused because what it would make is there
already is no failure.

What sfn itself has of AWS's services (connections, functions, logs, state machines) is asked of it;
the rest goes where tasks call.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.cli.failures import CommandFailedError, OperationError
from sfn_cli.errors import ConfigurationError, UsageError
from sfn_cli.input_files import RESOURCE_FILE_BYTES, read_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sfn_cli.api.model import Operation
    from sfn_cli.cli.backend import Backend
    from sfn_cli.integrations.own_services import OwnService
    from sfn_cli.settings import Settings

WAITER_SECONDS = 0.25
WAITER_ATTEMPTS = 240

_THERE_ALREADY = re.compile(r"Already(Exists|OwnedByYou)|ResourceInUse|ResourceConflict|NameExists")
"""BucketAlreadyOwnedByYou, QueueAlreadyExists, ResourceInUseException (DynamoDB, Kinesis),
EntityAlreadyExists (IAM), …
"""

_LOCATION = re.compile(r"(fileb?)://(.+)", re.DOTALL)


class Call(NamedTuple):
    """One call; `wait` says that `name` is a waiter's and not an operation's."""

    place: str
    """Which of the calls of which file it is, for people."""
    service: str
    name: str
    wait: bool
    parameters: dict[str, Any]


def parse(path: Path, given: Any) -> list[Call]:
    """The calls of a file that holds `given`. Raises UsageError."""
    if not isinstance(given, list):
        raise UsageError(f"{path} must hold an array of calls.")
    return [_call(path, f"{path}, call {number}", call) for number, call in enumerate(given, 1)]


def _call(path: Path, place: str, call: Any) -> Call:
    match call:
        case {"service": str(service), "operation": str(name), **rest} if rest.keys() <= {"parameters"}:
            wait = False
        case {"service": str(service), "wait": str(name), **rest} if rest.keys() <= {"parameters"}:
            wait = True
        case _:
            raise UsageError(f'{place} must be {{"service", "operation" or "wait", "parameters"}}.')
    parameters = _with_files(path.parent, place, rest.get("parameters", {}))
    if not isinstance(parameters, dict):
        raise UsageError(f"{place}: parameters must be an object.")
    return Call(place, service, name, wait, parameters)


def _with_files(folder: Path, place: str, value: Any) -> Any:
    """The value, with the contents of the files that its texts name."""
    match value:
        case dict():
            return {name: _with_files(folder, place, member) for name, member in value.items()}
        case list():
            return [_with_files(folder, place, member) for member in value]
        case str() if (location := _LOCATION.fullmatch(value)) is not None:
            kind, path = location.groups()
            try:
                content = read_bytes(folder / path, RESOURCE_FILE_BYTES)
                return content if kind == "fileb" else content.decode()
            except OSError as error:
                raise UsageError(f"{place}: cannot read {folder / path}: {error.strerror or error}") from None
            except UnicodeDecodeError:
                raise UsageError(
                    f"{place}: {folder / path} is not UTF-8 text; fileb:// takes bytes."
                ) from None
    return value


def make(calls: Sequence[Call], backend: Backend) -> dict[str, str]:
    """Makes the calls. The environment in which functions find the services that they went to, but
    for sfn itself.

    Raises UsageError for a call that the service does not have, ConfigurationError, CommandFailedError.
    """
    from sfn_cli.integrations.aws_clients import Clients

    terminal = backend.terminal
    clients = Clients(terminal.settings)
    elsewhere = []
    for call in calls:
        own = _own(call, terminal.settings)
        if own is not None and call.wait:
            raise UsageError(
                f"{call.place}: what sfn itself has of {call.service} is there at once. "
                "There is nothing to wait for."
            )
        if own is not None and (operation := own.operation(call.name)) is not None:
            _ask_own(call, operation, backend)
        else:
            _make(call, clients.get(call.service))
            elsewhere.append(call.service)
    return clients.variables(set(elsewhere)) if elsewhere else {}


def _own(call: Call, settings: Settings) -> OwnService | None:
    from sfn_cli.integrations.own_services import OWN_SERVICES

    return next((own for own in OWN_SERVICES if own.name == call.service and own.answers(settings)), None)


def _ask_own(call: Call, operation: Operation, backend: Backend) -> None:
    try:
        backend.call(operation, call.parameters)
    except UsageError as error:
        raise UsageError(f"{call.place}: {error}") from None
    except OperationError as error:
        if not _THERE_ALREADY.search(error.error.code):
            raise CommandFailedError(f"{call.place}: {error}") from None


def _make(call: Call, client: Any) -> None:
    from botocore.exceptions import BotoCoreError, ClientError, WaiterError

    try:
        if call.wait:
            _waiter(call, client).wait(
                **call.parameters, WaiterConfig={"Delay": WAITER_SECONDS, "MaxAttempts": WAITER_ATTEMPTS}
            )
        else:
            _operation(call, client)(**call.parameters)
    except (ClientError, WaiterError) as error:
        if not _THERE_ALREADY.search(getattr(error, "response", {}).get("Error", {}).get("Code", "")):
            raise CommandFailedError(f"{call.place}: {error}") from None
    except BotoCoreError as error:
        raise ConfigurationError(f"{call.place}: {error}") from None


def _operation(call: Call, client: Any) -> Any:
    from botocore.validate import ParamValidator

    methods = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    if call.name not in methods:
        raise UsageError(f"{call.place}: {call.service} has no operation {call.name}.")
    shape = client.meta.service_model.operation_model(call.name).input_shape
    report = ParamValidator().validate(call.parameters, shape) if shape is not None else None
    if report is not None and report.has_errors():
        raise UsageError(f"{call.place}: {report.generate_report()}")
    return getattr(client, methods[call.name])


def _waiter(call: Call, client: Any) -> Any:
    if call.name not in client.waiter_names:
        raise UsageError(
            f"{call.place}: {call.service} has no waiter {call.name}. "
            f"It has {', '.join(client.waiter_names) or 'none'}."
        )
    return client.get_waiter(call.name)
