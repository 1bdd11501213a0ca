"""Signs requests to AWS endpoints (SigV4) with the credentials of a profile."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import sigv4
from sfn_cli.cli.failures import MisconfiguredError
from sfn_cli.settings.table import setting_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.cli.terminal import Terminal


class Credentials(NamedTuple):
    access_key: str
    secret_key: str
    token: str | None = None


def signing_credentials(environ: Mapping[str, str], terminal: Terminal) -> Credentials:
    """Returns the credentials of the named profile, else the environment, else the default profile.

    Raises CommandFailedError for a profile that does not exist, MisconfiguredError when there are
    no credentials.
    """
    key, secret = setting_value("AWS_ACCESS_KEY_ID", environ), setting_value("AWS_SECRET_ACCESS_KEY", environ)
    if not terminal.given.get("profile") and key and secret:
        return Credentials(key, secret, setting_value("AWS_SESSION_TOKEN", environ))
    profile = terminal.profile
    if "aws_access_key_id" not in profile or "aws_secret_access_key" not in profile:
        raise MisconfiguredError(
            "NoCredentials",
            'Unable to locate credentials. You can configure credentials by running "aws login".',
        )
    return Credentials(
        profile["aws_access_key_id"], profile["aws_secret_access_key"], profile.get("aws_session_token")
    )


class RequestToSign(NamedTuple):
    """The signed parts of an HTTP request; `path` and `query` as they are sent."""

    method: str
    host: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


def signature_headers(request: RequestToSign, who: Credentials, region: str, service: str) -> dict[str, str]:
    """Returns the request's headers with its time, its token and its signature."""
    now = datetime.now(UTC).strftime(sigv4.TIME)
    scope = f"{now[:8]}/{region}/{service}/{sigv4.TERMINATOR}"
    headers = {**request.headers, "Host": request.host, "X-Amz-Date": now}
    if who.token:
        headers["X-Amz-Security-Token"] = who.token
    signed = {
        name.lower(): [value] for name, value in sorted(headers.items(), key=lambda header: header[0].lower())
    }
    digest = hashlib.sha256(request.body).hexdigest()
    canonical = sigv4.sigv4_canonical_request(request.method, request.path, request.query, signed, digest)
    signature = sigv4.sigv4_signature(who.secret_key, now, scope, canonical)
    headers["Authorization"] = (
        f"{sigv4.ALGORITHM} Credential={who.access_key}/{scope}, SignedHeaders={';'.join(signed)}, "
        f"Signature={signature}"
    )
    return headers
