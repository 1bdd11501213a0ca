"""The clients that an endpoint of functions answers: programs of this user.

On Linux the kernel names the user of a connection, and another user's is closed unread. Where the
system does not (macOS), each request must name the access key that only the functions have.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sfn_cli import loopback
from sfn_cli.errors import ApiError
from sfn_cli.local_endpoint.record import ACCESS_KEY_HEADER

if TYPE_CHECKING:
    import socket

    from sfn_cli.server.messages import HttpRequest

_KEY = re.compile(r"\bCredential=([^/,\s]+)|^AWS ([^:]+):")
_KEY_IN_QUERY = re.compile(r"(?:^|&)(?:X-Amz-Credential|AWSAccessKeyId)=([^&]+)")


class OwnClients:
    """Belongs to one server; see the module's docstring."""

    def __init__(self, access_key: str) -> None:
        self._access_key = access_key
        self._needs_key = False

    def admits(self, connection: socket.socket) -> bool:
        """Whether a connection that was accepted may be this user's."""
        is_own = loopback.is_own_loopback(connection)
        if is_own is None:
            self._needs_key = True
        return is_own is not False

    def check_key(self, request: HttpRequest) -> None:
        """Raises ApiError for a request without the access key, where that is needed."""
        from secrets import compare_digest

        if self._needs_key and not compare_digest(_named_access_key(request), self._access_key.encode()):
            raise ApiError(
                "AccessDeniedException",
                "Requests must be signed with this endpoint's access key. To print it, run: sfn aws env",
                status=403,
            )


def _named_access_key(request: HttpRequest) -> bytes:
    """Returns the id of the access key that a request is signed with, or nothing."""
    if ACCESS_KEY_HEADER in request.headers:
        return request.headers[ACCESS_KEY_HEADER].encode("utf-8", "replace")
    found = _KEY.search(request.headers.get("authorization", ""))
    if found is not None:
        return (found[1] or found[2]).encode()
    in_query = _KEY_IN_QUERY.search(request.query)
    return unquote(in_query[1]).partition("/")[0].encode() if in_query is not None else b""
