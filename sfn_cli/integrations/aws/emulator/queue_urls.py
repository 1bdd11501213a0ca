"""Queue URLs that stay valid: those of the home's local endpoint, whichever program creates a queue.

moto writes the Host of a request into the URLs of queues. Its own port is another after each start.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sfn_cli.errors import StoreError
from sfn_cli.local_endpoint.hold import reserve_endpoint
from sfn_cli.local_endpoint.record import remembered_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_FOR_QUEUES = re.compile(r"Credential=[^,\s]+/sqs/aws4_request")


class QueueUrls:
    """A WSGI application: moto's server, which finds the endpoint's address in requests for queues."""

    def __init__(self, application: Callable[..., Iterable[bytes]], home: str) -> None:
        self._application = application
        self._home = home
        self.own_host = ""
        """The address of moto's server, which is replaced."""
        with suppress(OSError, StoreError):
            reserve_endpoint(home)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_HOST") == self.own_host and (
            str(environ.get("HTTP_X_AMZ_TARGET", "")).startswith("AmazonSQS.")
            or _FOR_QUEUES.search(str(environ.get("HTTP_AUTHORIZATION", "")))
        ):
            with suppress(OSError, StoreError):
                if (endpoint := remembered_endpoint(self._home)) is not None:
                    environ["HTTP_HOST"] = f"127.0.0.1:{endpoint.port}"
        return self._application(environ, start_response)
