"""Which function, at which version, a request means: FunctionName and Qualifier.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn
from sfn_cli.errors import ApiError
from sfn_cli.store.records.functions import LATEST, Function, Reference, reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.jsonvalue import Json


def parse_reference(request: Mapping[str, Any]) -> Reference:
    """Returns the function's name, and the qualifier that is part of it or a member of its own.
    Raises ApiError when they differ.
    """
    name, qualifier = reference(request["FunctionName"])
    given = request.get("Qualifier")
    if given and qualifier and given != qualifier:
        raise invalid("The derived qualifier from the function name does not match the specified qualifier.")
    return Reference(name, qualifier or given or None)


def existing(service: Service, request: Mapping[str, Any]) -> Function:
    """The function at the version that is meant; an alias's is the one that it leads to. Raises ApiError."""
    name, qualifier = parse_reference(request)
    number = 0 if qualifier in (None, LATEST) else arn.version_number(qualifier)
    if number is None and qualifier is not None:
        route = service.functions.route(name, qualifier)
        number = None if route is None else route.number
    function = None if number is None else service.functions.find(name, number)
    if function is None:
        raise not_found(service, request)
    return function


def existing_latest(service: Service, request: Mapping[str, Any]) -> Function:
    """Returns the function as it is now, for an operation that takes no version or alias. Raises
    ApiError.
    """
    if parse_reference(request).qualifier not in (None, LATEST):
        raise not_found(service, request)
    return existing(service, request)


def not_found(service: Service, request: Mapping[str, Any]) -> ApiError:
    return no_function(function_arn(service, *parse_reference(request)))


def no_function(function_arn: str) -> ApiError:
    return ApiError("ResourceNotFoundException", f"Function not found: {function_arn}", status=404)


def function_arn(service: Service, name: str, qualifier: str | None = None) -> str:
    own = arn.function(service.settings.region, service.settings.account_id, name)
    return f"{own}:{qualifier}" if qualifier else own


def invalid(message: str) -> ApiError:
    return ApiError("InvalidParameterValueException", message)


def check_revision(request: Mapping[str, Any], revision_id: Json) -> None:
    """Raises ApiError when the request is for another revision than this."""
    if request.get("RevisionId") not in (None, revision_id):
        raise ApiError(
            "PreconditionFailedException",
            "The Revision Id provided does not match the latest Revision Id. "
            "Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
            status=412,
        )
