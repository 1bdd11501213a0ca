"""Authorizers: functions that decide, and tokens (JWT, user pools).

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
A function decides on every request: nothing is cached. Of a token the claims are checked, and not the
signature, as no signature is elsewhere. Requests are accepted whether or not they are signed (AWS_IAM).
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import dumps, loads
from sfn_cli.server.apis.function_events import function_event
from sfn_cli.server.apis.integrations.functions import (
    function_error_text,
    function_in_uri,
    invoke_api_function,
    unknown_function,
    with_stage_variables,
)
from sfn_cli.server.apis.mapping.http_parameters import http_parameter_value
from sfn_cli.server.apis.mapping.parameters import mapped_request_value
from sfn_cli.server.apis.messages import GatewayError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.api.apigateway.served import Authorizer
    from sfn_cli.jsonvalue import Json
    from sfn_cli.server.apis.context import ApiCall
    from sfn_cli.server.apis.integrations.functions import Call

_TOKEN_KINDS = ("JWT", "COGNITO_USER_POOLS")
_DENIED = "User is not authorized to access this resource"


async def authorize_call(call: ApiCall, invoke: Call) -> ApiCall:
    """Returns the call with what its route's authorizer returned. Raises GatewayError if it refuses."""
    authorizer = call.matched.route.authorizer
    if authorizer is None:
        return call
    if authorizer.kind in _TOKEN_KINDS:
        return call._replace(authorized=_check_token(call, authorizer))
    sources = _identity(call, authorizer)
    arn = _method_arn(call)
    function = function_in_uri(with_stage_variables(authorizer.uri, call.stage_variables))
    if function is None:
        raise unknown_function(authorizer.uri)
    answer = await invoke_api_function(function, _authorizer_event(call, authorizer, sources, arn), invoke)
    if answer.is_error:
        if function_error_text(answer.payload) == "Unauthorized":
            raise _unauthorized("The authorizer's function raised Unauthorized.")
        raise _authorizer_failed(f"The authorizer's function {function} failed: {dumps(answer.payload)}")
    return _decided(call, authorizer, answer.payload, arn)


def _identity(call: ApiCall, authorizer: Authorizer) -> list[str]:
    """Returns the values of the identity sources. Raises GatewayError if one is missing."""
    found = []
    for source in authorizer.identity_sources:
        value = (
            http_parameter_value(source, call, {})
            if source.startswith("$")
            else mapped_request_value(source, call, {})
        )
        if not value:
            raise _unauthorized(f"The request has no {source}.")
        found.append(value)
    if authorizer.kind == "TOKEN" and authorizer.validation_expression:
        token = found[0] if found else ""
        try:
            matches = re.fullmatch(authorizer.validation_expression, token)
        except re.error as error:
            raise _authorizer_failed(f"IdentityValidationExpression is invalid: {error}") from None
        if matches is None:
            raise _unauthorized("The token does not match IdentityValidationExpression.")
    return found


def _authorizer_event(
    call: ApiCall, authorizer: Authorizer, sources: Sequence[str], arn: str
) -> dict[str, Json]:
    if authorizer.kind == "TOKEN":
        return {"type": "TOKEN", "methodArn": arn, "authorizationToken": sources[0] if sources else ""}
    event = function_event(call, authorizer.payload_format)
    del event["isBase64Encoded"]
    event.pop("body", None)
    if authorizer.payload_format.startswith("2"):
        return {**event, "type": "REQUEST", "routeArn": arn, "identitySource": list(sources) or None}
    given = {"type": "REQUEST", "methodArn": arn}
    if call.api.protocol == "HTTP":
        given |= {"identitySource": ",".join(sources), "authorizationToken": ",".join(sources)}
    return {**event, **given}


def _decided(call: ApiCall, authorizer: Authorizer, payload: Json, arn: str) -> ApiCall:
    if not isinstance(payload, dict):
        raise _authorizer_failed("The authorizer's function returned no object.")
    given = payload.get("context")
    context = dict(given) if isinstance(given, dict) else {}
    if authorizer.simple_responses:
        if payload.get("isAuthorized") is not True:
            raise _forbidden(call, _DENIED)
    else:
        _check_policy(call, payload.get("policyDocument"), arn)
        if call.api.protocol == "REST" or authorizer.payload_format.startswith("1"):
            context = {"principalId": payload.get("principalId"), **context}
    integration = call.matched.route.integration
    is_nested = (
        call.api.protocol == "HTTP" and integration is not None and integration.payload_format.startswith("2")
    )
    return call._replace(
        authorized={"lambda": context} if is_nested else context,
        api_key=payload.get("usageIdentifierKey"),
    )


