"""The function and version of a request, from FunctionName and Qualifier.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn
from sfn_cli.errors import ApiError
from sfn_cli.store.records.functions import LATEST, Function, Reference, function_reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.jsonvalue import Json


def parse_function_reference(request: Mapping[str, Any]) -> Reference:
    """Returns the function's name, and the qualifier from FunctionName or Qualifier.

    Raises ApiError if both have one and they differ.
    """
    name, qualifier = function_reference(request["FunctionName"])
    given = request.get("Qualifier")
    if given and qualifier and given != qualifier:
        raise invalid_function_reference(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    return Reference(name, qualifier or given or None)


def existing_function_reference(service: Service, request: Mapping[str, Any]) -> Function:
    """Returns the function at the version (or the alias's version) in the request. Raises ApiError."""
    name, qualifier = parse_function_reference(request)
    number = 0 if qualifier in (None, LATEST) else arn.version_number_of_arn(qualifier)
    if number is None and qualifier is not None:
        route = service.functions.route(name, qualifier)
        number = None if route is None else route.number
    function = None if number is None else service.functions.find(name, number)
    if function is None:
        raise function_reference_not_found(service, request)
    return function


def existing_latest_reference(service: Service, request: Mapping[str, Any]) -> Function:
    """Returns the current function, for an operation without versions. Raises ApiError.

    A request with a version or an alias is rejected.
    """
    if parse_function_reference(request).qualifier not in (None, LATEST):
        raise function_reference_not_found(service, request)
    return existing_function_reference(service, request)


def function_reference_not_found(service: Service, request: Mapping[str, Any]) -> ApiError:
    return referenced_function_not_found(function_arn(service, *parse_function_reference(request)))


def referenced_function_not_found(function_arn: str) -> ApiError:
    return ApiError("ResourceNotFoundException", f"Function not found: {function_arn}", status=404)


def check_reference_region(service: Service, given_arn: str) -> None:
    """Raises ApiError if a function's ARN has another region than the settings.

    The ARN with which the function was created is accepted: a store may be used with several regions.
    """
    parsed, own = arn.parse_arn(given_arn), service.settings.region
    if parsed is None or parsed.region in ("", own):
        return
    function = service.functions.find(function_reference(given_arn).name, 0)
    if function is None or not f"{given_arn}:".startswith(f"{function.arn}:"):
        raise ApiError(
            "ResourceNotFoundException",
            f"Functions from '{parsed.region}' are not reachable in this region ('{own}')",
            status=404,
        )


def function_arn(service: Service, name: str, qualifier: str | None = None) -> str:
    own = arn.function_arn(service.settings.region, service.settings.account_id, name)
    return f"{own}:{qualifier}" if qualifier else own


def invalid_function_reference(message: str) -> ApiError:
    return ApiError("InvalidParameterValueException", message)


def check_reference_revision(request: Mapping[str, Any], revision_id: Json) -> None:
    """Raises ApiError if the request is for a different revision."""
    if request.get("RevisionId") not in (None, revision_id):
        raise ApiError(
            "PreconditionFailedException",
            "The Revision Id provided does not match the latest Revision Id. "
            "Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
            status=412,
        )
