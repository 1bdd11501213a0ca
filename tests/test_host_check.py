"""The permitted clients of a server that listens on every address."""

from __future__ import annotations

import pytest

from sfn_cli.host_check import is_allowed_host, is_program


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
    """The server accepts its configured names, and names that no attacker can own."""
    assert is_allowed_host({"host": host}, listening) is allowed


@pytest.mark.parametrize(
    "headers, expected",
    [
        ({"host": "127.0.0.1:5000"}, True),
        ({"host": "bucket.localhost:5000"}, True),  # S3's way to name a bucket
        ({"host": "localhost", "sec-fetch-site": "none"}, True),
        ({"host": "localhost", "sec-fetch-site": "cross-site"}, False),
        ({"host": "localhost", "sec-fetch-site": "same-origin"}, False),  # an object of S3 may be a page
        (
            {"host": "localhost", "origin": "http://localhost"},
            False,
        ),  # no web page, not even one of the same origin
        ({"host": "rebound.example"}, False),
        ({}, False),
    ],
)
def test_programs(headers: dict[str, str], expected: bool) -> None:
    """A server for programs accepts no web page, and no name that DNS could point to it."""
    assert is_program(headers) is expected
