"""Examples of events for patterns: the pattern matches what is made for it."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.query.event_pattern import event_pattern
from sfn_cli.query.event_pattern.sample import sample_event_values


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["shop", "bank"]},
        {"source": [{"prefix": "sh"}], "detail": {"file": [{"suffix": ".csv"}]}},
        {"source": [{"prefix": {"equals-ignore-case": "SH"}}]},
        {"detail": {"path": [{"wildcard": "in/*/a\\*.csv"}]}},
        {"detail": {"total": [{"numeric": [">", 100]}]}},
        {"detail": {"total": [{"numeric": [">=", 1, "<", 2]}]}},
        {"detail": {"total": [{"numeric": [">", 1, "<", 2]}]}},
        {"detail": {"total": [{"numeric": ["<", 0]}]}},
        {"detail": {"total": [{"numeric": ["=", 3.5]}]}},
        {"detail": {"state": [{"anything-but": ["example", "closed"]}]}},
        {"detail": {"state": [{"anything-but": [1, 7]}]}},
        {"detail": {"state": [{"anything-but": {"prefix": "x"}}]}},
        {"detail": {"address": [{"cidr": "10.0.0.0/24"}]}},
        {"detail": {"error": [{"exists": False}], "order": [{"exists": True}]}},
        {"detail": {"kind": [{"equals-ignore-case": "Order"}], "paid": [True], "note": [None]}},
        {"source": ["shop"], "$or": [{"detail": {"a": [1]}}, {"detail": {"b": [2]}}]},
        {"detail": {"x": [1], "$or": [{"y": [2]}, {"z": [3]}]}},
    ],
)
def test_a_sample_matches(pattern: dict[str, Any]) -> None:
    assert event_pattern(pattern).matches(sample_event_values(pattern))


def test_a_contradiction_has_no_matching_sample() -> None:
    pattern = {"a": [1], "$or": [{"a": [2]}, {"b": [3]}]}
    assert not event_pattern(pattern).matches(sample_event_values(pattern))
