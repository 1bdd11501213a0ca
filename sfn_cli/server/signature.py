"""Checks that a request was signed (Signature Version 4) with known credentials.

The signature is in the header Authorization or, for a presigned URL, in the query. Region and
service are those that were signed, whatever they are.
Rule 1: everything that decides what a request does is signed: method, path, query, Host, every
x-amz-* header in the request, the body.
Rule 2: the errors are AWS's, with status 403; none shows what was expected.
"""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_to_bytes

from sfn_cli import sigv4
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.server.credentials import AccessKey
    from sfn_cli.server.messages import HttpRequest

SKEW = timedelta(minutes=5)
"""How far the client's clock may be from the server's."""

MAX_EXPIRES_SECONDS = 7 * 24 * 60 * 60


class Signature(NamedTuple):
    """The signature that a request claims."""

    access_key_id: str
    scope: str
    """"20150830/us-east-1/states/aws4_request"."""
    signed_headers: tuple[str, ...]
    signature: str
    at: str
    """When it was signed: "20150830T123600Z"."""
    session_token: str | None
    expires: timedelta | None
    """How long a presigned URL is valid; None for a signature in the header."""


def signature_of(request: HttpRequest) -> Signature:
    """Returns the signature that a request claims, without checking its body.

    Raises ApiError MissingAuthenticationTokenException or IncompleteSignatureException.
    """
    authorization = request.headers.get("authorization")
    query = {
        _decode_signature_query(name): _decode_signature_query(value)
        for name, value in sigv4.sigv4_query_arguments(request.query)
    }
    if authorization is not None:
        return _signature_in_header(authorization.strip(), request.headers)
    if "X-Amz-Algorithm" in query:
        return _signature_in_query(query)
    raise ApiError("MissingAuthenticationTokenException", "Missing Authentication Token", status=403)


def service_signed_for(request: HttpRequest) -> str | None:
    """Returns the service that the client means ("states"), if the request claims to be signed."""
    try:
        return signature_of(request).scope.split("/")[2]
    except ApiError:
        return None


def check_signature_claim(
    signature: Signature, request: HttpRequest, known: Mapping[str, AccessKey], now: datetime
) -> None:
    """Checks the parts that do not need the body: who signed, when, and which headers.

    So no body is read for an unknown key, and the signature of a long upload does not expire while
    its body arrives. Raises ApiError UnrecognizedClientException, IncompleteSignatureException or
    InvalidSignatureException.
    """
    _credentials_of_signature(signature, known)
    _check_signature_time(signature, now)
    _check_signature_scope(signature, request)


def check_signature_digest(
    signature: Signature, request: HttpRequest, known: Mapping[str, AccessKey]
) -> None:
    """Checks that the request with its body is the one that was signed.

    Raises ApiError InvalidSignatureException.
    """
    credentials = _credentials_of_signature(signature, known)
    digest = sha256(request.body).hexdigest()
    query = "&".join(part for part in request.query.split("&") if not part.startswith("X-Amz-Signature="))
    headers = {name: request.headers.getlist(name) for name in signature.signed_headers}
    canonical = sigv4.sigv4_canonical_request(request.method, request.path, query, headers, digest)
    wanted = sigv4.sigv4_signature(credentials.secret_access_key, signature.at, signature.scope, canonical)
    declared = request.headers.get("x-amz-content-sha256", digest)
    if not _is_same_signature(wanted, signature.signature) or not _is_same_signature(declared, digest):
        raise _invalid_signature(
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method. "
            "Consult the service documentation for details."
        )


def _credentials_of_signature(signature: Signature, known: Mapping[str, AccessKey]) -> AccessKey:
    credentials = known.get(signature.access_key_id)
    if credentials is None or not _is_same_signature(
        signature.session_token or "", credentials.session_token or ""
    ):
        raise ApiError(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
            status=403,
        )
    return credentials


# In the header or in the query


def _signature_in_header(authorization: str, headers: Mapping[str, str]) -> Signature:
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != sigv4.ALGORITHM:
        raise _incomplete_signature(f"Unsupported AWS 'algorithm': '{algorithm}'.")
    fields = {
        name.strip(): value.strip() for name, _, value in (part.partition("=") for part in rest.split(","))
    }
    at = headers.get("x-amz-date") or _signature_date_as_iso(headers.get("date", ""))
    missing = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "Signature", "SignedHeaders")
        if not fields.get(name)
    ]
    if not at:
        missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if missing:
        raise _incomplete_signature(" ".join(missing))
    key, scope = _signature_credential(fields["Credential"])
    signed = tuple(fields["SignedHeaders"].split(";"))
    return Signature(key, scope, signed, fields["Signature"], at, headers.get("x-amz-security-token"), None)


