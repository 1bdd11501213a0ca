"""Invalid settings are refused by every command, before anything is written or started."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.bad_settings import BAD
from tests.processes import ROLE, create_machine, sfn, stop_workers, worker_pids

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow  # a process for each of forty settings

PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:M"
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:M:x"
START = ("start-execution", "--state-machine-arn", MACHINE)
COMMANDS = [
    START,
    ("start-executions", "--state-machine-arn", MACHINE, "--inputs", "inputs.jsonl"),
    ("create-state-machine", "--name", "N", "--role-arn", ROLE, "--definition", json.dumps(PASS)),
    ("create-state-machine", "--generate-cli-skeleton"),
    ("describe-execution", "--execution-arn", EXECUTION),
    ("list-state-machines", "--endpoint-url", "http://127.0.0.1:9"),
    ("lambda", "list-functions"),
    ("logs", "tail", "/group"),
    ("events", "tail"),
    ("run", "m.asl.json"),
    ("tasks", "list"),
    ("serve", "--port", "0"),
    ("worker", "status"),
    ("worker", "stop"),
    ("worker", "log"),
    ("aws", "endpoint"),
    ("aws", "stop"),
    ("doctor",),
    ("completion", "bash"),
]


HELP = [("--version",), ("--help",), ("help",), ("start-execution", "help")]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the files that the commands name.

    The store has a state machine and no worker.
    """
    place = tmp_path_factory.mktemp("place")
    (place / "inputs.jsonl").write_text("{}\n")
    (place / "m.asl.json").write_text(json.dumps(PASS))
    create_machine(place / "home", "M", PASS)
    yield place
    stop_workers(place / "home")


def stored(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in home.iterdir() if path.is_file()}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_refuses(place: Path, command: tuple[str, ...]) -> None:
    """A bad setting is reported in one line, with exit code 253; no store is changed or created."""
    before = stored(place / "home")
    for home in (place / "home", place / "new"):
        refused = sfn(home, *command, environment={"SFN_LEASE_SECONDS": "abc"}, cwd=place)
        line = "sfn: [ERROR]: SFN_LEASE_SECONDS is 'abc': it must be a number of seconds, "
        assert (refused.returncode, refused.stdout) == (253, "")
        assert refused.stderr.strip().startswith(line)
        assert refused.stderr.strip().count("\n") == 0
    assert stored(place / "home") == before
    assert not (place / "new").exists()
    assert worker_pids(place / "home") == []


@pytest.mark.parametrize("name", BAD)
def test_every_variable_is_checked(place: Path, name: str) -> None:
    """A bad value of any variable keeps an execution from being acknowledged."""
    before, one = stored(place / "home"), name.replace("*", "SQS")
    refused = sfn(place / "home", *START, environment={one: BAD[name][0]})
    assert (refused.returncode, refused.stdout) == (253, "")
    assert refused.stderr.strip().startswith(f"sfn: [ERROR]: {one} is '{BAD[name][0]}': it must be ")
    assert refused.stderr.strip().count("\n") == 0
    assert stored(place / "home") == before
    assert worker_pids(place / "home") == []


def test_a_region_is_refused_as_aws_does(place: Path) -> None:
    """A bad region is refused with aws's own message, with its exit code."""
    for setting in ({"AWS_REGION": "not a region"}, {"AWS_DEFAULT_REGION": "-x"}):
        (region,) = setting.values()
        refused = sfn(place / "home", *START, environment=setting)
        assert refused.returncode == 255
        assert f"Provided region_name '{region}' doesn't match a supported format." in refused.stderr


@pytest.mark.parametrize("command", HELP, ids=" ".join)
def test_help_needs_no_settings(place: Path, command: tuple[str, ...]) -> None:
    """Help and --version answer in any environment."""
    answered = sfn(place / "home", *command, environment={"SFN_LEASE_SECONDS": "abc"})
    assert (answered.returncode, answered.stderr) == (0, "")


def test_completions_with_bad_settings(place: Path) -> None:
    """With bad settings, completion shows no error, and completes whatever needs no store."""
    lines = {("start-execution", "--state-machine-arn", ""): "", ("start-execution", "--nam"): "--name"}
    for line, shown in lines.items():
        answered = sfn(place / "home", "__complete", "zsh", *line, environment={"SFN_LEASE_SECONDS": "abc"})
        assert (answered.returncode, answered.stderr) == (0, "")
        assert answered.stdout.startswith(shown)
