"""Tab in real shells: the typed text becomes the command's arguments."""

from __future__ import annotations

import json
import os
import pty
import select
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.processes import (
    SFN,
    TIMEOUT_SECONDS,
    create_machine,
    environment_of,
    sfn,
    sfn_json,
    start_execution,
    stop_workers,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ARN = "arn:aws:states:us-east-1:123456789012"
PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
REFUNDS = {"Id": "1", "Arn": {"Fn::GetAtt": ["Refunds", "Arn"]}}
SHOP = {
    "Parameters": {"Stage": {"Type": "String", "Default": "test"}},
    "Resources": {
        name: {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": PASS}}
        for name in ("OrderFlow", "Refunds")
    }
    | {
        "Nightly": {
            "Type": "AWS::Events::Rule",
            "Properties": {"ScheduleExpression": "rate(1 day)", "State": "DISABLED", "Targets": [REFUNDS]},
        }
    },
}
ASK = {
    "StartAt": "Confirm",
    "States": {"Confirm": {"Type": "Task", "Resource": f"{ARN}:activity:approve", "End": True}},
}

# `say` is completed as `sfn` is, and prints what it was given: once it has, the shell is ready for
# the next line.
SAY = """say() { printf '<%s>' "$@"; echo '<end>'; }\n"""


class Shell(NamedTuple):
    argv: tuple[str, ...]
    setup: str


SHELLS = {
    "bash": Shell(
        ("bash", "--norc", "--noprofile", "-i"),
        SAY + 'eval "$(sfn completion bash)"; complete -o nosort -F _sfn say\nbind "set bell-style none"\n',
    ),
    "zsh": Shell(
        ("zsh", "-f", "-i"),
        SAY
        + "autoload -Uz compinit && compinit -D\n"
        + 'eval "$(sfn completion zsh)"; compdef _sfn say\n'
        + "unsetopt beep\n",
    ),
    "fish": Shell(
        ("fish", "--no-config", "--interactive"),
        "function say; printf '<%s>' $argv; echo '<end>'; end\n"
        "sfn completion fish | source; "
        "complete --command say --no-files --keep-order --arguments '(__sfn_complete)'\n",
    ),
}

LINES = [
    ("redr~", "redrive-execution"),
    ("stepf~get-execution-h~", "stepfunctions get-execution-history"),
    ("lambda delete-f~", "lambda delete-function"),
    ("completion fi~", "completion fish"),
    ("start-execution --inj~", "start-execution --inject"),
    ("run --test~", "run --test-case"),
    ("help redr~", "help redrive-execution"),
    ("aws env --fo~env-~", "aws env --format env-no-export"),
    ("aws env --format fi~", "aws env --format fish"),
    ("start-execution --state~", "start-execution --state-machine-arn"),
    ("create-state-machine --type EX~", "create-state-machine --type EXPRESS"),
    ("list-executions --status-filter=SU~", "list-executions --status-filter=SUCCEEDED"),
    ("--output yaml-~list-act~", "--output yaml-stream list-activities"),
    (
        "list-state-machines --profile x --region eu-west-1 --max-i~",
        "list-state-machines --profile x --region eu-west-1 --max-items",
    ),
    (
        "describe-state-machine --state-machine-arn ar~",
        f"describe-state-machine --state-machine-arn {ARN}:stateMachine:Pay",
    ),
    (f"tag-resource --resource-arn {ARN}:act~", f"tag-resource --resource-arn {ARN}:activity:approve"),
    (
        f"start-execution --state-machine-arn {ARN}:stateMachine:Pay:~",
        f"start-execution --state-machine-arn {ARN}:stateMachine:Pay:1",
    ),
    (
        "describe-execution --execution-arn arn~se~",
        f"describe-execution --execution-arn {ARN}:execution:Pay:second",
    ),
    ("stop-execution --execution-arn=arn~se~", f"stop-execution --execution-arn={ARN}:execution:Pay:second"),
    ("start-execution --from P~no~--at Con~", "start-execution --from Pay/now --at Confirm"),
    ("list-executions --state-machine-arn P~", "list-executions --state-machine-arn Pay"),
    ("start-execution --state-machine-arn Pay:~", "start-execution --state-machine-arn Pay:1"),
    ("describe-execution --execution-arn P~se~", "describe-execution --execution-arn Pay/second"),
    ("describe-activity --activity-arn ap~", "describe-activity --activity-arn approve"),
    ("diff Pay/se~ Pay/fi~", "diff Pay/second Pay/first"),
    ("diff Pay:~", "diff Pay:1"),
    ("diff Pay ord~pay~", "diff Pay orders/pay.json"),
    ("diff Pay Pay --ex~", "diff Pay Pay --exit-code"),
    ("tasks app~", "tasks approve"),
    ("tasks approve --res~", "tasks approve --result"),
    ("tasks list --execution-arn P~se~", "tasks list --execution-arn Pay/second"),
    ("tasks approve P~", "tasks approve Pay/now/Confirm"),
    ("tasks reject no~", "tasks reject now/Confirm"),
    ("watch P~se~", "watch Pay/second"),
    ("run orders --ev~", "run orders --events"),
    ("show P~se~", "show Pay/second"),
    ("show Pay/now Con~", "show Pay/now Confirm"),
    ("show ord~pay~", "show orders/pay.json"),
    ("show Pay/now --ev~", "show Pay/now --events"),
    ("events tail --fol~", "events tail --follow"),
    ("events tail --status TI~", "events tail --status TIMED_OUT"),
    ("events tail --state-machine-arn P~", "events tail --state-machine-arn Pay"),
    ("ls P~", "ls Pay"),
    ("ls Pay --status TI~", "ls Pay --status TIMED_OUT"),
    ("ps Pa~", "ps Pay"),
    ("ps --chi~", "ps --children"),
    ("serve --gateway-o~", "serve --gateway-origin"),
    ("run ord~pay~", "run orders/pay.json"),
    ("run -t ord~pay~", "run -t orders/pay.json"),
    ("run orders --no-b~", "run orders --no-build"),
    ("deploy --dry~", "deploy --dry-run"),
    ("export orders --out ord~", "export orders --out orders/"),
    ("stack sh~", "stack show"),
    ("run wit~", "run with space.json"),
    ("graph P~", "graph Pay"),
    ("graph Pay/se~", "graph Pay/second"),
    ("graph ord~pay~", "graph orders/pay.json"),
    ("graph --format me~", "graph --format mermaid"),
    ("graph Pay -o ord~", "graph Pay -o orders/"),
    (
        "validate-state-machine-definition --definition file://ord~p~",
        "validate-state-machine-definition --definition file://orders/pay.json",
    ),
]  # fmt: skip
"""Typed text, `~` for Tab; and the resulting arguments of the command."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Executions, a version, an activity, a waiting task; and files for paths."""
    folder = tmp_path_factory.mktemp("completions")
    home = folder / "store"
    sfn_json(home, "create-activity", "--name", "approve")
    machine = create_machine(home, "Pay", ASK)
    start_execution(home, machine, "--name", "now")
    until(lambda: sfn_json(home, "tasks", "list")["tasks"], "a task that waits")
    sfn_json(home, "update-state-machine", "--state-machine-arn", machine, "--definition", json.dumps(PASS))
    sfn_json(home, "publish-state-machine-version", "--state-machine-arn", machine)
    for name in ("first", "second"):
        start_execution(home, machine, "--name", name)
    (folder / "orders").mkdir()
    (folder / "orders" / "pay.json").touch()
    (folder / "with space.json").touch()
    yield home
    stop_workers(home)


class Terminal:
    """A shell at a terminal of its own."""

    def __init__(self, shell: Shell, home: Path) -> None:
        self.master, slave = pty.openpty()
        path = f"{Path(SFN).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {"PATH": path, "TERM": "dumb", "HOME": str(home.parent), "PS1": "$ "}
        # The leader of a session gets the first terminal that it opens for its own.
        at_terminal = ["sh", "-c", 'exec "$@" <"$0" >"$0" 2>&1', os.ttyname(slave), *shell.argv]
        self.process = subprocess.Popen(
            at_terminal,
            cwd=home.parent,
            env=environment_of(home, environment),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
        )
        self._slave = slave
        self.seen = ""

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def read_until(self, text: str) -> str:
        """Returns the terminal's output up to this text."""
        while text not in self.seen:
            ready, _, _ = select.select([self.master], [], [], TIMEOUT_SECONDS)
            assert ready, f"{text!r} does not come: {self.seen!r}"
            self.seen += os.read(self.master, 65536).decode(errors="replace")
        before, _, self.seen = self.seen.partition(text)
        return before

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self._slave)


@pytest.fixture(scope="module", params=SHELLS)
def terminal(request: pytest.FixtureRequest, home: Path) -> Iterator[Terminal]:
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    shell = SHELLS[request.param]
    terminal = Terminal(shell, home)
    try:
        terminal.type(shell.setup + "say ready\n")
        terminal.read_until("<ready><end>")
        yield terminal
    finally:
        terminal.close()


@pytest.mark.slow
@pytest.mark.parametrize("typed, given", LINES)
def test_tab(terminal: Terminal, typed: str, given: str) -> None:
    terminal.type("say " + typed.replace("~", "\t") + "\n")
    shown = terminal.read_until("<end>")
    assert shown.rpartition("\n")[2].rpartition("\r")[2] == "".join(f"<{word}>" for word in _words(given))


def test_stacks(tmp_path: Path) -> None:
    """Stacks are completed by name; machines and parameters as of the project's last deploy."""
    home = tmp_path / "store"
    project, other = tmp_path / "shop", tmp_path / "other"
    for folder in (project, other):
        folder.mkdir()
        (folder / "template.yaml").write_text(json.dumps(SHOP))
        sfn_json(home, "deploy", str(folder))
    template = str(project / "template.yaml")
    refunds = sfn_json(
        home, "list-state-machines", "--query", "stateMachines[].name | [?starts_with(@, 'Ref')]"
    )
    lines = [
        (["stack", "show", ""], ["other", "shop"]),
        (["stack", "delete", "s"], ["shop"]),
        (["deploy", "--stack", "sh"], ["shop"]),
        (["run", str(project), "--machine", ""], ["OrderFlow", "Refunds"]),
        (["run", "-t", template, "--machine=R"], ["--machine=Refunds"]),
        (["deploy", str(project), "--parameter", ""], ["Stage="]),
        (["run", str(tmp_path), "--machine", ""], []),
        (["run", str(project), "--step", "--break", ""], ["A"]),
        (["console", "Ref"], [f"{name}{end}" for end in ("", "/") for name in refunds]),
        (["trigger", "N"], ["Nightly"]),
    ]
    for words, expected in lines:
        shown = sfn(home, "__complete", "zsh", *words).stdout.splitlines()
        assert (words, shown) == (words, expected)


@pytest.mark.parametrize(
    "words",
    [
        # The store is another's.
        ["describe-execution", "--endpoint-url", "http://127.0.0.1:9", "--execution-arn", "arn"],
        ["describe-execution", "--region", "no region", "--execution-arn", "arn"],
        ["create-state-machine", "--st", "--type", ""],  # --st is no option's beginning
        ["no-command", ""],
        ["run", "no-folder/"],
    ],
)
def test_no_completion(home: Path, words: list[str]) -> None:
    """Without a completion, Tab does nothing: no error is shown in the middle of a line."""
    done = sfn(home, "__complete", "zsh", *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert "arn:" not in done.stdout


def test_the_number_of_an_event(home: Path) -> None:
    """A state is only completed where --at is one."""
    shown = {
        command: sfn(home, "__complete", "zsh", *command.split(), "--at", "").stdout.split()
        for command in ("show Pay/now", "step Pay/now", "start-execution --from Pay/now")
    }
    assert list(shown.values()) == [[], [], ["Confirm"]]


def test_no_store(tmp_path: Path) -> None:
    """Tab creates no store, and shows no error for a damaged one."""
    home = tmp_path / "home"
    words = ("__complete", "zsh", "describe-execution", "--execution-arn", "")
    assert sfn(home, *words).stdout == ""
    assert not home.exists()
    home.mkdir()
    (home / "sfn.db").write_bytes(b"no database " * 1000)
    done = sfn(home, *words)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def _words(line: str) -> list[str]:
    """The words of a line in the table, where a file's name has a space."""
    return line.replace("with space", "with\0space").replace(" ", "\n").replace("\0", " ").split("\n")
