"""Trace headers, as they are stored."""

from __future__ import annotations

import pytest

from sfn_cli.api.protocol.trace_headers import complete_trace_header

ROOT = "Root=1-6ab4a2f4-c293c2aff58345818a700d56"
PARENT = "Parent=53995c3f42cd8ad8"


@pytest.mark.parametrize(
    "header, completed",
    [
        (ROOT, f"{ROOT};Sampled=1"),  # stackd
        (f"{ROOT};Sampled=0", f"{ROOT};Sampled=0"),
        (f"{ROOT};{PARENT};Sampled=1", f"{ROOT};{PARENT};Sampled=1"),
        # The SDK for Java writes a header in this order, without Self.
        (f"Self=1-a-b; {ROOT} ;Lineage=a:1;Sampled=?;{PARENT}", f"{ROOT};{PARENT};Sampled=1;Lineage=a:1"),
    ],
)
def test_completed(header: str, completed: str) -> None:
    """A trace without a sampling decision is sampled."""
    assert complete_trace_header(header, 0) == completed


@pytest.mark.parametrize("header", ["", "t", "Root=1", "Root="])  # "": stackd
def test_started(header: str) -> None:
    """A header without a trace starts one, at the time of the request."""
    root, sampled = complete_trace_header(header, 1_700_000_000_000).split(";")
    assert (root[:16], len(root), sampled) == ("Root=1-6553f100-", len(ROOT), "Sampled=1")
