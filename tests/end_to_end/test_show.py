"""`sfn show` of executions in a store: names, and what is shown."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.processes import (
    SFN,
    create_function,
    create_machine,
    ended,
    environment_of,
    kill_workers,
    serving,
    sfn,
    sfn_json,
    start_execution,
    stop_workers,
    until,
)
from tests.pseudo_terminals import pseudo_terminal
from tests.views.recorded import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARN = "arn:aws:states:us-east-1:123456789012"
PASS = {
    "StartAt": "A",
    "States": {"A": {"Type": "Pass", "Result": {"b": 2}, "ResultPath": "$.a", "End": True}},
}
FAIL = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "No"}}}
WAIT = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 86400, "End": True}}}
ASK = {
    "StartAt": "Ask",
    "States": {"Ask": {"Type": "Task", "Resource": f"{ARN}:activity:approve", "End": True}},
}
BAD = {
    "StartAt": "Price",
    "States": {
        "Price": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "Price", "Payload.$": "$"},
            "End": True,
        }
    },
}
CODE = """\
def handler(event, context):
    print("looking for", event["article"])
    return {"tea": 4}[event["article"]]
"""
EACH = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "Label": "Each",
            "ToleratedFailurePercentage": 100,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Even",
                "States": {
                    "Even": {
                        "Type": "Choice",
                        "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "Good"}],
                        "Default": "Odd",
                    },
                    "Good": {"Type": "Succeed"},
                    "Odd": {"Type": "Fail", "Error": "IsOdd"},
                },
            },
            "End": True,
        }
    },
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Executions of every kind: ended, waiting, failed, EXPRESS, of a deleted machine, of a Map Run."""
    folder = tmp_path_factory.mktemp("show")
    home = folder / "store"
    (folder / "code").mkdir()
    (folder / "code" / "app.py").write_text(CODE)
    sfn_json(home, "create-activity", "--name", "approve")
    create_function(home, "Price", folder / "code")
    pay = create_machine(home, "Pay", PASS)
    for name in ("monday", "tuesday"):
        ended(home, start_execution(home, pay, "--name", name, "--input", '{"n": 1}'))
    ask = create_machine(home, "Ask", ASK)
    answered = start_execution(home, ask, "--name", "answered")
    until(lambda: sfn_json(home, "tasks", "list")["tasks"], "a task that waits")
    sfn_json(home, "tasks", "approve", "Ask/answered/Ask")
    ended(home, answered)
    start_execution(home, ask, "--name", "now")
    ended(
        home,
        start_execution(
            home, create_machine(home, "Bad", BAD), "--name", "x", "--input", '{"article": "cup"}'
        ),
    )
    ended(
        home,
        start_execution(home, create_machine(home, "Each", EACH), "--name", "all", "--input", "[1, 2, 3]"),
    )
    created = sfn_json(
        home, "create-state-machine", "--name", "Fast", "--type", "EXPRESS", "--role-arn",
        "arn:aws:iam::123456789012:role/any", "--definition", json.dumps(PASS),
    )  # fmt: skip
    sfn_json(home, "start-sync-execution", "--state-machine-arn", created["stateMachineArn"], "--name", "one")
    gone = create_machine(home, "Gone", PASS)
    ended(home, start_execution(home, gone, "--name", "last-words"))
    sfn_json(home, "delete-state-machine", "--state-machine-arn", gone)
    start_execution(
        home, create_machine(home, "Wait", WAIT), "--name", "virtual", environment={"SFN_CLOCK": "virtual"}
    )
    ended(home, f"{ARN}:execution:Wait:virtual")
    create_machine(home, "Fresh", PASS)
    until(lambda: sfn_json(home, "tasks", "list")["tasks"], "a task that waits")
    yield home
    stop_workers(home)


