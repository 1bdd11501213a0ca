"""Lets functions of custom resources respond to a local URL, even if they always use TLS.

bootstrap.py loads this file when an event has such a URL. It runs under Python 3.8 and newer, and
imports nothing of sfn.
"""

from __future__ import annotations

import re
from http.client import HTTPConnection, HTTPSConnection
from typing import Any

_RESPONSE = re.compile(rb"http://127\.0\.0\.1:(\d+)/custom-resource-responses/")

_ports: set[int] = set()
_connect = HTTPSConnection.connect


def allow_responses(event: bytes) -> None:
    """Connects without TLS to the port of the ResponseURL in an event."""
    _ports.update(int(port) for port in _RESPONSE.findall(event))
    HTTPSConnection.connect = _connect_to_response  # type: ignore[assignment, method-assign]


def _connect_to_response(connection: Any) -> None:
    if connection.host == "127.0.0.1" and connection.port in _ports:
        HTTPConnection.connect(connection)
    else:
        _connect(connection)
