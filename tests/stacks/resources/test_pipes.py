"""Pipes in this store: created, created again, updated and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.stacks.resources.resource import ResourceError
from sfn_cli.stacks.resources.table import resource_type
from sfn_cli.store.records.events.source_mappings import PIPE
from tests.api.fakes import ROLE

if TYPE_CHECKING:
    from tests.stacks.resources.conftest import Maker

ACCOUNT = "us-east-1:123456789012"
PROPERTIES: dict[str, Any] = {
    "Name": "p",
    "RoleArn": ROLE,
    "Source": f"arn:aws:sqs:{ACCOUNT}:orders",
    "SourceParameters": {"SqsQueueParameters": {"BatchSize": "5"}},
    "Target": f"arn:aws:states:{ACCOUNT}:stateMachine:Pay",
}


def test_a_pipe(make: Maker) -> None:
    """Numbers may be strings, and DesiredState stops a pipe."""
    pipes, mappings = resource_type("AWS::Pipes::Pipe"), make().service.source_mappings
    created = pipes.create(make(), PROPERTIES)
    arn = f"arn:aws:pipes:{ACCOUNT}:pipe/p"
    assert (created.reference, created.attributes["Arn"]) == ("p", arn)
    assert pipes.create(make(), PROPERTIES) == created._replace(existed=True)
    stored = mappings.find(PIPE, "p")
    assert stored is not None
    assert stored.configuration == {
        "SourceParameters": {"SqsQueueParameters": {"BatchSize": 5}}, "Arn": arn, "RoleArn": ROLE,
    }  # fmt: skip
    assert stored.is_enabled
    assert pipes.update is not None
    stopped = pipes.update(make(), created, PROPERTIES, {**PROPERTIES, "DesiredState": "STOPPED"})
    assert stopped.attributes["CurrentState"] == "STOPPED"
    assert not mappings.any_enabled()
    pipes.delete(make(), created, PROPERTIES)
    pipes.delete(make(), created, PROPERTIES)
    assert mappings.find(PIPE, "p") is None


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"Target": None}, 'Missing required parameter in input: "Target"'),
        ({"Target": f"arn:aws:batch:{ACCOUNT}:job-queue/q"}, "does not deliver events of pipes to arn:aws"),
        ({"Enrichment": f"arn:aws:events:{ACCOUNT}:api-destination/d"}, "does not call the enrichment"),
        ({"SourceParameters": "x"}, "Invalid type for parameter SourceParameters"),
        (
            {"SourceParameters": {"FilterCriteria": {"Filters": [{"Pattern": '{"a": 1}'}]}}},
            "Invalid filter pattern definition.",
        ),
        (
            {
                "SourceParameters": {
                    "KinesisStreamParameters": {
                        "StartingPosition": "AT_TIMESTAMP",
                        "StartingPositionTimestamp": "2026-01-01T25:00:00Z",
                    }
                }
            },
            "'2026-01-01T25:00:00Z' can not be converted to a Timestamp",
        ),
    ],
)
def test_refused_pipes(make: Maker, changed: dict[str, Any], message: str) -> None:
    """A pipe that cannot work is a one-line error that says why."""
    with pytest.raises(ResourceError) as refused:
        resource_type("AWS::Pipes::Pipe").create(make(), {**PROPERTIES, **changed})
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_source_that_is_not_polled(make: Maker) -> None:
    """A pipe of another source exists by name, and the user sees a line."""
    source = f"arn:aws:kafka:{ACCOUNT}:cluster/c"
    created = resource_type("AWS::Pipes::Pipe").create(make(), {**PROPERTIES, "Source": source})
    assert created.reference == "p"
    assert make().service.source_mappings.find(PIPE, "p") is None
