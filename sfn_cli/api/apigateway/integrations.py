"""Integrations and authorizers, from a part's properties or from an OpenAPI extension.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.apigateway.served import Authorizer, Integration, IntegrationResponse
from sfn_cli.api.apigateway.values import (
    first_value,
    format_version,
    list_value,
    lower_names,
    object_value,
    text_list,
    text_map,
    true_value,
    whole_number,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_TIMEOUT = {"REST": 29_000, "HTTP": 30_000}


def read_integration(given: Mapping[str, Any], protocol: str) -> Integration:
    """Returns the integration that is described in either spelling."""
    found = lower_names(given)
    type = str(first_value(found, "type", "integrationType") or "").upper().replace("-", "_")
    subtype = first_value(found, "integrationSubtype", "subtype")
    uri = first_value(found, "uri", "integrationUri")
    method = first_value(found, "httpMethod", "integrationHttpMethod", "integrationMethod")
    return Integration(
        type,
        "" if uri is None else str(uri),
        None if method is None else str(method).upper(),
        None if subtype is None else str(subtype),
        format_version(found.get("payloadFormatVersion")),
        text_map(found.get("requestParameters")),
        text_map(found.get("requestTemplates")),
        str(found.get("passthroughBehavior") or "WHEN_NO_MATCH").upper(),
        _content_handling(found.get("contentHandling")),
        _integration_responses(found),
        _integration_response_parameters(found.get("responseParameters")) if protocol == "HTTP" else {},
        whole_number(found.get("timeoutInMillis"), _MAX_TIMEOUT.get(protocol, 29_000)),
    )


def _integration_responses(found: Mapping[str, Any]) -> list[IntegrationResponse]:
    if isinstance(found.get("integrationResponses"), list):
        rows = [lower_names(row) for row in found["integrationResponses"]]
        return [_integration_response(row, _pattern(row.get("selectionPattern"))) for row in rows]
    return [
        _integration_response(lower_names(row), None if pattern == "default" else pattern)
        for pattern, row in object_value(found.get("responses")).items()
    ]


def _pattern(value: Any) -> str | None:
    return str(value) if value else None


def _integration_response(row: Mapping[str, Any], pattern: str | None) -> IntegrationResponse:
    return IntegrationResponse(
        whole_number(row.get("statusCode"), 200),
        pattern,
        text_map(row.get("responseParameters")),
        text_map(row.get("responseTemplates")),
        _content_handling(row.get("contentHandling")),
    )


def _content_handling(value: Any) -> str | None:
    return str(value).upper() if value else None


def _integration_response_parameters(value: Any) -> dict[str, dict[str, str]]:
    """Returns an HTTP API's changes of responses, from CloudFormation's list or from OpenAPI's map."""
    changes = {}
    for status, given in object_value(value).items():
        rows = list_value(lower_names(given).get("responseParameters"))
        changes[str(status)] = (
            {
                str(row["destination"]): str(row.get("source", ""))
                for row in map(lower_names, rows)
                if "destination" in row
            }
            if rows
            else text_map(given)
        )
    return changes


def read_authorizer(name: str, given: Mapping[str, Any], protocol: str) -> Authorizer:
    """Returns an authorizer, from the properties of its part."""
    found = lower_names(given)
    jwt = lower_names(found.get("jwtConfiguration"))
    pools = text_list(found.get("providerARNs"))
    return Authorizer(
        name,
        str(first_value(found, "authorizerType", "type") or "").upper(),
        str(found.get("authorizerUri") or ""),
        _identity_sources(found.get("identitySource")),
        format_version(
            first_value(found, "authorizerPayloadFormatVersion") or ("2.0" if protocol == "HTTP" else "1.0")
        ),
        true_value(found.get("enableSimpleResponses")),
        _pattern(found.get("identityValidationExpression")),
        whole_number(found.get("authorizerResultTtlInSeconds"), 300 if protocol == "REST" else 0),
        [_pool_issuer(arn) for arn in pools] if pools else text_list(jwt.get("issuer")),
        text_list(jwt.get("audience")),
    )


def read_openapi_authorizer(name: str, scheme: Mapping[str, Any], protocol: str) -> Authorizer | None:
    """Returns the authorizer of a security scheme; None if it has none (such as an API key)."""
    extension = scheme.get("x-amazon-apigateway-authorizer")
    if not isinstance(extension, dict):
        return None
    authorizer = read_authorizer(name, extension, protocol)
    if not authorizer.identity_sources and scheme.get("name") and authorizer.kind != "REQUEST":
        authorizer = authorizer._replace(identity_sources=[f"method.request.header.{scheme['name']}"])
    return authorizer


def _identity_sources(value: Any) -> list[str]:
    return [item for item in text_list(value) if item]


def _pool_issuer(pool_arn: str) -> str:
    """Returns the issuer of a user pool's tokens, from the pool's ARN."""
    parts = pool_arn.split(":")
    if len(parts) < 6:
        return pool_arn
    return f"https://cognito-idp.{parts[3]}.amazonaws.com/{parts[5].rpartition('/')[2]}"
