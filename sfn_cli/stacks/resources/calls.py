"""Calls that create and change resources: sfn's own operations, and other AWS services.

Each call converts a resource's properties to the operation's request. An error response is raised as a
ResourceError with an ApiError, whether the resource is in the store or in another service.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ApiError, ConfigurationError, UsageError
from sfn_cli.stacks.resources.fitting import fit_request
from sfn_cli.stacks.resources.resource import ResourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sfn_cli.api.model import Operation
    from sfn_cli.stacks.resources.resource import (
        CreatedResource,
        Naming,
        Properties,
        ProvisioningContext,
        ResourceType,
    )

_NOT_FOUND = re.compile("DoesNotExist|NonExistent|NoSuch|NotFound|^404$")
_ALREADY_EXISTS = re.compile(
    "AlreadyExist|AlreadyOwnedByYou|ResourceExists|ResourceInUse|ConflictException|NameExists"
)


def call_store(
    context: ProvisioningContext,
    service: str,
    operation: str,
    properties: Mapping[str, Any],
    own: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Calls one of sfn's own operations and returns its response; adds `own` to the request as it is.

    Raises ResourceError.
    """
    from sfn_cli.api import call_api, model

    called = model.load_model(service, operation)
    with store_errors(operation):
        return call_api(context.service, called, store_request(called, properties, own))


def store_request(
    operation: Operation, properties: Mapping[str, Any], own: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Returns the request of one of sfn's own operations, not checked yet."""
    from sfn_cli.integrations.aws.shapes import OwnShape

    return {**fit_request(OwnShape(operation.input), properties), **(own or {})}


@contextmanager
def store_errors(operation: str) -> Iterator[None]:
    """Raises the errors of one of sfn's own operations as a ResourceError."""
    try:
        yield
    except ApiError as error:
        raise ResourceError(error.message, operation, error) from error
    except UsageError as error:
        raise _invalid_call(str(error), operation) from None


def create_or_update(
    context: ProvisioningContext,
    service: str,
    noun: str,
    properties: Mapping[str, Any],
    own: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], bool]:
    """Calls the operation Create`noun`, or Update`noun` if there is one already.

    Returns the response, and whether it existed. Raises ResourceError.
    """
    try:
        return call_store(context, service, f"Create{noun}", properties, own), False
    except ResourceError as error:
        if not already_exists(error):
            raise
        return call_store(context, service, f"Update{noun}", properties, own), True


def call_service(
    context: ProvisioningContext, service: str, operation: str, properties: Mapping[str, Any]
) -> dict[str, Any]:
    """Calls another service, by its botocore name and AWS's operation, and returns its response.

    Raises ResourceError; ConfigurationError if the service cannot be reached.
    """
    request = fitted_call(context, service, operation, properties)
    client = context.clients.get(service)
    from botocore import xform_name
    from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

    try:
        answer: dict[str, Any] = getattr(client, xform_name(operation))(**request)
    except ClientError as error:
        details = error.response.get("Error", {})
        code, message = str(details.get("Code", "")), str(details.get("Message") or error)
        if "<html" in message.lower():  # the error page of an emulator that failed
            message = f"{operation} failed with an internal error of the local AWS services: {code}"
        raise ResourceError(_one_line(message), operation, ApiError(code, message)) from None
    except ParamValidationError as error:
        raise _invalid_call(str(error), operation) from None
    except BotoCoreError as error:
        raise ConfigurationError(str(error)) from None
    return answer


def fitted_call(
    context: ProvisioningContext, service: str, operation: str, properties: Mapping[str, Any]
) -> dict[str, Any]:
    """Returns the request of another service's operation.

    Raises ResourceError if the properties break the operation's model.
    """
    client = context.clients.get(service)
    from botocore.validate import ParamValidator

    shape = client.meta.service_model.operation_model(operation).input_shape
    if shape is None:
        return {}
    request = fit_request(shape, properties)
    if (problems := ParamValidator().validate(request, shape)).has_errors():
        raise _invalid_call(problems.generate_report(), operation)
    return request


def _invalid_call(message: str, operation: str) -> ResourceError:
    lines = message.removeprefix("Parameter validation failed:\n")
    return ResourceError(_one_line(lines), operation, ApiError("ValidationException", message))


def _one_line(message: str) -> str:
    return "; ".join(line.strip() for line in message.splitlines() if line.strip())


def is_not_found(error: ResourceError) -> bool:
    """Whether an operation failed because the resource does not exist."""
    return error.error is not None and _NOT_FOUND.search(error.error.code) is not None


def already_exists(error: ResourceError) -> bool:
    """Whether a creation failed because the resource already exists."""
    return error.error is not None and _ALREADY_EXISTS.search(error.error.code) is not None


def none_if_missing(call: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    """Returns the response of a call that reads or deletes; None if the resource does not exist."""
    try:
        return call()
    except ResourceError as error:
        if not is_not_found(error):
            raise
        return None


def emulated_type(service: str, row: ResourceType) -> ResourceType:
    """Returns the row of a resource in another service than sfn's own.

    With SFN_AWS=real, calls go to AWS itself, and nothing is created, changed or deleted there: the
    resource is assumed to exist under its predicted name.
    """

    def is_real(context: ProvisioningContext) -> bool:
        return context.clients.route(service)[1]

    def create(context: ProvisioningContext, properties: Properties) -> CreatedResource:
        if is_real(context):
            return row.predict(context.naming, properties)
        return row.create(context, properties)

    def update(
        context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
    ) -> CreatedResource:
        if is_real(context):
            return row.predict(context.naming, new)
        assert row.update is not None
        return row.update(context, created, old, new)

    def delete(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
        if not is_real(context):
            row.delete(context, created, properties)

    return row._replace(create=create, update=update if row.update else None, delete=delete)


def predicted_name(naming: Naming, properties: Properties, property: str, length: int, **how: bool) -> str:
    """Returns the name in a property, or a generated one."""
    given = properties.get(property)
    return str(given) if given else naming.generated(length, **how)
