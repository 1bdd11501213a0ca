"""Words that users try, and the commands that are suggested for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from sfn_cli.cli.operations.commands import Sfn
from sfn_cli.cli.suggestions import _SUGGESTED, _SUGGESTED_BY_SERVICE

if TYPE_CHECKING:
    from tests.cli.conftest import Sfn as RunSfn

ROOT = Sfn("sfn")
AT_ROOT = click.Context(ROOT, info_name="sfn")


@pytest.mark.parametrize(
    "argv, suggested",
    [
        ("history", ["show", "get-execution-history"]),
        ("status Pay/last", ["show", "describe-execution", "ps"]),
        ("list", ["ls", "list-state-machines", "list-executions"]),
        ("tree", ["show"]),
        ("invoke", ["lambda invoke", "start-execution"]),
        ("start", ["start-execution", "run"]),
        ("stop", ["stop-execution", "worker stop"]),
        ("top", ["ps"]),
        ("approve", ["tasks approve"]),
        ("open", ["graph", "show"]),
        ("Describe", ["show", "describe-execution", "describe-state-machine"]),
        ("lists-executions", ["list-executions"]),
        ("stepfunctions describe", ["describe-execution", "describe-state-machine"]),
        ("logs get", ["logs tail", "logs get-log-events"]),
        ("frobnicate", []),
    ],
)
def test_did_you_mean(sfn: RunSfn, argv: str, suggested: list[str]) -> None:
    """The error for an unknown command lists the likely commands first, then similar names."""
    done = sfn(*argv.split())
    found = [line.removeprefix("  * ") for line in done.stderr.splitlines() if line.startswith("  * ")]
    assert (done.exit, found[: len(suggested)]) == (252, suggested)


@pytest.mark.parametrize("suggestion", sorted({each for meant in _SUGGESTED.values() for each in meant}))
def test_a_suggestion_is_a_command(suggestion: str) -> None:
    """Each suggested command exists."""
    first, *rest = suggestion.split()
    command = ROOT.get_command(AT_ROOT, first)
    assert command is not None
    if isinstance(command, click.Group) and rest:
        assert command.get_command(AT_ROOT, rest[0]) is not None


@pytest.mark.parametrize(
    "suggestion", sorted({each for meant in _SUGGESTED_BY_SERVICE.values() for each in meant})
)
def test_a_suggestion_for_a_service_is_one_of_its_commands(suggestion: str) -> None:
    """Each command that is suggested for a service exists."""
    service, name, *_ = suggestion.split()
    group = ROOT.get_command(AT_ROOT, service)
    assert isinstance(group, click.Group)
    assert group.get_command(AT_ROOT, name) is not None
