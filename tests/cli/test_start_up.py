"""A command imports only what it needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "asyncio", "boto3", "botocore", "dataclasses", "dateutil", "difflib", "email", "http",
    "importlib.metadata", "jmespath", "jsonata", "jsonpath_ng", "logging", "platformdirs", "regex",
    "rich", "socket", "ssl", "starlette", "subprocess", "tempfile", "urllib.request", "yaml",
    "zipfile",
}  # fmt: skip
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:hello:x"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:hello"
RECORDINGS = Path(__file__).parents[1] / "views" / "executions"
SCRIPT = "import sys; from sfn_cli.cli import main; main(); print(*sys.modules)"


@pytest.mark.parametrize(
    "argv",
    [
        ("start-execution", "--state-machine-arn", MACHINE),
        ("describe-execution", "--execution-arn", EXECUTION),
        ("list-state-machines", "--query", "stateMachines", "--output", "text"),
        ("get-execution-history", "--execution-arn", EXECUTION),
        ("show", EXECUTION),
        ("show", str(RECORDINGS / "order.json")),
        ("show", str(RECORDINGS / "nested-map.json")),
        ("ls",),
        ("ls", "hello"),
        ("ps",),
        ("help",),
    ],
)
def test_nothing_heavy_is_imported(argv: tuple[str, ...]) -> None:
    """The most common commands start without heavy modules."""
    command = [sys.executable, "-c", SCRIPT, *argv]
    result = subprocess.run(command, capture_output=True, text=True, env=_environment(), check=True)
    assert not HEAVY & set(result.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "argv, operation",
    [
        (("show", str(RECORDINGS / "order.json")), ("describe-execution", "--execution-arn", EXECUTION)),
        (("ls",), ("list-state-machines",)),
        (("ps",), ("list-state-machines",)),
    ],
)
def test_what_people_read_starts_as_what_programs_read(
    argv: tuple[str, ...], operation: tuple[str, ...]
) -> None:
    """A short command imports at most a third more modules than AWS's operation: imports are its time."""
    lines = (
        subprocess.run(
            [sys.executable, "-c", SCRIPT, *each],
            capture_output=True,
            text=True,
            env=_environment(),
            check=True,
        ).stdout.splitlines()
        for each in (argv, operation)
    )
    shown, baseline = (len(line[-1].split()) for line in lines)
    assert shown <= baseline * 4 / 3


@pytest.mark.parametrize("name", ["order", "nested-map", "redriven"])
def test_an_ended_execution_is_shown_without_the_language(name: str) -> None:
    """Showing an execution compiles no definition."""
    command = [sys.executable, "-c", SCRIPT, "show", str(RECORDINGS / f"{name}.json")]
    result = subprocess.run(command, capture_output=True, text=True, env=_environment(), check=True)
    loaded = set(result.stdout.splitlines()[-1].split())
    assert "sfn_cli.views.outline.tree" in loaded
    assert not {"sfn_cli.asl.state_machine", "sfn_cli.query.jsonata", "sfn_cli.views.history.replay"} & loaded


def test_a_worker_starts_without_what_few_executions_need() -> None:
    """AWS clients, and threads for them, are created for the first task that calls a service."""
    command = [
        sys.executable,
        "-c",
        "import sys, sfn_cli.app, sfn_cli.drivers.local.process; print(*sys.modules)",
    ]
    result = subprocess.run(command, capture_output=True, text=True, env=_environment(), check=True)
    few = {
        "asyncio",
        "boto3",
        "botocore",
        "concurrent.futures",
        "email",
        "http",
        "moto",
        "sfn_cli.integrations.aws.call",
    }
    assert not few & set(result.stdout.split())


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
