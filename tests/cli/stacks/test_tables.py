"""The table of a deploy's changes: names are whole if the terminal has room for them."""

from __future__ import annotations

import io

import pytest

from sfn_cli.cli.stacks.tables import write_deployed
from sfn_cli.stacks.deployment.changes import Action, Change
from sfn_cli.stacks.deployment.deploy import Deployed

FUNCTION = "orders-PriceOfOneOrder-6F2C9A1B7D3E"
DEPLOYED = Deployed(
    "orders",
    [
        Change(Action.UPDATE, "PriceOfOneOrder", "AWS::Lambda::Function", FUNCTION, "Environment, code"),
        Change(Action.KEEP, "Orders", "AWS::SQS::Queue", "orders"),
    ],
    created={},
    outputs=[],
)


@pytest.mark.parametrize("columns, has_column", [(100, False), (130, True)])
def test_long_names(monkeypatch: pytest.MonkeyPatch, columns: int, has_column: bool) -> None:
    """Where the reasons do not fit beside the names, they follow the table."""
    monkeypatch.setenv("COLUMNS", str(columns))
    stream = io.StringIO()
    write_deployed(DEPLOYED, stream, color=False, is_dry_run=True)
    lines = stream.getvalue().splitlines()
    (line,) = (line for line in lines if "AWS::Lambda::Function" in line)
    assert FUNCTION in line
    assert ("Reason" in lines[1], "Environment, code" in line) == (has_column, has_column)
    assert ("PriceOfOneOrder: Environment, code" in lines) == (not has_column)
    assert all(len(line) <= columns for line in lines)
