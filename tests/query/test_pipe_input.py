"""Input templates of pipes."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.query.pipe_input import PipeFacts, pipe_input, pipe_parameters

FACTS = PipeFacts("arn:p", "p", "arn:s", "", "arn:t", "2026-01-01T00:00:00.000Z")
RECORD = {"messageId": "m", "body": '{"id": 7, "tags": ["a"]}'}
PARSED = {"messageId": "m", "body": {"id": 7, "tags": ["a"]}}


@pytest.mark.parametrize(
    "template, received",
    [
        (None, RECORD),
        ("", RECORD),
        ('{"id": <$.body.id>, "all": <$.body>}', {"id": 7, "all": {"id": 7, "tags": ["a"]}}),
        ('{"text": "order <$.body.id> of <aws.pipes.pipe-name>"}', {"text": "order 7 of p"}),
        ('{"first": <$.body.tags[0]>, "none": "<$.body.none>"}', {"first": "a", "none": ""}),
        ('{"arns": [<aws.pipes.pipe-arn>, <aws.pipes.source-arn>, <aws.pipes.target-arn>]}',
         {"arns": ["arn:p", "arn:s", "arn:t"]}),
        ("<aws.pipes.event>", PARSED),
        ('"<$.messageId>"', "m"),
        ("order <$.body.id>", "order 7"),
        ('{"fixed": 1, "less": "a < b"}', {"fixed": 1, "less": "a < b"}),
    ],
)  # fmt: skip
def test_templates(template: str | None, received: Any) -> None:
    """Paths are read from the record with its parsed body."""
    assert pipe_input(template, RECORD, PARSED, FACTS) == received


def test_parameters() -> None:
    """Parameters of targets may be paths, at any depth."""
    given: dict[str, Any] = {
        "SqsQueueParameters": {"MessageGroupId": "$.body.id"},
        "EventBridgeEventBusParameters": {"Source": "mine", "Resources": ["$.messageId", "fixed"]},
    }
    assert pipe_parameters(given, PARSED) == {
        "SqsQueueParameters": {"MessageGroupId": "7"},
        "EventBridgeEventBusParameters": {"Source": "mine", "Resources": ["m", "fixed"]},
    }
