"""AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity and GetSessionToken.

Any role can be assumed, of any account: there is one account. The credentials are made up, and have
the access key of the home's local endpoint, so that it answers them.
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ApiError
from sfn_cli.local_endpoint.record import remembered_endpoint
from sfn_cli.settings.exported import new_access_key
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from sfn_cli.api.service import Service

_ROLE = re.compile(r"arn:[^:]+:iam::\d{12}:role/(?:[^/]+/)*([^/]+)")

_ROLE_SECONDS = 3600
_SESSION_SECONDS = 12 * 3600


def assume_role(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    return {
        "Credentials": _session_credentials(service, request.get("DurationSeconds", _ROLE_SECONDS)),
        "AssumedRoleUser": _assumed_role_user(service, request["RoleArn"], request["RoleSessionName"]),
    }


def assume_role_with_saml(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Returns the credentials of any assertion, which is not read."""
    return {
        "Credentials": _session_credentials(service, request.get("DurationSeconds", _ROLE_SECONDS)),
        "AssumedRoleUser": _assumed_role_user(service, request["RoleArn"], "saml"),
        "Subject": "saml",
        "SubjectType": "transient",
        "Issuer": "https://localhost/saml",
        "Audience": "https://signin.aws.amazon.com/saml",
    }


def assume_role_with_web_identity(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Returns the credentials of any token, which is not read."""
    return {
        "Credentials": _session_credentials(service, request.get("DurationSeconds", _ROLE_SECONDS)),
        "SubjectFromWebIdentityToken": request["RoleSessionName"],
        "AssumedRoleUser": _assumed_role_user(service, request["RoleArn"], request["RoleSessionName"]),
        "Provider": request.get("ProviderId", "localhost"),
        "Audience": "localhost",
    }


def get_session_token(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    return {"Credentials": _session_credentials(service, request.get("DurationSeconds", _SESSION_SECONDS))}


def _session_credentials(service: Service, seconds: int) -> dict[str, Any]:
    endpoint = remembered_endpoint(service.settings.home)
    return {
        "AccessKeyId": endpoint.access_key if endpoint is not None else new_access_key(),
        "SecretAccessKey": random_uuid().replace("-", "") + "sfnlocal",
        "SessionToken": random_uuid(),
        "Expiration": service.clock() + seconds * 1000,
    }


def _assumed_role_user(service: Service, role: str, session: str) -> dict[str, Any]:
    """Returns the user of a session, in the local account. Raises ApiError."""
    found = _ROLE.fullmatch(role)
    if found is None:
        raise ApiError("ValidationError", "Request ARN is invalid")
    name = found[1]
    # Always the same for a role, as on AWS.
    digest = sha256(role.encode()).hexdigest().upper()[:17]
    return {
        "AssumedRoleId": f"AROA{digest}:{session}",
        "Arn": f"arn:aws:sts::{service.settings.account_id}:assumed-role/{name}/{session}",
    }
