"""The faulty lines of a definition, shown at a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sfn_cli.asl.validation.validate import validate
from sfn_cli.cli.definition_errors.display import render_definition_errors

if TYPE_CHECKING:
    from pathlib import Path

MACHINE = """\
{
  "StartAt": "Order",
  "States": {
    "Order": {
      "Type": "Pass",
\t"Next": "Pya"
    },
    "Pay": {"Type": "Task", "Resource": "pay", "Colour": 1,
      "Retry": [{"ErrorEquals": ["States.ALL", "E"]}], "End": true}
  }
}
"""

SHOWN = """
machine.json:8:41  Value is not a valid resource ARN
    8 |     "Pay": {"Type": "Task", "Resource": "pay", "Colour": 1,
      |                                         ^
machine.json:8:48  Field 'Colour' is not supported
    8 |     "Pay": {"Type": "Task", "Resource": "pay", "Colour": 1,
      |                                                ^
machine.json:9:34  States.ALL must appear alone and at end of list
    9 |       "Retry": [{"ErrorEquals": ["States.ALL", "E"]}], "End": true}
      |                                  ^
machine.json:6:10  Missing 'Next' target: Pya
    6 | \t"Next": "Pya"
      | \t        ^
machine.json:8:5  State "Pay" is not reachable.
    8 |     "Pay": {"Type": "Task", "Resource": "pay", "Colour": 1,
      |     ^
"""

UNRECOGNIZED = (
    "Unrecognized token 'x': was expecting "
    "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
)
NOT_JSON = f"""
d:2:6  {UNRECOGNIZED}
    2 | "a":x}}
      |      ^
"""

LOOP = '{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"A"}}}'


def test_each_fault_has_its_line() -> None:
    """Each problem is shown at its value, its field, its list element or its state."""
    assert render_definition_errors(validate(MACHINE), MACHINE, "machine.json") == SHOWN


@pytest.mark.parametrize(
    "text, lines",
    [
        ('{\n"a":x}', NOT_JSON),
        ("{}", "\nd:1:1  These fields are required: [States, StartAt]\n    1 | {}\n      | ^\n"),
        (LOOP, "\nd  Workflow has no terminal state\n"),
        (json.dumps({"StartAt": "~/", "States": {"~/": {"Type": "\x1b"}}}), None),
    ],
)
def test_places(text: str, lines: str | None) -> None:
    """Problems of the whole text, of invalid JSON, and of names with special characters are shown."""
    found = render_definition_errors(validate(text), text, "d")
    if lines is None:
        assert found.startswith("\nd:1:45  The field 'Type' should have")
        assert "\x1b" not in found
    else:
        assert found == lines


def test_a_long_line() -> None:
    """For a definition on one line, the text around the problem is shown."""
    text = json.dumps(
        {"Comment": "c" * 500, "StartAt": "A", "States": {"A": {"Type": "Succeed", "Odd": "o" * 500}}}
    )
    header, line, caret = render_definition_errors(validate(text), text, "d").splitlines()[1:]
    column = text.index('"Odd"') + 1
    assert header == f"d:1:{column}  Field 'Odd' is not supported"
    assert len(line) < 120
    assert line[caret.index("^") :].startswith('"Odd"')
    assert "…" in line


def at_terminal(*argv: str) -> tuple[int, str, str]:
    """Returns the exit code, stdout and stderr of the command when its stderr is a terminal."""
    terminal, stderr = pty.openpty()
    command = [sys.executable, "-m", "sfn_cli", *argv]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr
    ) as process:
        os.close(stderr)
        assert process.stdout is not None
        written = b""
        while True:
            try:
                piece = os.read(terminal, 65536)
            except OSError:  # Linux: the other side was closed
                break
            if not piece:
                break
            written += piece
        stdout = process.stdout.read()
    os.close(terminal)
    return process.returncode, stdout.decode(), written.decode().replace("\r\n", "\n")


ROLE = "arn:aws:iam::123456789012:role/r"
STATE = '{\n  "Type": "Pass",\n  "Odd": 1,\n  "InputPath": "a",\n  "End": true\n}'


def test_what_is_refused(tmp_path: Path) -> None:
    """At a terminal, the lines of the file follow the line that aws prints.

    Elsewhere, only that line is printed.
    """
    path = tmp_path / "machine.json"
    path.write_text(MACHINE)
    argv = ["create-state-machine", "--name", "m", "--role-arn", ROLE, "--definition", f"file://{path}"]
    code, _, stderr = at_terminal(*argv)
    plain = subprocess.run(
        [sys.executable, "-m", "sfn_cli", *argv], capture_output=True, text=True, check=False
    )
    assert code == plain.returncode == 254
    assert stderr == plain.stderr + SHOWN.replace("machine.json", str(path))


def test_a_tested_state(tmp_path: Path) -> None:
    """In a single tested state, problems are found in the text of the state."""
    path = tmp_path / "state.json"
    path.write_text(STATE)
    code, _, stderr = at_terminal("test-state", "--role-arn", ROLE, "--definition", f"file://{path}")
    assert code == 254
    odd = f"\n{path}:3:3  Field 'Odd' is not supported\n    3 |   \"Odd\": 1,\n      |   ^\n"
    no_path = (
        f"{path}:4:16  Value must be a valid JSONPath.\n"
        '    4 |   "InputPath": "a",\n'
        "      |                ^\n"
    )
    assert stderr.endswith(odd + no_path)


def test_run(tmp_path: Path) -> None:
    """`sfn run` names the definition by its path from the current folder."""
    path = tmp_path / "machine.asl.json"
    path.write_text(MACHINE)
    code, _, stderr = at_terminal("run", str(path))
    assert code == 254
    assert stderr.endswith(SHOWN.replace("machine.json", os.path.relpath(path)))


YAML = """\
# An order.
StartAt: Order
States:
  Order: {Type: Pass, Next: Pya}
  Pay:
    Type: Task
    Resource: pay
    Colour: 1
    Retry:
      - ErrorEquals: [States.ALL, E]
    End: true
