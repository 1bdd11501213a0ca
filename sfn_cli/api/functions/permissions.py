"""Resource policies of functions: AddPermission, RemovePermission, GetPolicy.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
They are stored and listed. No caller is refused: sfn does not check permissions.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from sfn_cli.api.functions.references import (
    existing_function_reference,
    function_arn,
    invalid_function_reference,
    parse_function_reference,
)
from sfn_cli.errors import ApiError
from sfn_cli.jsonvalue import dumps
from sfn_cli.store.records.functions import LATEST, PERMISSION, FunctionSetting

if TYPE_CHECKING:
    from sfn_cli.api.service import Service

_ALIAS = re.compile(r"(?![0-9]+$)[a-zA-Z0-9-_]+")


def add_permission(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name, qualifier = parse_function_reference(request)
    if qualifier == LATEST:
        raise invalid_function_reference("We currently do not support adding policies for $LATEST.")
    _check_policy_alias(service, name, qualifier)
    existing_function_reference(service, request)
    id = request["StatementId"]
    _check_policy_revision(service, request)
    if service.function_settings.find(name, PERMISSION, qualifier or LATEST, id) is not None:
        raise ApiError(
            "ResourceConflictException",
            f"The statement id ({id}) provided already exists. "
            "Please provide a new statement id, or remove the existing statement.",
            status=409,
        )
    statement = {
        "Sid": id,
        "Effect": "Allow",
        "Principal": _policy_principal(request["Principal"]),
        "Action": request["Action"],
        "Resource": function_arn(service, name, qualifier),
    }
    if condition := _policy_condition(request):
        statement["Condition"] = condition
    service.function_settings.put(
        name, FunctionSetting(PERMISSION, qualifier or LATEST, id, statement, service.clock())
    )
    return {"Statement": dumps(statement)}


def remove_permission(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name, qualifier = parse_function_reference(request)
    if service.functions.find(name) is None:
        raise _policy_not_found(f"No policy found for: {function_arn(service, name, qualifier)}")
    _check_policy_alias(service, name, qualifier)
    _check_policy_revision(service, request)
    if not _policy_statements(service, request):
        raise _policy_not_found("No policy is associated with the given resource.")
    if not service.function_settings.delete(name, PERMISSION, qualifier or LATEST, request["StatementId"]):
        raise _policy_not_found(f"Statement {request['StatementId']} is not found in resource policy.")
    return {}


def get_policy(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    statements = _policy_statements(service, request)
    if not statements:
        raise _policy_not_found("The resource you requested does not exist.")
    policy = {"Version": "2012-10-17", "Id": "default", "Statement": [one.value for one in statements]}
    return {"Policy": dumps(policy), "RevisionId": _policy_revision(statements)}


def _check_policy_alias(service: Service, name: str, qualifier: str | None) -> None:
    """Raises ApiError if the qualifier can only be an alias, and there is none."""
    if qualifier is None or service.functions.find(name) is None or not _ALIAS.fullmatch(qualifier):
        return
    if service.function_aliases.find(name, qualifier) is None:
        raise _policy_not_found(f"Cannot find alias arn: {function_arn(service, name, qualifier)}")


def _policy_not_found(message: str) -> ApiError:
    return ApiError("ResourceNotFoundException", message, status=404)


def _policy_statements(service: Service, request: dict[str, Any]) -> list[FunctionSetting]:
    name, qualifier = parse_function_reference(request)
    found = service.function_settings.all(name, PERMISSION, qualifier or LATEST)
    return sorted(found, key=lambda one: one.updated_at)


def _policy_revision(statements: list[FunctionSetting]) -> str:
    """Returns an id of the policy's content, in the form of a UUID."""
    text = dumps([[one.value, one.updated_at] for one in statements])
    digits = hashlib.sha256(text.encode()).hexdigest()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))


def _check_policy_revision(service: Service, request: dict[str, Any]) -> None:
    given = request.get("RevisionId")
    if given and given != _policy_revision(_policy_statements(service, request)):
        raise ApiError(
            "PreconditionFailedException",
            "The Revision Id provided does not match the latest Revision Id. "
            "Call the GetPolicy API to retrieve the latest Revision Id",
            status=412,
        )


def _policy_principal(principal: str) -> Any:
    if principal == "*":
        return principal
    if principal.isdigit():
        return {"AWS": f"arn:aws:iam::{principal}:root"}
    return {"AWS" if principal.startswith("arn:") else "Service": principal}


def _policy_condition(request: dict[str, Any]) -> dict[str, Any]:
    equals = {
        "AWS:SourceAccount": request.get("SourceAccount"),
        "aws:PrincipalOrgID": request.get("PrincipalOrgID"),
        "lambda:EventSourceToken": request.get("EventSourceToken"),
        "lambda:FunctionUrlAuthType": request.get("FunctionUrlAuthType"),
    }
    condition: dict[str, Any] = {}
    if given := {name: value for name, value in equals.items() if value}:
        condition["StringEquals"] = given
    if request.get("SourceArn"):
        condition["ArnLike"] = {"AWS:SourceArn": request["SourceArn"]}
    if request.get("InvokedViaFunctionUrl") is not None:
        condition["Bool"] = {"lambda:InvokedViaFunctionUrl": str(request["InvokedViaFunctionUrl"]).lower()}
    return condition
