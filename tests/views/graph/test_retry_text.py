"""Readable text of Retriers, for Mermaid's and Graphviz's loops and for the title of a picture's loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfn_cli.views.graph.definition import graph_of
from sfn_cli.views.graph.retry_text import describe_retries, retry_labels

if TYPE_CHECKING:
    from typing import Any


@pytest.mark.parametrize(
    "retrier, label, words",
    [
        ({}, "retry ALL ≤ 3", "ALL: at most 3 times, after 1 s, 2 s, 4 s"),
        ({"MaxAttempts": 1, "IntervalSeconds": 7}, "retry ALL ≤ 1", "ALL: at most once, after 7 s"),
        ({"MaxAttempts": 2, "BackoffRate": 1.5}, "retry ALL ≤ 2", "ALL: at most twice, after 1 s, 1.5 s"),
        (
            {"MaxAttempts": 9, "MaxDelaySeconds": 3},
            "retry ALL ≤ 9",
            "ALL: at most 9 times, after 1 s, 2 s, 3 s, 3 s, …",
        ),
        ({"MaxAttempts": 0}, None, "ALL: not retried"),
        (
            {"IntervalSeconds": "x", "BackoffRate": None},
            "retry ALL ≤ 3",
            "ALL: at most 3 times, after 1 s, 2 s, 4 s",
        ),
        (
            {"ErrorEquals": ["States.Timeout", "Busy"], "BackoffRate": 1e300},
            "retry Timeout, Busy ≤ 3",
            "Timeout, Busy: at most 3 times, after 1 s, 366.0 days, 366.0 days",
        ),
    ],
)
def test_retrier(retrier: dict[str, Any], label: str | None, words: str) -> None:
    task = {"Type": "Task", "Retry": [{"ErrorEquals": ["States.ALL"], **retrier}], "End": True}
    node = graph_of({"StartAt": "A", "States": {"A": task}}).nodes["/A"]
    assert (retry_labels(node), describe_retries(node)) == ([] if label is None else [label], [words])
