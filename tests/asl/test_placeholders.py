"""Unfilled placeholders, `${Name}`, in a definition."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfn_cli.asl.placeholders import describe_unfilled_placeholder, unfilled_placeholders


@pytest.mark.parametrize(
    "value, names",
    [
        ("${Table}", ["Table"]),
        ("arn:${AWS::Partition}:sqs:${Region}:1:q", ["AWS::Partition", "Region"]),
        ("${aws_sqs_queue.q.url}", ["aws_sqs_queue.q.url"]),
        ("${self:custom.table}", ["self:custom.table"]),
        ({"${Name}": ["${Name}", "${Other}"]}, ["Name", "Other"]),
        ("States.Format('{} ${Stage}', $.a)", ["Stage"]),
        ("{% 'arn:' & '${Region}' %}", ["Region"]),
        ("{% ${account: $sum(amount)} %}", []),  # JSONata groups by account
        ("{% ${account:amount} %}", []),
        ("{% $count(${Items}) %}", ["Items"]),
        ("States.Format('costs ${}', $.n)", []),
        ("$${Escaped}", []),
        ("${ spaced }", []),
        ("${1}", []),
        ({"Comment": "Fills ${Table}"}, []),
        ("$.Table", []),
    ],
)
def test_names(value: Any, names: list[str]) -> None:
    """Placeholders are found in every string and name except comments."""
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": value, "End": True}}})
    assert unfilled_placeholders(definition) == tuple(names)


def test_text_that_is_not_json() -> None:
    """A definition with an unquoted placeholder is not JSON, but the placeholder is found."""
    assert unfilled_placeholders('{"Seconds": ${Wait}, "a": "${Wait}"}') == ("Wait",)


def test_description() -> None:
    """The warning has the first place of the placeholder, if it is known."""
    text = '{\n  "a": "${Table}",\n  "b": "${Table}"\n}'
    assert (
        describe_unfilled_placeholder("Table", text, "a.json")
        == "a.json:2:9: ${Table} has no value and stays as it is."
    )
    assert (
        describe_unfilled_placeholder("Table", "", "Flow")
        == "Flow: ${Table} has no value and stays as it is."
    )
