"""Creates the resources of a `resources.json` (stacks/readers/resources_json.py) for `sfn run`.

Its calls to services that are part of sfn (connections, functions, logs, state machines) run sfn's
own operations. The others go to the endpoint that tasks call.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sfn_cli.cli.failures import CommandFailedError, OperationError
from sfn_cli.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.api.model import Operation
    from sfn_cli.cli.operations.backend import Backend
    from sfn_cli.integrations.aws.local_services import LocalService
    from sfn_cli.settings import Settings
    from sfn_cli.stacks.readers.resources_json import ResourceCall

WAITER_SECONDS = 0.25
WAITER_ATTEMPTS = 240

_ALREADY_EXISTS = re.compile(r"Already(Exists|OwnedByYou)|ResourceInUse|ResourceConflict|NameExists")
"""BucketAlreadyOwnedByYou, QueueAlreadyExists, ResourceInUseException (DynamoDB, Kinesis),
EntityAlreadyExists (IAM), …
"""


def create_resources(calls: Sequence[ResourceCall], backend: Backend) -> None:
    """Makes each call. A resource that exists already is not an error.

    Raises UsageError for an operation or a waiter that the service does not have,
    ConfigurationError, CommandFailedError.
    """
    from sfn_cli.integrations.aws.clients import Clients

    terminal = backend.terminal
    clients = Clients(terminal.settings)
    for call in calls:
        own = _own_service(call, terminal.settings)
        if own is not None and call.wait:
            raise UsageError(
                f"{call.place}: {call.service} has no waiters here: sfn's own resources exist at once. "
                'Remove the call with "wait".'
            )
        if own is not None and (operation := own.operation(call.name)) is not None:
            _call_own_operation(call, operation, backend)
        else:
            _call_aws_operation(call, clients.get(call.service))


def _own_service(call: ResourceCall, settings: Settings) -> LocalService | None:
    from sfn_cli.integrations.aws.local_services import LOCAL_SERVICES

    return next((own for own in LOCAL_SERVICES if own.name == call.service and own.answers(settings)), None)


def _call_own_operation(call: ResourceCall, operation: Operation, backend: Backend) -> None:
    try:
        backend.call(operation, call.parameters)
    except UsageError as error:
        raise UsageError(f"{call.place}: {error}") from None
    except OperationError as error:
        if not _ALREADY_EXISTS.search(error.error.code):
            raise CommandFailedError(f"{call.place}: {error}") from None


def _call_aws_operation(call: ResourceCall, client: Any) -> None:
    from botocore.exceptions import BotoCoreError, ClientError, WaiterError

    try:
        if call.wait:
            _resource_waiter(call, client).wait(
                **call.parameters, WaiterConfig={"Delay": WAITER_SECONDS, "MaxAttempts": WAITER_ATTEMPTS}
            )
        else:
            _resource_operation(call, client)(**call.parameters)
    except (ClientError, WaiterError) as error:
        if not _ALREADY_EXISTS.search(getattr(error, "response", {}).get("Error", {}).get("Code", "")):
            raise CommandFailedError(f"{call.place}: {error}") from None
    except BotoCoreError as error:
        raise ConfigurationError(f"{call.place}: {error}") from None


def _resource_operation(call: ResourceCall, client: Any) -> Any:
    from botocore.validate import ParamValidator

    methods = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    if call.name not in methods:
        raise UsageError(f"{call.place}: {call.service} has no operation {call.name}.")
    shape = client.meta.service_model.operation_model(call.name).input_shape
    report = ParamValidator().validate(call.parameters, shape) if shape is not None else None
    if report is not None and report.has_errors():
        raise UsageError(f"{call.place}: {report.generate_report()}")
    return getattr(client, methods[call.name])


def _resource_waiter(call: ResourceCall, client: Any) -> Any:
    if call.name not in client.waiter_names:
        raise UsageError(
            f"{call.place}: {call.service} has no waiter {call.name}. It has "
            f"{', '.join(client.waiter_names) or 'no waiters'}."
        )
    return client.get_waiter(call.name)
