"""Who may ask: programs on this machine, and no web page.

A page that a browser shows can send requests to 127.0.0.1, also by a name of its own that it lets
resolve there (DNS rebinding). Browsers tell the truth in Host and Origin, so a request is refused
whose Host is not a name of this server, or whose Origin is not this server.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_WILDCARDS = ("0.0.0.0", "::", "")
_SYNC = "sync-"  # AWS's clients put this in front of the host of StartSyncExecution and TestState


def is_allowed(headers: Mapping[str, str], listening_host: str, origins: Collection[str] = ()) -> bool:
    """Whether a request with these headers (names in lower case) is for a server that listens there.

    Pages of these `origins` may ask besides.
    """
    host = headers.get("host")
    if host is None or not _is_own_name(_hostname(f"//{host}"), listening_host):
        return False
    origin = headers.get("origin")
    if origin is None or origin in origins:
        return True
    return urlsplit(origin).scheme == "http" and urlsplit(origin).netloc.lower() == host.lower()


def _is_own_name(name: str | None, listening_host: str) -> bool:
    if not name:
        return False
    name = name.removeprefix(_SYNC)
    if name == "localhost" or name.endswith(".localhost") or _is_loopback(name):
        return True
    if listening_host not in _WILDCARDS:
        return name == listening_host.lower()
    # Told to listen everywhere, the server has names that it does not know. An address cannot be
    # rebound, and a name without a dot (a container's) is in no public DNS.
    return "." not in name or _is_address(name)


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    return _is_address(name) and ipaddress.ip_address(name).is_loopback