"""
YAML_SHOWN = """
machine.yaml:7:15  Value is not a valid resource ARN
    7 |     Resource: pay
      |               ^
machine.yaml:8:5  Field 'Colour' is not supported
    8 |     Colour: 1
      |     ^
machine.yaml:10:23  States.ALL must appear alone and at end of list
   10 |       - ErrorEquals: [States.ALL, E]
      |                       ^
machine.yaml:4:29  Missing 'Next' target: Pya
    4 |   Order: {Type: Pass, Next: Pya}
      |                             ^
machine.yaml:5:3  State "Pay" is not reachable.
    5 |   Pay:
      |   ^
"""


@pytest.mark.parametrize(
    "argv",
    [
        ("create-state-machine", "--name", "m", "--role-arn", ROLE, "--definition", "file://machine.yaml"),
        ("run", "machine.yaml"),
    ],
)
def test_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...]) -> None:
    """A definition in YAML shows its own lines."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "machine.yaml").write_text(YAML)
    code, _, stderr = at_terminal(*argv)
    assert code == 254
    assert stderr.endswith(YAML_SHOWN)


def test_validate(tmp_path: Path) -> None:
    """The response is on stdout as in aws; warnings are marked as warnings."""
    path = tmp_path / "state.json"
    path.write_text('{"StartAt":"A","States":{"A":{"Type":"Pass","Parameters":{"a":"$.a"},"End":true}}}')
    command = ["validate-state-machine-definition", "--severity", "WARNING", "--definition", f"file://{path}"]
    code, stdout, stderr = at_terminal(*command)
    assert code == 0
    assert json.loads(stdout)["diagnostics"][0]["code"] == "NO_DOLLAR"
    assert stderr.startswith(f"\n{path}:1:63  warning: The value of 'a' looks like a JSONPath")


def test_run_does_not_show_the_definition(tmp_path: Path) -> None:
    """For a text that is not JSON, the error has the place, not the whole text."""
    path = tmp_path / "machine.asl.json"
    path.write_text("Description: >\n" + "  A template.\n" * 1000)
    result = subprocess.run(
        [sys.executable, "-m", "sfn_cli", "run", str(path)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 254
    assert "Unrecognized token 'Description': was expecting" in result.stderr
    assert result.stderr.endswith(f"\n at [Source: {os.path.relpath(path)}; line: 1, column: 12]'\n")
    assert "A template." not in result.stderr


def test_a_long_definition_is_shown_in_part() -> None:
    """An operation's error quotes the beginning of the text, as AWS's does."""
    (fault,) = validate("x" * 1000 + "\n" * 1000)
    assert fault.message == f"Unrecognized token '{'x' * 256}...': was expecting {UNRECOGNIZED[38:]}"
    assert fault.location == (f'[Source: (String)"{"x" * 500}"[truncated 1500 chars]; line: 1, column: 257]')


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_placeholders(tmp_path: Path, suffix: str) -> None:
    """Each `${Name}` without a value is a line on stderr; stdout has AWS's response."""
    path = tmp_path / f"machine.{suffix}"
    path.write_text(
        '{"StartAt": "A", "States": {"A": {"Type": "Pass",\n'
        '"Result": ["${Table}", "${Table}", "${Queue}"], "End": true}}}'
    )
    argv = ["validate-state-machine-definition", "--definition", f"file://{path}", "--query", "result"]
    result = subprocess.run(
        [sys.executable, "-m", "sfn_cli", *argv], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (0, '"OK"\n')
    assert result.stderr == (
        f"\nsfn: [WARNING]: {path}:2:13: ${{Table}} has no value and stays as it is.\n"
        f"\nsfn: [WARNING]: {path}:2:37: ${{Queue}} has no value and stays as it is.\n"
    )
