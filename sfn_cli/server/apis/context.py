"""What API Gateway knows about a request: `$context` of templates, `requestContext` of events.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from sfn_cli.api.apigateway.urls import api_host, function_url_host

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.apigateway.matching import MatchedRoute
    from sfn_cli.api.apigateway.served import ServedApi
    from sfn_cli.server.apis.messages import ApiRequest
    from sfn_cli.settings import Settings


class ApiCall(NamedTuple):
    """One request, with the API, the stage and the route that it is for."""

    api: ServedApi
    stage: str
    matched: MatchedRoute
    request: ApiRequest
    account_id: str
    region: str
    authorized: Mapping[str, Any] = {}
    """What the authorizer returned, as the payload's format has it."""
    api_key: str | None = None

    @property
    def stage_variables(self) -> Mapping[str, str]:
        return self.api.stages.get(self.stage, {})

    @property
    def path_variables(self) -> dict[str, str]:
        """The values of the path's variables; an HTTP API decodes them, a REST API does not."""
        variables = self.matched.variables
        if self.api.protocol == "REST":
            return variables
        return {name: unquote(value) for name, value in variables.items()}

    @property
    def domain_name(self) -> str:
        host = function_url_host if self.api.protocol == "FUNCTION_URL" else api_host
        return host(self.api.id, self.region)


def new_api_call(
    settings: Settings, api: ServedApi, stage: str, matched: MatchedRoute, request: ApiRequest
) -> ApiCall:
    return ApiCall(api, stage, matched, request, settings.account_id, settings.region)


def context_time(at: int) -> str:
    """Returns a time as access logs have it: 28/Nov/2026:07:00:00 +0000."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")


def context_identity(call: ApiCall) -> dict[str, Any]:
    """Returns `$context.identity`."""
    nothing = dict.fromkeys(
        (
            "accessKey", "accountId", "caller", "cognitoAuthenticationProvider",
            "cognitoAuthenticationType", "cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId",
            "user", "userArn",
        )
    )  # fmt: skip
    return {
        **nothing,
        **({"apiKey": call.api_key, "apiKeyId": call.api_key} if call.api_key else {}),
        "sourceIp": call.request.source_ip,
        "userAgent": call.request.header("user-agent"),
    }


def rest_context(call: ApiCall) -> dict[str, Any]:
    """Returns the requestContext of payload format 1.0."""
    request, route = call.request, call.matched.route
    return {
        "accountId": call.account_id,
        "apiId": call.api.id,
        **({"authorizer": dict(call.authorized)} if call.authorized else {}),
        "domainName": call.domain_name,
        "domainPrefix": call.api.id,
        "extendedRequestId": request.id,
        "httpMethod": request.method,
        "identity": context_identity(call),
        "path": request.stage_path,
        "protocol": "HTTP/1.1",
        "requestId": request.id,
        "requestTime": context_time(request.at),
        "requestTimeEpoch": request.at,
        "resourceId": None if call.api.protocol == "HTTP" else call.api.id[:6],
        "resourcePath": route.path,
        "stage": call.stage,
    }


def http_context(call: ApiCall) -> dict[str, Any]:
    """Returns the requestContext of payload format 2.0."""
    request = call.request
    return {
        "accountId": call.account_id if call.api.protocol == "HTTP" else "anonymous",
        "apiId": call.api.id,
        **({"authorizer": dict(call.authorized)} if call.authorized else {}),
        "domainName": call.domain_name,
        "domainPrefix": call.api.id,
        "http": {
            "method": request.method,
            "path": unquote(request.stage_path),
            "protocol": "HTTP/1.1",
            "sourceIp": request.source_ip,
            "userAgent": request.header("user-agent") or "",
        },
        "requestId": request.id,
        "routeKey": call.matched.route.key,
        "stage": call.stage,
        "time": context_time(request.at),
        "timeEpoch": request.at,
    }


def context_variables(call: ApiCall) -> dict[str, Any]:
    """Returns `$context` for templates and parameters, which have the names of both formats."""
    found = rest_context(call)
    authorized = dict(call.authorized)
    authorized = {**authorized, **authorized.get("lambda", {}), **authorized.get("jwt", {})}
    return {
        **found,
        "authorizer": authorized,
        "routeKey": call.matched.route.key,
        "customDomain": {"basePathMatched": ""},
        "responseOverride": {"header": {}},
        "requestOverride": {"header": {}, "path": {}, "querystring": {}},
        "awsEndpointRequestId": call.request.id,
        "deploymentId": "",
        "isCanaryRequest": False,
        "wafResponseCode": "",
        "webaclArn": "",
        "error": {},
        "apiKey": call.api_key,
    }
