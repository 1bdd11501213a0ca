"""The permitted clients: programs on this machine, but no web page.

A page in a browser can send requests to 127.0.0.1, also under a name of its own that resolves there
(DNS rebinding). Browsers send the true Host and Origin, so a request is refused whose Host is not a
name of this server, or whose Origin is not this server.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_WILDCARDS = ("0.0.0.0", "::", "")
_SYNC = "sync-"  # AWS clients prefix the host of StartSyncExecution and TestState with this

_HOST = re.compile(r"(?:\[[0-9A-Za-z:.%_~-]+\]|[^][:/?#@\\\s]+)(?::[0-9]*)?")
"""A Host header: an IPv6 address in brackets or a name, and an optional port (RFC 9110, 7.2)."""


def is_allowed_host(
    headers: Mapping[str, str], listening_host: str, origins: Collection[str] = (), scheme: str = "http"
) -> bool:
    """Whether a request with these headers (names in lower case) is for a server at this host.

    Pages of these `origins` are allowed, too. `scheme` is the server's own: "http" or "https".
    """
    host = headers.get("host")
    if host is None or not is_own_host(host, listening_host):
        return False
    origin = headers.get("origin")
    # A browser sends an origin as scheme://host:port in lower case, with nothing after it: no need to parse.
    return origin is None or origin in origins or origin == f"{scheme}://{host.lower()}"


def is_program(headers: Mapping[str, str], listening_host: str = "localhost") -> bool:
    """Whether a request with these headers (names in lower case) comes from no web page.

    The request is to a name of a server at `listening_host`. Not even a page of this server is
    allowed: it may be an object of S3, or the response of a function. A page's GET has no Origin, but
    browsers say where it comes from.
    """
    is_page = "origin" in headers or headers.get("sec-fetch-site", "none") != "none"
    return not is_page and is_own_host(headers.get("host", ""), listening_host)


def is_below_localhost(headers: Mapping[str, str]) -> bool:
    """Whether a request is to a name such as "photos.localhost", which are those of S3's buckets."""
    return (_host_of_url(f"//{headers.get('host', '')}") or "").endswith(".localhost")


def is_own_host(host: str, listening_host: str) -> bool:
    """Whether a Host header has a name of a server at `listening_host`, which no one can rebind."""
    return _HOST.fullmatch(host) is not None and _is_own_host_name(_host_of_url(f"//{host}"), listening_host)


def _is_own_host_name(name: str | None, listening_host: str) -> bool:
    if not name:
        return False
    name = name.removeprefix(_SYNC)
    if name == "localhost" or name.endswith(".localhost") or _host_is_loopback(name):
        return True
    if listening_host not in _WILDCARDS:
        return name == listening_host.lower()
    # A server that listens everywhere has names that it does not know. An address cannot be
    # rebound, and a name without a dot (a container's) is in no public DNS.
    return "." not in name or _host_is_address(name)


def _host_of_url(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _host_is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _host_is_loopback(name: str) -> bool:
    return _host_is_address(name) and ipaddress.ip_address(name).is_loopback
