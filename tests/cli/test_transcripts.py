"""sfn's exit code, stdout and stderr equal those of the aws CLI, byte for byte.

`transcripts.json` holds the recordings. Those that sfn does not follow are in GAPS with the reason;
a case that begins to pass must be removed from the list.
"""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.cli.failures import PROGRAM
from sfn_cli.settings import Settings
from sfn_cli.store.records.logs import LogLine
from sfn_cli.store.sqlite.database import Database
from sfn_cli.store.sqlite.logs.logs import SqliteLogs
from tests.cli.conftest import Result, Sfn

if TYPE_CHECKING:
    from tests.cli.stub import Stub

RECORDED = json.loads((Path(__file__).parent / "transcripts.json").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = RECORDED["cases"]

GAPS = {
    "e-no-region": "the local store has a default region",
    "help-op": "the help is sfn's own",
    "help-flag": "--help is an option of sfn",
    "pager-not-found": "the hint after the error is sfn's own",
    "tail-both-streams": "recorded from a service that takes both; AWS refuses them together",
}

NOW = int(time.time() * 1000)
STARTED = '{"id": "1", "type": "ExecutionStarted", "details": {"input": "{}", "roleArn": "r"}}'
FIRST_LOGS = [
    ("states/hello/2026", NOW - 60_123, "plain one"),
    ("states/hello/2026", NOW - 59_123, "ERROR two"),
]
SECOND_LOGS = [
    ("other", NOW - 10_800_123, "old"),
    ("other", NOW - 60_123, STARTED),
    ("other", NOW - 59_623, "multi\nline"),
]
WITH_SECOND_LOGS = ("tail-json", "tail-streams", "tail-default-json-msg", "tail-since-1d", "tail-color-json")


def _parameters(tty: bool) -> list[Any]:
    return [
        pytest.param(
            case,
            id=case["id"],
            marks=[pytest.mark.xfail(reason=GAPS[case["id"]], strict=True)] if case["id"] in GAPS else [],
        )
        for case in CASES
        if bool(case.get("tty")) is tty
    ]


def _normalised(text: str) -> str:
    text = re.sub(rf"^{PROGRAM}: ", "aws: ", text, flags=re.MULTILINE)
    text = re.sub(rf"^(usage:| ) {PROGRAM} ", r"\1 aws ", text, flags=re.MULTILINE)
    for pattern, replacement in RECORDED["normalise"]:
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    return text


def _prepare(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch, endpoint: Stub) -> list[str]:
    """The files and variables of the case; its argv, with the endpoint it was recorded against."""
    for name, content in RECORDED["fixtures"].items():
        Path(name).write_text(content, encoding="utf-8")
    with zipfile.ZipFile("fn.zip", "w") as archive:
        archive.writestr("app.py", RECORDED["fixtures"]["app.py"])
    env = dict(case.get("env", {}))
    endpoints = {"stub": endpoint.url, "dead": "http://127.0.0.1:9"}
    url = env.pop("AWS_ENDPOINT_URL", endpoints.get(case["endpoint"]))
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    for name in case.get("unset", []):
        monkeypatch.delenv(name)
    time.tzset()
    monkeypatch.setattr("time.sleep", lambda _: None)
    endpoint.last_request = None
    argv: list[str] = case["argv"]
    return [*argv, "--endpoint-url", url] if url and "--endpoint-url" not in argv else argv


def _put_logs(case: dict[str, Any]) -> None:
    database = Database(Settings.from_environment().home)
    events = SECOND_LOGS if case["id"] in WITH_SECOND_LOGS else FIRST_LOGS
    SqliteLogs(database).append([LogLine("/aws/vendedlogs/states/hello", *event) for event in events], NOW)
    database.close()


def _check(case: dict[str, Any], result: Result, endpoint: Stub) -> None:
    assert _normalised(result.stderr) == case["stderr"]
    assert _normalised(result.stdout) == case["stdout"]
    assert result.exit == case["exit"]
    if "after" in case:
        assert endpoint.last_request == case["after"]


@pytest.mark.parametrize("case", _parameters(tty=False))
def test_answers_as_recorded(
    case: dict[str, Any], sfn: Sfn, endpoint: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """sfn's output equals that of the aws CLI."""
    argv = _prepare(case, monkeypatch, endpoint)
    if case["id"].startswith("tail-"):
        _put_logs(case)
    _check(case, sfn(*argv), endpoint)


@pytest.mark.parametrize("case", _parameters(tty=True))
def test_answers_as_recorded_at_a_terminal(
    case: dict[str, Any], endpoint: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a terminal, output is paged and tables are coloured, as by the aws CLI."""
    argv = _prepare(case, monkeypatch, endpoint)
    _check(case, _at_a_terminal(argv), endpoint)


def _at_a_terminal(argv: list[str]) -> Result:
    main_end, terminal_end = pty.openpty()
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-m", "sfn_cli", *argv]
    process = subprocess.Popen(
        command, stdout=terminal_end, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": root}
    )
    os.close(terminal_end)
    output = b""
    try:
        while chunk := os.read(main_end, 65536):
            output += chunk
    except OSError:
        pass  # Linux: the terminal's other end is closed
    os.close(main_end)
    stderr = process.communicate()[1]
    return Result(process.returncode, output.decode(), stderr.decode())
