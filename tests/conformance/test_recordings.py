"""AWS's recorded executions and calls, played against `sfn serve` on a real socket.

A failing scenario must be in known_gaps.toml with its reason, and a passing one must not: the list
only shrinks.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.recordings import check_gaps, needs_recordings, play_recordings, scenarios
from tests.interpreter.replay import breaches
from tests.processes import serving, sfn
from tests.reference_pages.compatibility import PLAYED_SCENARIOS, RECORDED_SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ACCOUNT = {"SFN_ACCOUNT_ID": "000000000000"}
OWN = {"activity", "lambda", "logs", "states"}
"""The needs of scenarios that sfn meets itself."""

SERVICES = {"dynamodb", "events", "kms", "s3", "secretsmanager", "sfn", "sns", "sqs"}
"""The needs of scenarios that call AWS services, in tasks or for preparation.

moto's server has these services.
"""
MEASURED = ("SdkHttpMetadata", "SdkResponseMetadata", "billedDurationInMilliseconds")
"""The values of the recorded answer alone: headers, and the durations of AWS's Lambda."""
pytestmark = [needs_recordings, pytest.mark.slow]  # hundreds of executions, over HTTP

GAPS = "known_gaps.toml"


def test_every_field_of_every_event(tmp_path: Path) -> None:
    """Scenarios that need nothing but sfn itself pass at level c, except for the known gaps.

    Every recorded history goes on to the same end, event by event, from after each of its events.
    """
    with serving(tmp_path / "home", environment=ACCOUNT) as url:
        misses, played = play(
            tmp_path, lambda scenario: needs_of(scenario) <= OWN and not asks_for_all(scenario), "--sfn", url
        )
    check_gaps(misses, played, GAPS)
    assert len(misses) <= 0.1 * len(played)
    assert list(breaches(tmp_path / "home")) == []


def test_lists_of_a_whole_account(tmp_path: Path) -> None:
    """Scenarios that list a whole account pass, each in a store of its own."""
    for number, asked in enumerate(
        scenario["id"] for scenario in scenarios() if needs_of(scenario) <= OWN and asks_for_all(scenario)
    ):
        with serving(tmp_path / f"home{number}", environment=ACCOUNT) as url:
            misses, played = play(
                tmp_path, lambda scenario, asked=asked: scenario["id"] == asked, "--sfn", url
            )
        check_gaps(misses, played, GAPS)


def test_tasks_that_call_services(tmp_path: Path) -> None:
    """Scenarios that need SQS, S3 and others pass with the store's own services (moto's server)."""
    home = tmp_path / "home"

    def chosen(scenario: dict[str, Any]) -> bool:
        needs = needs_of(scenario)
        return bool(needs & SERVICES) and needs <= SERVICES | OWN

    with serving(home, environment=ACCOUNT) as url:
        other = sfn(home, "aws", "endpoint", environment=ACCOUNT).stdout.strip()
        misses, played = play(tmp_path, chosen, "--sfn", url, "--other", other)
    check_gaps(misses, played, GAPS)
    assert len(played) >= 60


def test_the_reference_has_the_counts() -> None:
    """docs/reference/compatibility.md says how many scenarios there are, and how many are played."""
    needs = [needs_of(scenario) for scenario in scenarios()]
    assert len(needs) == RECORDED_SCENARIOS
    assert sum(needed <= OWN | SERVICES for needed in needs) == PLAYED_SCENARIOS


def needs_of(scenario: dict[str, Any]) -> set[str]:
    return set(scenario["needs"]) - {"none"}


def asks_for_all(scenario: dict[str, Any]) -> bool:
    return any(step["op"] in ("ListStateMachines", "ListActivities") for step in scenario["steps"])


def play(
    tmp_path: Path, chosen: Callable[[dict[str, Any]], bool], *arguments: str
) -> tuple[dict[str, str], set[str]]:
    """(id → why it missed, all that were played) of the scenarios that are chosen."""
    recordings, report = tmp_path / "chosen.jsonl", tmp_path / "report.json"
    recordings.write_text(
        "".join(f"{json.dumps(scenario)}\n" for scenario in scenarios() if chosen(scenario))
    )
    ignored = ("--ignore", ",".join(MEASURED))
    return play_recordings("play.py", recordings, report, *ignored, *arguments)
