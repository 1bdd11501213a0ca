"""sfn's exit codes and the shape of its output are those of the aws CLI against a server.

The recordings come from a server other than AWS: its values and texts are ignored, and sfn may return
members that AWS has and this server left out. What sfn does not follow is in GAPS with the reason; a
case that begins to pass must be removed from the list.
"""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import ended, sfn, sfn_json

if TYPE_CHECKING:
    from subprocess import CompletedProcess

pytestmark = pytest.mark.slow  # hundreds of commands, each twice

RECORDED = json.loads(
    (Path(__file__).parents[1] / "cases" / "server_transcripts.json").read_text(encoding="utf-8")
)

GAPS = {
    "list-exec-bad-enum": "AWS refuses a status that it does not know",
    "lambda-invoke-missing": "AWS refuses to invoke a function that is not there",
}

ARN = "arn:aws:states:us-east-1:123456789012"


@pytest.mark.parametrize("run", [1, 2])
def test_exit_codes_and_shapes(home: Path, tmp_path: Path, run: int) -> None:
    """The commands run in one session, each after the ones before it."""
    _write_fixtures(tmp_path)
    missed = {}
    for case in RECORDED["cases"]:
        if case["run"] == run:
            _prepare(home, case["id"])
            problem = _problem(case, sfn(home, *case["argv"], cwd=tmp_path))
            if problem:
                missed[case["id"]] = problem
    expected = {case["id"] for case in RECORDED["cases"] if case["run"] == run and case["id"] in GAPS}
    assert {name: problem for name, problem in missed.items() if name not in expected} == {}
    assert set(missed) == expected


def _write_fixtures(folder: Path) -> None:
    for name, content in RECORDED["fixtures"].items():
        (folder / name).write_text(content, encoding="utf-8")
    with zipfile.ZipFile(folder / "fn.zip", "w") as archive:
        archive.write(folder / "app.py", "app.py")


def _prepare(home: Path, case: str) -> None:
    """Creates the data that the server had before the recording."""
    if case == "describe-exec":
        ended(home, f"{ARN}:execution:hello:e1")
    elif case == "logs-create-stream2":
        group = ("--log-group-name", "/aws/vendedlogs/states/hello")
        sfn_json(home, "logs", "create-log-group", *group)
        sfn_json(home, "logs", "create-log-stream", *group, "--log-stream-name", "states/hello/2026")


def _problem(case: dict[str, Any], done: CompletedProcess[str]) -> str | None:
    """Returns how the answer differs from the recorded one."""
    if done.returncode != case["exit"]:
        return f"exit {done.returncode}, not {case['exit']}: {done.stderr}"
    error = re.search(r"An error occurred \((\w*)\)", done.stderr)
    if bool(error) is not ("error" in case) or (case.get("error") and error and error[1] != case["error"]):
        return f"error {done.stderr!r}, not {case.get('error')!r}"
    if not _has_shape(done.stdout, case["stdout"]):
        return f"stdout {done.stdout!r}, not {case['stdout']!r}"
    return None


def _has_shape(text: str, recorded: str) -> bool:
    try:
        return _is_like(_values(text), _values(recorded))
    except ValueError:
        return len(text.splitlines()) == len(recorded.splitlines())


def _values(text: str) -> list[Any]:
    """The JSON values that a text consists of: `lambda invoke … /dev/stdout` writes two.

    Raises ValueError.
    """
    values, rest = [], text.strip()
    while rest:
        value, end = json.JSONDecoder().raw_decode(rest)
        values.append(value)
        rest = rest[end:].lstrip()
    return values


def _is_like(value: object, recorded: object) -> bool:
    """Whether a JSON value has the members of the recorded one, each of the same type.

    Lists must have items as the recorded ones do. Lists that are empty may be missing: AWS leaves
    out the Layers of a function that has none.
    """
    if isinstance(recorded, dict) and isinstance(value, dict):
        return all(
            _is_like(value[name], member) if name in value else member == []
            for name, member in recorded.items()
        )
    if isinstance(recorded, list) and isinstance(value, list):
        return len(value) == len(recorded) and all(map(_is_like, value, recorded))
    return type(value) is type(recorded)