def shown(home: Path, *arguments: str) -> str:
    done = sfn(home, "show", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize(
    "name, header",
    [
        ("Pay", "✓ Pay/tuesday  succeeded"),
        ("Pay/last", "✓ Pay/tuesday  succeeded"),
        ("Pay/monday", "✓ Pay/monday  succeeded"),
        (f"{ARN}:execution:Pay:monday", "✓ Pay/monday  succeeded"),
        ("Fast", "✓ Fast/one  succeeded"),
        ("Fast/one", "✓ Fast/one  succeeded"),
        ("Gone/last", "✓ Gone/last-words  succeeded"),
        ("Gone/last-words", "✓ Gone/last-words  succeeded"),
        ("Ask", "◔ Ask/now  waiting"),
        ("Bad/x", "✗ Bad/x  failed"),
        ("Wait", "✓ Wait/virtual  succeeded  24 h 0 min ("),
    ],
)
def test_names(name: str, header: str, home: Path) -> None:
    assert shown(home, name).startswith(header)


@pytest.mark.parametrize(
    "name, code, message",
    [
        ("Nope", 254, "Execution Does Not Exist: 'Nope'"),
        ("Pay/nope", 254, "Execution Does Not Exist: 'Pay/nope'"),
        (f"{ARN}:execution:Pay:nope", 254, f"Execution Does Not Exist: '{ARN}:execution:Pay:nope'"),
        (
            "Fresh",
            255,
            "Fresh has no executions yet. To start one: sfn start-execution --state-machine-arn Fresh",
        ),
        ("nope.json", 252, "nope.json: No such file or directory"),
        ("./nope", 252, "./nope: No such file or directory"),
    ],
)
def test_what_does_not_exist(name: str, code: int, message: str, home: Path) -> None:
    done = sfn(home, "show", name)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 2


def test_similar_names_are_suggested_at_a_terminal(home: Path) -> None:
    with pseudo_terminal(home, "show", "Pay/mondy") as terminal:
        assert terminal.end() == 254
        assert 'Did you mean "Pay/monday"?' in terminal.text


def test_a_file_whose_name_could_be_a_machine(home: Path, tmp_path: Path) -> None:
    """An execution has priority over a file of the same name."""
    history = json.dumps({"events": json.loads((FOLDER / "order.json").read_text())["events"]})
    for name in ("Pay", "orders"):
        (tmp_path / name).write_text(history)
    assert sfn(home, "show", "Pay", cwd=tmp_path).stdout.startswith("✓ Pay/tuesday")
    assert sfn(home, "show", "orders", cwd=tmp_path).stdout.startswith("✓ orders  succeeded  1.21 s")
    assert sfn(home, "show", "./Pay", cwd=tmp_path).stdout.startswith("✓ ./Pay  succeeded  1.21 s")


def test_a_history_from_stdin_is_shown_as_from_the_store(home: Path) -> None:
    history = sfn(home, "get-execution-history", "--execution-arn", "Bad/x").stdout
    done = subprocess.run(
        [SFN, "show", "-"],
        input=history,
        env=environment_of(home),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[1] == shown(home, "Bad/x").splitlines()[1]


@pytest.mark.parametrize(
    "content, message",
    [
        ("", "not JSON"),
        ("{}", "has no history"),
        ('{"events": []}', "has no history"),
        ('{"events": [1]}', "not a history event"),
        ('{"events": [{"id": 1}]}', "not a history event"),
        ("[[[[", "not JSON"),
        ("\x00", "not JSON"),
    ],
)
def test_files_without_a_history(content: str, message: str, home: Path, tmp_path: Path) -> None:
    (tmp_path / "history.json").write_text(content)
    done = sfn(home, "show", "history.json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (252, "")
    assert "history.json" in done.stderr
    assert message in done.stderr


def test_a_definition_of_its_own(home: Path, tmp_path: Path) -> None:
    recorded = json.loads((FOLDER / "parallel.json").read_text())
    (tmp_path / "history.json").write_text(json.dumps({"events": recorded["events"]}))
    (tmp_path / "machine.asl.json").write_text(json.dumps(recorded["definition"]))
    without = sfn(home, "show", "history.json", "Total", cwd=tmp_path).stdout
    whole = sfn(
        home, "show", "history.json", "Total", "--definition", "machine.asl.json", cwd=tmp_path
    ).stdout
    assert "sfn test-state" not in without
    assert "sfn test-state" in whole


def test_a_waiting_execution_shows_how_to_continue(home: Path) -> None:
    lines = shown(home, "Ask").splitlines()
    assert lines[1].endswith("waits for a worker of activity approve: sfn tasks approve Ask/now/Ask")
    assert lines[-1] == "next  complete Ask  sfn tasks approve Ask/now/Ask"


def test_a_failed_execution_shows_why(home: Path) -> None:
    text = shown(home, "Bad/x")
    assert "│ error   KeyError" in text
    assert "app.py:3 in handler" in text
    assert "looking for cup" in text
    assert "sfn redrive-execution --execution-arn Bad/x" in text


def test_children_of_a_map_run_can_be_shown(home: Path) -> None:
    lines = shown(home, "Each").splitlines()
    assert "1 of 3 · 2 failed" in lines[1]
    [*names] = [found[1] for line in lines if (found := re.search(r"✗ (Each/Each/\S+)", line))]
    assert len(names) == 2
    assert "✗ Odd" in shown(home, names[0])


def test_an_earlier_event(home: Path) -> None:
    assert shown(home, "Pay/monday", "--at", "2").splitlines()[0].endswith("after event 2 of 4")
    assert shown(home, "Pay/monday", "--at", "99") == shown(home, "Pay/monday")
    done = sfn(home, "show", "Pay/monday", "--at", "0")
    assert done.returncode == 252


def test_events(home: Path) -> None:
    lines = shown(home, "Pay/monday", "--events").splitlines()
    assert [line.split()[1:] for line in lines] == [
        ["ExecutionStarted"],
        ["PassStateEntered", "A"],
        ["PassStateExited", "A"],
        ["ExecutionSucceeded"],
    ]


def test_a_page(home: Path, tmp_path: Path) -> None:
    done = sfn(home, "show", "Bad/x", "--html", "report.html", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "Wrote report.html\n")
    page = (tmp_path / "report.html").read_text()
    assert "Content-Security-Policy" in page
    assert "looking for cup" in page
    assert shown(home, "Bad/x", "--html", "-") == page
    refused = sfn(home, "show", "Bad/x", "--html", "nowhere/report.html", cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (255, "")
    assert "Cannot write nowhere/report.html: No such file or directory" in refused.stderr
    assert sfn(home, "show", "Bad/x", "Price", "--html", "x.html", cwd=tmp_path).returncode == 252


def test_data(home: Path) -> None:
    data = json.loads(shown(home, "Bad/x", "--output", "json"))
    assert (data["name"], data["status"]) == ("Bad/x", "FAILED")
    assert [state["state"] for state in data["states"]] == ["Price"]
    assert data["failure"]["error"] == "KeyError"
    assert (data["failure"]["path"], data["failure"]["attempt"]) == ("/Price", 1)
    assert data["failure"]["input"] == {"article": "cup"}
    assert data["failure"]["frames"][0]["line"] == 3
    assert any("looking for cup" in line for line in data["failure"]["logLines"])
    assert data["nextSteps"][0]["command"] == "sfn redrive-execution --execution-arn Bad/x"
    assert shown(home, "Bad/x", "--query", "states[].status", "--output", "text") == "FAILED\n"
    assert "\nname: Bad/x\n" in shown(home, "Bad/x", "--output", "yaml")


@pytest.mark.parametrize(
    "line",
    ["show Pay", "show Pay A", "ls", "ls Pay", "ps", "graph Pay", "diff Pay Bad", "watch Pay/last"],
)
def test_only_options_choose_data(home: Path, line: str) -> None:
    """AWS_DEFAULT_OUTPUT applies to the operations, not to commands for people."""
    with_variable = sfn(home, *line.split(), environment={"AWS_DEFAULT_OUTPUT": "json"})
    assert (with_variable.returncode, with_variable.stderr) == (0, "")
    assert not with_variable.stdout.startswith(("{", "["))
    with_option = sfn(home, *line.split(), "--output", "json")
    assert json.loads(with_option.stdout.splitlines()[-1] if "watch" in line else with_option.stdout)


def test_data_of_a_state(home: Path) -> None:
    data = json.loads(shown(home, "Pay/monday", "A", "--output", "json"))
    assert (data["state"], data["input"], data["output"]) == ("A", {"n": 1}, {"n": 1, "a": {"b": 2}})
    assert data["dataflow"][0] == {"step": "input", "value": {"n": 1}}
    assert data["dataflow"][-1]["step"] == "output"


def test_the_log_of_a_state_that_succeeded(home: Path) -> None:
    ended(
        home,
        start_execution(home, f"{ARN}:stateMachine:Bad", "--name", "tea", "--input", '{"article": "tea"}'),
    )
    lines = shown(home, "Bad/tea", "Price").splitlines()
    assert "  looking for tea" in lines[lines.index("log") :]


def test_a_state(home: Path) -> None:
    lines = shown(home, "Pay/monday", "A").splitlines()
    assert lines[0].startswith("✓ A  Pass  succeeded")
    assert 'input               {"n": 1}' in lines
    assert '  + a  {"b":2}' in lines


@pytest.mark.parametrize(
    "word, message",
    [
        ("B", "Pay/monday has no state 'B'. Visited: A."),
        ("A@2", "Pay/monday visited A once only."),
        ("AA", "Pay/monday has no state 'AA'. Did you mean A?"),
    ],
)
def test_states_that_were_not_visited(word: str, message: str, home: Path) -> None:
    done = sfn(home, "show", "Pay/monday", word)
    assert done.returncode == 252
    assert message in done.stderr


@pytest.mark.slow  # a table of commands
@pytest.mark.parametrize(
    "execution, state, status",
    [
        ("Pay/monday", "A", "SUCCEEDED"),
        ("Bad/x", "Price", "FAILED"),
        ("Each/all", "Each", "SUCCEEDED"),
        ("Ask/answered", "Ask", "SUCCEEDED"),
        (FOLDER / "parallel.json", "Look", "SUCCEEDED"),
        (FOLDER / "parallel.json", "Each", "SUCCEEDED"),
        (FOLDER / "parallel.json", "Label[1]", "SUCCEEDED"),
        (FOLDER / "payment.json", "IsLarge", "SUCCEEDED"),
        (FOLDER / "variables.json", "Start", "SUCCEEDED"),
        (FOLDER / "variables.json", "IsDone@2", "SUCCEEDED"),
        (FOLDER / "nested-map.json", "EachLine[2]", "FAILED"),
        (FOLDER / "nested-map.json", "EachOrder", "FAILED"),
        (FOLDER / "order-declined.json", "NotOrdered", "FAILED"),
        (FOLDER / "signup.json", "Verify", "SUCCEEDED"),
    ],
)  # fmt: skip
def test_the_command_that_tests_a_state_works_when_pasted(
    execution: Path | str, state: str, status: str, home: Path, tmp_path: Path
) -> None:
    command = shown(home, str(execution), state).splitlines()[-1]
    environment = environment_of(home, {"PATH": f"{SFN.rpartition('/')[0]}:/usr/bin:/bin"})
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["status"] == status


def test_at_an_endpoint(home: Path) -> None:
    with serving(home) as url:
        endpoint = ("--endpoint-url", url)
        credentials = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
        for name in ("Pay", "Pay/last", f"{ARN}:execution:Pay:tuesday"):
            there = sfn(home, "show", name, *endpoint, environment=credentials)
            assert there.stdout == shown(home, "Pay")
        lines = sfn(home, "show", "Each/all", *endpoint, environment=credentials).stdout.splitlines()
        assert "1 of 3 · 2 failed" in lines[1]
        steps = sfn_json(home, "show", "Bad/x", "--output", "json", *endpoint, environment=credentials)[
            "nextSteps"
        ]
        assert [step["command"].endswith(f" --endpoint-url {url}") for step in steps] == [True] * 3
        for name in ("Nope", "Pay/nope"):
            missing = sfn(home, "show", name, *endpoint, environment=credentials)
            assert missing.returncode == 254
            assert "Execution Does Not Exist" in missing.stderr


def test_long_output_is_paged(home: Path) -> None:
    pager = {"AWS_PAGER": "sed s/succeeded/PAGED/"}
    for lines, word in ((24, "succeeded"), (2, "PAGED")):
        with pseudo_terminal(home, "show", "Pay", lines=lines, environment=pager) as terminal:
            assert terminal.end() == 0
            assert word in terminal.text


def test_colours(home: Path) -> None:
    assert "\x1b[32m✓ \x1b[0m" in shown(home, "Pay", "--color", "on")
    with pseudo_terminal(home, "show", "Pay") as terminal:
        assert terminal.end() == 0
        assert b"\x1b[3" not in terminal.written
    with pseudo_terminal(home, "show", "Pay", environment={"NO_COLOR": ""}) as terminal:
        assert terminal.end() == 0
        assert b"\x1b[32m" in terminal.written
    with pseudo_terminal(home, "show", "Pay", environment={"NO_COLOR": "", "TERM": "dumb"}) as terminal:
        assert terminal.end() == 0
        assert b"\x1b" not in terminal.written


@pytest.mark.parametrize(
    "arguments, beginning",
    [
        ((), b"+ Pay/tuesday  succeeded"),
        (("A",), b"+ A  Pass  succeeded"),
        (("--html", "-"), b"<!DOCTYPE html>"),
    ],
)
def test_a_pipe_in_another_encoding(arguments: tuple[str, ...], beginning: bytes, home: Path) -> None:
    """Marks become similar ASCII characters; a page is UTF-8 in any locale."""
    environment = environment_of(home, {"PYTHONIOENCODING": "ascii"})
    done = subprocess.run(
        [SFN, "show", "Pay/tuesday", *arguments], env=environment, capture_output=True, check=True
    )
    assert done.stdout.startswith(beginning)
    assert done.stdout.isascii() is ("--html" not in arguments)
    assert "\ufffd" not in done.stdout.decode("utf-8", "replace")


def test_a_machine_that_was_deleted_is_not_started_again(home: Path) -> None:
    machine = create_machine(home, "Doomed", FAIL)
    ended(home, start_execution(home, machine, "--name", "one"))
    assert "sfn start-execution --state-machine-arn Doomed" in shown(home, "Doomed/one")
    sfn_json(home, "delete-state-machine", "--state-machine-arn", machine)
    until(lambda: "start-execution" not in shown(home, "Doomed/one"), "the end of the deletion")
    assert "sfn show Doomed/one F" in shown(home, "Doomed/one")


def test_a_damaged_history(home: Path) -> None:
    execution = start_execution(home, create_machine(home, "Worn", PASS), "--name", "damaged")
    ended(home, execution)
    with closing(sqlite3.connect(home / "sfn.db")) as database:
        database.execute(
            "UPDATE event SET type = 'Nonsense' WHERE key >> 16 = (SELECT id FROM execution WHERE arn = ?) "
            "AND type = 'PassStateEntered'",
            (execution,),
        )
        database.commit()
    done = sfn(home, "show", "Worn/damaged")
    assert done.returncode == 255
    assert "The history of Worn/damaged is damaged. To see what is wrong: sfn doctor" in done.stderr


@pytest.mark.slow  # an execution is retried until it is suspended
def test_a_suspended_execution(tmp_path: Path) -> None:
    """Its row is damaged, until sfn has given up, and then sound again."""
    home = tmp_path / "store"
    start_execution(home, create_machine(home, "Wait", WAIT), "--name", "x")
    until(lambda: "◔ W" in shown(home, "Wait/x"), "the Wait")
    kill_workers(home)
    _set_details_of_wait(home, '{"name"')
    unreadable = sfn(home, "show", "Wait/x")
    assert unreadable.returncode == 255
    assert "The history of Wait/x is damaged. To see what is wrong: sfn doctor" in unreadable.stderr
    sfn_json(home, "describe-execution", "--execution-arn", "Wait/x")
    until(lambda: sfn_json(home, "worker", "status")["suspended"], "the suspension")
    _set_details_of_wait(home, '{"name":"W"}')
    text = shown(home, "Wait/x")
    assert text.startswith("✗ Wait/x  suspended")
    assert text.splitlines()[-1].endswith("sfn doctor")
    stop_workers(home)


def _set_details_of_wait(home: Path, details: str) -> None:
    with closing(sqlite3.connect(home / "sfn.db")) as database, database:
        database.execute("UPDATE event SET details = ? WHERE type = 'WaitStateEntered'", (details,))
