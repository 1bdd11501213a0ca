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

from sfn_cli.store.sqlite.database import Database
from tests.interpreter.replay import breaches
from tests.processes import serving

HERE = Path(__file__).parent
RECORDINGS = Path(os.environ.get("SFN_CONFORMANCE", HERE.parents[2] / "shared" / "conformance"))
AREAS = (
    "base,choice,assign,jsonata,intrinsic,parallel,map,error,timeouts,context_object,comments,callbacks,credentials,test_state,"
    "api_versioning,api_aliasing,express,logs"
)
MEASURED = ("SdkHttpMetadata", "SdkResponseMetadata", "billedDurationInMilliseconds")
"""What tells of the one answer that was recorded, not of every one: headers, and how long AWS's Lambda took."""
GAPS: dict[str, str] = tomllib.loads((HERE / "known_gaps.toml").read_text())["gaps"]


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings are not beside this checkout")
@pytest.mark.slow
def test_every_field_of_every_event(tmp_path: Path) -> None:
    """Scenarios that need nothing, Lambda or Step Functions itself pass at level c, but for the known gaps.

    Every history that they left goes on to the same end, event by event, from after each of its events.
    """
    misses, played = play(tmp_path)
    unexpected = {id: why for id, why in misses.items() if id not in GAPS}
    healed = sorted(id for id in GAPS if id in played and id not in misses)
    assert unexpected == {}
    assert healed == [], "these pass now: take them out of known_gaps.toml"
    assert len(misses) <= 0.15 * len(played)
    database = Database(tmp_path / "home")
    assert list(breaches(database)) == []
    database.close()


def play(tmp_path: Path) -> tuple[dict[str, str], set[str]]:
    """(id → why it missed, all that were played)."""
    report = tmp_path / "report.json"
    with serving(tmp_path / "home", environment={"SFN_ACCOUNT_ID": "000000000000"}) as url:
        command = [
            sys.executable, str(RECORDINGS / "play.py"), str(RECORDINGS / "dev.jsonl"),
            "--sfn", url, "--needs", "none,lambda,states,logs", "--area", AREAS, "--level", "c",
            "--ignore", ",".join(MEASURED), "--out", str(report),
        ]  # fmt: skip
        subprocess.run(command, check=False, timeout=900)
    results: dict[str, Any] = json.loads(report.read_text())
    return {id: result["c"] for id, result in results.items() if result["c"]}, set(results)
