"""Protects the local AWS services from web pages and from other users of the machine."""

from __future__ import annotations

import re
import time
from secrets import compare_digest
from typing import TYPE_CHECKING, Any

from sfn_cli import host_check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

IS_OWN = "sfn.is_own"
"""The key, in a request's WSGI environment, of the `loopback.is_own` result for its connection."""

FORWARDED_KEY = "HTTP_X_SFN_ACCESS_KEY"
"""The header of the home's local endpoint, whose requests are signed with its own key, or not at all."""

_KEY = re.compile(
    r"\bCredential=([^/,\s]+)|^AWS ([^:]+):|(?:^|&)(?:X-Amz-Credential|AWSAccessKeyId)=([^/&%]+)",
    re.IGNORECASE,
)
"""Matches the access key id in a SigV4 or SigV2 header, or in a presigned URL's query.

Older S3 clients use SigV2.
"""

_SUBSCRIPTION_ACTION = re.compile(r"(?:^|&)Action=(?:ConfirmSubscription|Unsubscribe)(?:&|$)")


class EmulatorGuard:
    """The application, for this user's programs only; `called_at` is the time of its last call."""

    def __init__(self, application: Callable[..., Iterable[bytes]], access_key: str) -> None:
        self._application = application
        self._access_key = access_key
        self.called_at = time.monotonic()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.called_at = time.monotonic()
        if not host_check.is_program(_guarded_headers(environ)):
            return _refuse_guarded_request(
                start_response,
                "This server only accepts requests from programs on this machine, not from web pages.",
            )
        if not (
            environ[IS_OWN]
            or is_subscription_link(environ)
            or compare_digest(_guarded_key(environ), self._access_key.encode())
        ):
            return _refuse_guarded_request(
                start_response,
                "Requests must be signed with this server's access key. To print it, run: sfn aws env",
            )
        return self._application(environ, start_response)


def is_subscription_link(environ: Mapping[str, Any]) -> bool:
    """Whether this is a URL in a message of SNS, which is not signed: to confirm or end a subscription.

    It contains a token or the ARN of a subscription, which only its receiver knows.
    """
    if environ.get("REQUEST_METHOD") != "GET" or environ.get("PATH_INFO") != "/":
        return False
    return _SUBSCRIPTION_ACTION.search(str(environ.get("QUERY_STRING", ""))) is not None


def _guarded_headers(environ: Mapping[str, Any]) -> dict[str, str]:
    """Returns a request's headers from its WSGI environment, with lower-case names."""
    return {
        name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }


def _refuse_guarded_request(start_response: Callable[..., Any], reason: str) -> Iterable[bytes]:
    start_response("403 Forbidden", [("Content-Type", "text/plain")])
    return [f"{reason}\n".encode()]


def _guarded_key(environ: Mapping[str, Any]) -> bytes:
    """Returns the access key id in a request, or b""."""
    if FORWARDED_KEY in environ:
        return str(environ[FORWARDED_KEY]).encode()
    found = _KEY.search(str(environ.get("HTTP_AUTHORIZATION", ""))) or _KEY.search(
        str(environ.get("QUERY_STRING", ""))
    )
    return next((each for each in found.groups() if each), "").encode() if found else b""
