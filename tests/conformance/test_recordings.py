"""What AWS itself answered: recorded executions and calls, played against `sfn serve` on a real socket.

The recordings and their player lie beside a checkout (../shared/conformance), or where the
environment variable SFN_CONFORMANCE says; without them these tests are skipped. A scenario that
misses must be in known_gaps.toml with its reason, and one that passes must not: the list only shrinks.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from sfn_cli.integrations import embedded_aws
from sfn_cli.store.sqlite.database import Database
from tests.interpreter.replay import breaches
from tests.processes import serving, sfn

HERE = Path(__file__).parent
RECORDINGS = Path(os.environ.get("SFN_CONFORMANCE", HERE.parents[2] / "shared" / "conformance"))
AREAS = (
    "base,choice,assign,jsonata,intrinsic,parallel,map,error,timeouts,context_object,comments,callbacks,credentials,test_state,"
    "api_versioning,api_aliasing"
)
ACCOUNT = {"SFN_ACCOUNT_ID": "000000000000"}
SERVICES = {"dynamodb", "events", "kms", "s3", "secretsmanager", "sfn", "sns", "sqs"}
"""The needs of scenarios whose tasks call AWS's services, or that prepare something there: moto's server has them."""
SERVICE_AREAS = {
    "activities", "callbacks", "choice", "credentials", "error", "jsonata", "map", "scenarios", "services", "test_state", "timeouts",
    "validate",
}  # fmt: skip
GAPS: dict[str, str] = tomllib.loads((HERE / "known_gaps.toml").read_text())["gaps"]


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings are not beside this checkout")
@pytest.mark.slow
def test_every_field_of_every_event(tmp_path: Path) -> None:
    """Scenarios that need nothing, Lambda or Step Functions itself pass at level c, but for the known gaps.

    Every history that they left goes on to the same end, event by event, from after each of its events.
    """
    arguments = ("--needs", "none,lambda,states", "--area", AREAS)
    with serving(tmp_path / "home", environment=ACCOUNT) as url:
        misses, played = play(tmp_path, RECORDINGS / "dev.jsonl", "--sfn", url, *arguments)
    check(misses, played)
    assert len(misses) <= 0.15 * len(played)
    database = Database(tmp_path / "home")
    assert list(breaches(database)) == []
    database.close()


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings are not beside this checkout")
@pytest.mark.slow
def test_tasks_that_call_services(tmp_path: Path) -> None:
    """So do those that need SQS, S3 and the like; these are the store's own (moto's server)."""
    lines = (RECORDINGS / "dev.jsonl").read_text().splitlines(keepends=True)
    chosen = tmp_path / "chosen.jsonl"
    chosen.write_text("".join(line for line in lines if needs_services(json.loads(line))))
    home = tmp_path / "home"
    with serving(home, environment=ACCOUNT) as url:
        other = sfn(home, "aws", "endpoint", environment=ACCOUNT).stdout.strip()
        try:
            misses, played = play(tmp_path, chosen, "--sfn", url, "--other", other)
        finally:
            embedded_aws.stop(str(home))
    check(misses, played)
    assert len(played) >= 75


def needs_services(scenario: dict[str, Any]) -> bool:
    needs = set(scenario["needs"])
    return scenario["area"] in SERVICE_AREAS and bool(needs & SERVICES) and needs <= SERVICES | {"activity", "lambda", "states"}


def check(misses: dict[str, str], played: set[str]) -> None:
    """What misses is a known gap, and what passes is none."""
    unexpected = {id: why for id, why in misses.items() if id not in GAPS}
    healed = sorted(id for id in GAPS if id in played and id not in misses)
    assert unexpected == {}
    assert healed == [], "these pass now: take them out of known_gaps.toml"


def play(tmp_path: Path, recordings: Path, *arguments: str) -> tuple[dict[str, str], set[str]]:
    """(id → why it missed, all that were played)."""
    report = tmp_path / "report.json"
    command = [
        sys.executable, str(RECORDINGS / "play.py"), str(recordings), "--level", "c",
        "--ignore", "SdkHttpMetadata,SdkResponseMetadata", "--out", str(report), *arguments,
    ]  # fmt: skip
    subprocess.run(command, check=False, timeout=900)
    results: dict[str, Any] = json.loads(report.read_text())
    return {id: result["c"] for id, result in results.items() if result["c"]}, set(results)