def _check_policy(call: ApiCall, document: Any, arn: str) -> None:
    """Raises GatewayError unless a policy allows the call of this ARN."""
    if not isinstance(document, dict):
        raise _authorizer_failed("The authorizer's function returned no policyDocument.")
    statements = document.get("Statement") or []
    is_allowed = False
    for statement in statements if isinstance(statements, list) else [statements]:
        if not isinstance(statement, dict) or not _policy_matches(statement.get("Resource"), arn):
            continue
        if statement.get("Effect") == "Deny":
            raise _forbidden(call, f"{_DENIED} with an explicit deny")
        is_allowed = is_allowed or statement.get("Effect") == "Allow"
    if not is_allowed:
        raise _forbidden(call, _DENIED)


def _policy_matches(resources: Any, arn: str) -> bool:
    patterns = resources if isinstance(resources, list) else [resources]
    return any(
        re.fullmatch(re.escape(str(pattern)).replace(r"\*", ".*").replace(r"\?", "."), arn, re.DOTALL)
        for pattern in patterns
        if pattern is not None
    )


def _check_token(call: ApiCall, authorizer: Authorizer) -> dict[str, Json]:
    """Returns a token's claims, as events have them. Raises GatewayError for one that is not valid."""
    sources = _identity(call, authorizer)
    token = (sources[0] if sources else call.request.header("authorization") or "").removeprefix("Bearer ")
    claims = _token_claims(token.strip())
    if claims is None:
        raise _unauthorized("The token is no JWT.")
    if isinstance(claims.get("exp"), (int, float)) and claims["exp"] * 1000 < call.request.at:
        raise _unauthorized("The token has expired.")
    if authorizer.issuers and claims.get("iss") not in authorizer.issuers:
        raise _unauthorized(f"The token's issuer is {claims.get('iss')}, not {authorizer.issuers[0]}.")
    audience = claims.get("aud", claims.get("client_id"))
    audiences = audience if isinstance(audience, list) else [audience]
    if authorizer.audiences and not set(map(str, audiences)) & set(authorizer.audiences):
        raise _unauthorized(f"The token's audience is {audience}, not {authorizer.audiences[0]}.")
    granted = str(claims.get("scope") or "").split() or list(claims.get("scp") or ())
    wanted = call.matched.route.scopes
    if wanted and not set(granted) & set(wanted):
        raise _forbidden(call, f"The token has none of the scopes {', '.join(wanted)}.")
    texts = {name: value if isinstance(value, str) else dumps(value) for name, value in claims.items()}
    integration = call.matched.route.integration
    if call.api.protocol == "HTTP":
        found: dict[str, Json] = {"claims": texts, "scopes": granted or None}
        is_nested = integration is not None and integration.payload_format.startswith("2")
        return {"jwt": found} if is_nested else found
    return {"claims": texts}


def _token_claims(token: str) -> Mapping[str, Any] | None:
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        text = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)).decode()
        claims = loads(text)
    except (ValueError, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None


def _method_arn(call: ApiCall) -> str:
    path = call.request.path.lstrip("/")
    place = f"{call.api.id}/{call.stage}/{call.request.method}/{path}"
    return f"arn:aws:execute-api:{call.region}:{call.account_id}:{place}"


def _unauthorized(cause: str) -> GatewayError:
    return GatewayError("UNAUTHORIZED", 401, "Unauthorized", cause)


def _forbidden(call: ApiCall, message: str) -> GatewayError:
    return GatewayError(
        "ACCESS_DENIED", 403, message if call.api.protocol == "REST" else "Forbidden", message
    )


def _authorizer_failed(cause: str) -> GatewayError:
    return GatewayError("AUTHORIZER_FAILURE", 500, "Internal server error", cause)
