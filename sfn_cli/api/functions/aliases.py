"""Aliases of functions: CreateAlias, GetAlias, UpdateAlias, DeleteAlias, ListAliases.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
An alias points to one version, or to two with weights; each invocation draws one of them
(`functions/routing.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn
from sfn_cli.api.functions import paging
from sfn_cli.api.functions.references import (
    check_reference_revision,
    existing_latest_reference,
    function_arn,
    invalid_function_reference,
    referenced_function_not_found,
)
from sfn_cli.errors import ApiError
from sfn_cli.store.records.functions import FunctionAlias, function_version_name
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service


def create_alias(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name = existing_latest_reference(service, request).name
    alias = FunctionAlias(
        request["Name"],
        _version_of_alias(request["FunctionVersion"]),
        _alias_weights(request) or {},
        request.get("Description", ""),
        random_uuid(),
    )
    _check_alias(service, name, alias)
    if not service.function_aliases.create(name, alias):
        raise ApiError(
            "ResourceConflictException",
            f"Alias already exists: {function_arn(service, name, alias.name)}",
            status=409,
        )
    return _alias_response(service, name, alias)


def get_alias(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name = existing_latest_reference(service, request).name
    alias = service.function_aliases.find(name, request["Name"])
    if alias is None:
        raise _missing_alias(f"Cannot find alias arn: {function_arn(service, name, request['Name'])}")
    return _alias_response(service, name, alias)


def update_alias(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Changes only the given members; AdditionalVersionWeights={} removes the weights."""
    name = existing_latest_reference(service, request).name
    weights = _alias_weights(request)

    def change(alias: FunctionAlias) -> FunctionAlias:
        check_reference_revision(request, alias.revision_id)
        changed = alias._replace(
            number=_version_of_alias(request["FunctionVersion"])
            if "FunctionVersion" in request
            else alias.number,
            weights=alias.weights if weights is None else weights,
            description=request.get("Description", alias.description),
            revision_id=random_uuid(),
        )
        _check_alias(service, name, changed)
        return changed

    alias = service.function_aliases.update(name, request["Name"], change)
    if alias is None:
        raise _missing_alias(f"Alias not found: {function_arn(service, name, request['Name'])}")
    return _alias_response(service, name, alias)


def delete_alias(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Deletes the alias; it is not an error if it does not exist."""
    service.function_aliases.delete(existing_latest_reference(service, request).name, request["Name"])
    return {}


def list_aliases(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name = existing_latest_reference(service, request).name
    number = _version_of_alias(request["FunctionVersion"]) if "FunctionVersion" in request else None
    return paging.functions_page(
        "Aliases",
        request,
        lambda after, limit: service.function_aliases.page(name, after, limit, number=number),
        lambda alias: alias.name,
        lambda alias: _alias_response(service, name, alias),
    )


def _version_of_alias(version: str) -> int:
    """Returns the number of a version; the model allows only $LATEST or digits."""
    return arn.version_number_of_arn(version) or 0


def _alias_weights(request: Mapping[str, Any]) -> dict[str, float] | None:
    """Returns the weights in the request, or None if it has none."""
    if "RoutingConfig" not in request:
        return None
    return dict(request["RoutingConfig"].get("AdditionalVersionWeights") or {})


def _check_alias(service: Service, function: str, alias: FunctionAlias) -> None:
    """Raises ApiError unless the alias points to existing versions, at most two."""
    if len(alias.weights) > 1:
        raise invalid_function_reference(
            "Number of items in AdditionalVersionWeights cannot be greater than 1"
        )
    if alias.weights and alias.number == 0:
        raise invalid_function_reference(
            "$LATEST is not supported for an alias pointing to more than 1 version"
        )
    numbers = [alias.number, *map(_version_of_alias, alias.weights)]
    if len(set(numbers)) < len(numbers):
        number = alias.number
        raise invalid_function_reference(
            f"Invalid function version {number}. "
            f"Function version {number} is already included in routing configuration."
        )
    for number in numbers:
        if service.functions.revision(function, number) is None:
            raise referenced_function_not_found(
                function_arn(service, function, function_version_name(number))
            )


def _missing_alias(message: str) -> ApiError:
    return ApiError("ResourceNotFoundException", message, status=404)


def _alias_response(service: Service, function: str, alias: FunctionAlias) -> dict[str, Any]:
    """Returns an AliasConfiguration."""
    shown: dict[str, Any] = {
        "AliasArn": function_arn(service, function, alias.name),
        "Name": alias.name,
        "FunctionVersion": function_version_name(alias.number),
        "Description": alias.description,
        "RevisionId": alias.revision_id,
    }
    return {**shown, "RoutingConfig": {"AdditionalVersionWeights": alias.weights}} if alias.weights else shown
