"""Who may ask a server that listens on every address."""

from __future__ import annotations

import pytest

from sfn_cli.server.host_check import is_allowed


@pytest.mark.parametrize(
    "listening, host, allowed",
    [
        ("0.0.0.0", "192.168.0.7:8083", True),  # an address cannot be rebound
        ("0.0.0.0", "sfn:8083", True),  # a container's name
        ("::", "[fe80::1]:8083", True),
        ("0.0.0.0", "evil.example", False),
        ("192.168.0.7", "192.168.0.7:8083", True),
        ("192.168.0.7", "192.168.0.8:8083", False),
        ("build.internal", "Build.Internal:8083", True),
        ("127.0.0.1", "127.0.0.2", True),
    ],
)
def test_hosts(listening: str, host: str, allowed: bool) -> None:
    """The names that the server was told, and those that no attacker can own."""
    assert is_allowed({"host": host}, listening) is allowed