def _signature_in_query(query: Mapping[str, str]) -> Signature:
    if query["X-Amz-Algorithm"] != sigv4.ALGORITHM:
        raise _incomplete_signature(f"Unsupported AWS 'algorithm': '{query['X-Amz-Algorithm']}'.")
    needed = ("Credential", "Signature", "SignedHeaders", "Date", "Expires")
    missing = [
        f"AWS query-string parameters must include 'X-Amz-{name}'."
        for name in needed
        if not query.get(f"X-Amz-{name}")
    ]
    if missing:
        raise _incomplete_signature(" ".join(missing))
    key, scope = _signature_credential(query["X-Amz-Credential"])
    seconds = query["X-Amz-Expires"]
    if not re.fullmatch(r"[0-9]{1,6}", seconds) or not 0 < int(seconds) <= MAX_EXPIRES_SECONDS:
        raise _incomplete_signature(
            f"X-Amz-Expires must be a number of seconds from 1 to {MAX_EXPIRES_SECONDS}."
        )
    signed = tuple(query["X-Amz-SignedHeaders"].split(";"))
    token = query.get("X-Amz-Security-Token")
    return Signature(
        key,
        scope,
        signed,
        query["X-Amz-Signature"],
        query["X-Amz-Date"],
        token,
        timedelta(seconds=int(seconds)),
    )


def _signature_credential(text: str) -> tuple[str, str]:
    """Returns the access key's id and the scope in "KEY/DATE/REGION/SERVICE/aws4_request".

    A key may contain slashes.
    """
    key, *scope = text.rsplit("/", 4)
    if len(scope) != 4 or not all((key, *scope)):
        raise _incomplete_signature(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term."
        )
    if scope[-1] != sigv4.TERMINATOR:
        raise _incomplete_signature(
            f"Credential should be scoped with a valid terminator: '{sigv4.TERMINATOR}'."
        )
    return key, "/".join(scope)


def _signature_date_as_iso(date: str) -> str:
    """Converts an HTTP date to X-Amz-Date's form.

    "" when it is not a date, or one before the year 1 or after 9999.
    """
    try:
        return parsedate_to_datetime(date).astimezone(UTC).strftime(sigv4.TIME)
    except (ValueError, OverflowError):
        return ""


# The time and the digest


def _check_signature_time(signature: Signature, now: datetime) -> None:
    try:
        # strptime() also reads the digits of every script.
        at = datetime.strptime(signature.at if signature.at.isascii() else "", sigv4.TIME).replace(tzinfo=UTC)
    except ValueError:
        raise _incomplete_signature(
            "Date must be in ISO-8601 'basic format', as in 20150830T123600Z."
        ) from None
    if signature.scope.partition("/")[0] != signature.at[:8]:
        raise _invalid_signature(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP."
        )
    minutes = SKEW // timedelta(minutes=1)
    if at > now + SKEW:
        latest = f"{now + SKEW:{sigv4.TIME}} ({now:{sigv4.TIME}} + {minutes} min.)"
        raise _invalid_signature(f"Signature not yet current: {signature.at} is still later than {latest}")
    age = SKEW if signature.expires is None else signature.expires
    if at < now - age:
        earliest = f"{now - age:{sigv4.TIME}} ({now:{sigv4.TIME}} - {age // timedelta(minutes=1)} min.)"
        raise _invalid_signature(f"Signature expired: {signature.at} is now earlier than {earliest}")


def _check_signature_scope(signature: Signature, request: HttpRequest) -> None:
    if "host" not in signature.signed_headers:
        raise _invalid_signature("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    for name in request.headers:
        if name.startswith("x-amz-") and name not in signature.signed_headers:
            raise _invalid_signature(f"'{name}' must be a 'SignedHeader' in the AWS Authorization.")
    for name in signature.signed_headers:
        if name not in request.headers:
            raise _invalid_signature(f"Authorization header requires existence of '{name}' header.")


def _decode_signature_query(sent: str) -> str:
    return unquote_to_bytes(sent).decode("utf-8", "replace")


def _is_same_signature(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _incomplete_signature(message: str) -> ApiError:
    return ApiError("IncompleteSignatureException", message, status=403)


def _invalid_signature(message: str) -> ApiError:
    return ApiError("InvalidSignatureException", message, status=403)
