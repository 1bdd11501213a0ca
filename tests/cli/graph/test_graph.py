"""`sfn graph`: what it draws, in which format, and where it writes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from tests.golden import assert_golden
from tests.processes import (
    at_terminal,
    create_machine,
    ended,
    environment_of,
    serving,
    sfn,
    sfn_json,
    start_execution,
    stop_workers,
)
from tests.views.definitions import EXAMPLES, chain_definition
from tests.views.recorded import FOLDER, NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHOICE = {
    "StartAt": "IsLarge",
    "States": {
        "IsLarge": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.amount", "NumericGreaterThan": 1000, "Next": "Refuse"}],
            "Default": "Pay",
        },
        "Pay": {"Type": "Pass", "End": True},
        "Refuse": {"Type": "Fail", "Error": "TooLarge"},
    },
}
TEXT_OF_CHOICE = """\
{title}  3 states
{0}IsLarge  Choice  $.amount > 1000  → Refuse
{blank}                 otherwise        → Pay
{1}Refuse   Fail    TooLarge
{2}Pay      Pass                     → End
"""


def _text_of_choice(title: str, marks: str = "") -> str:
    """Returns the machine as text, with the marks of IsLarge, Refuse and Pay, if there are any."""
    of_states = [f"{mark} " for mark in marks] or [""] * 3
    return TEXT_OF_CHOICE.format(*of_states, title=title, blank=" " * len(of_states[0]))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A store with a machine, a version of it, and an execution `one` that failed."""
    home = tmp_path_factory.mktemp("graph") / "store"
    machine = create_machine(home, "Pay", chain_definition(1))
    sfn_json(home, "publish-state-machine-version", "--state-machine-arn", machine)
    update = ("update-state-machine", "--state-machine-arn", machine, "--definition", json.dumps(CHOICE))
    sfn_json(home, *update)
    ended(home, start_execution(home, machine, "--name", "one", "--input", '{"amount": 2000}'))
    yield home
    stop_workers(home)


ARN = "arn:aws:states:us-east-1:123456789012"


@pytest.mark.parametrize("word", ["Pay", f"{ARN}:stateMachine:Pay"])
def test_a_machine(home: Path, word: str) -> None:
    assert sfn(home, "graph", word, "--format", "text").stdout == _text_of_choice("Pay")


def test_a_version_of_a_machine(home: Path) -> None:
    shown = sfn(home, "graph", "Pay:1", "--format", "text").stdout
    assert shown == "Pay  1 state\nS0  Task  sqs:sendMessage  → End\n"


@pytest.mark.parametrize("word", ["Pay/one", "Pay/last", f"{ARN}:execution:Pay:one"])
def test_an_execution(home: Path, word: str) -> None:
    done = sfn(home, "graph", word, "--format", "text")
    assert (done.returncode, done.stdout) == (0, _text_of_choice("Pay/one", "✓✗○"))


def test_an_execution_after_an_event(home: Path) -> None:
    shown = sfn(home, "graph", "Pay/one", "--at", "2", "--format", "text").stdout
    assert shown == _text_of_choice("Pay/one", "●○○")


@pytest.mark.slow
def test_an_endpoint(home: Path, tmp_path: Path) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
    with serving(home) as url:
        for word, expected in {
            "Pay": _text_of_choice("Pay"),
            "Pay/one": _text_of_choice("Pay/one", "✓✗○"),
        }.items():
            words = ("graph", word, "--format", "text", "--endpoint-url", url)
            done = sfn(tmp_path / "empty", *words, environment=keys)
            assert (done.stderr, done.stdout) == ("", expected)


def test_data(home: Path) -> None:
    graph = sfn_json(home, "graph", "Pay/one", "--output", "json")
    assert (graph["name"], graph["start"]) == ("Pay/one", "/ start")
    assert [state.get("status") for state in graph["states"]] == ["SUCCEEDED", "FAILED", None]
    assert [(edge["labels"], edge["taken"]) for edge in graph["edges"]] == [
        ([], True),
        (["$.amount > 1000"], True),
        (["otherwise"], False),
        ([], False),
    ]
    names = sfn(home, "graph", "Pay", "--query", "states[].name", "--output", "text").stdout
    assert names == "IsLarge\tRefuse\tPay\n"


@pytest.mark.slow
def test_files(home: Path, tmp_path: Path) -> None:
    """Definitions, describe-state-machine's output, histories, templates and folders can be drawn."""
    definition = json.dumps(CHOICE)
    described = sfn(home, "describe-state-machine", "--state-machine-arn", "Pay").stdout
    history = sfn(home, "get-execution-history", "--execution-arn", "Pay/one").stdout
    machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": CHOICE}}
    for name, text in {
        "a.asl.json": definition,
        "b.json": definition,
        "c.asl.yaml": f"StartAt: IsLarge\nStates: {json.dumps(CHOICE['States'])}\n",
        "described.json": described,
        "history.json": history,
        "template.yaml": json.dumps({"Resources": {"OrderFlow": machine}}),
        "folder/order.asl.json": definition,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    for words, title in {
        ("a.asl.json",): "a",
        ("./b.json",): "b",
        (str(tmp_path / "c.asl.yaml"),): "c",
        ("described.json",): "described",
        ("template.yaml",): "OrderFlow",
        ("folder",): "folder",
        (): "OrderFlow",
    }.items():
        done = sfn(tmp_path / "store", "graph", *words, "--format", "text", cwd=tmp_path)
        assert (words, done.stdout) == (words, _text_of_choice(title)), done.stderr
    words = ("history.json", "--definition", "a.asl.json", "--format", "text")
    done = sfn(tmp_path / "store", "graph", *words, cwd=tmp_path)
    assert done.stdout == _text_of_choice("history.json", "✓✗○"), done.stderr
    assert not list((tmp_path / "store").glob("*.db*"))  # drawing a file needs no store


@pytest.mark.slow
@pytest.mark.parametrize("form", ["sam", "synthesised", "terraform", "serverless"])
def test_a_project_has_the_names_that_its_files_have(tmp_path: Path, form: str) -> None:
    project = tmp_path / "payment"
    shutil.copytree(EXAMPLES / "payment", project)
    files = {path for path in project.rglob("*") if path.is_file()}
    shown = sfn_json(tmp_path / "store", "graph", str(project / form), "--output", "json")
    details = {state["name"]: state.get("detail") for state in shown["states"]}
    named = {"terraform": "payment-terraform-Bank", "serverless": "payment-dev-bank"}
    assert details["Authorise"] == f"λ {named.get(form, 'Bank')}"
    assert {path for path in project.rglob("*") if path.is_file()} == files


def test_the_machine_and_the_parameters_of_a_project(tmp_path: Path) -> None:
    def machine(definition: Any) -> dict[str, Any]:
        return {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": definition}}

    wait = {"Type": "Wait", "Seconds": {"Ref": "Delay"}, "End": True}
    template = {
        "Parameters": {"Delay": {"Type": "Number"}},
        "Resources": {
            "One": machine({"StartAt": "Wait", "States": {"Wait": wait}}),
            "Other": machine(CHOICE),
        },
    }
    (tmp_path / "template.json").write_text(json.dumps(template))

    def drawn(*words: str) -> str:
        done = sfn(tmp_path / "store", "graph", *words, "--format", "text", cwd=tmp_path)
        return done.stdout or done.stderr

    assert "several state machines. Choose one with --machine: One, Other" in drawn()
    assert "has no parameter Dealy" in drawn("--parameter", "Dealy=30")
    assert "Wait  Wait  Delay s" in drawn("--machine", "One")  # no value is needed for a drawing
    assert "Wait  Wait  30 s" in drawn("--machine", "One", "--parameter", "Delay=30")
    assert drawn("--machine", "Other") == _text_of_choice("Other")


@pytest.mark.parametrize(
    "options, beginning",
    [
        ((), "<svg"),
        (("--format", "text"), "Pay  3 states"),
        (("--format", "mermaid"), "stateDiagram-v2"),
        (("--format", "dot"), 'digraph "Pay" {'),
        (("-o", "pay.svg"), "<svg"),
        (("-o", "pay.mmd"), "stateDiagram-v2"),
        (("-o", "pay.gv"), "digraph"),
        (("--out", "pay.txt"), "Pay  3 states"),
        (("-o", "pay.svg", "--format", "dot"), "digraph"),
        (("-o", "pay"), "<svg"),
        (("-o", "pay.PNG", "--format", "svg"), "<svg"),
        (("--out=-", "--format", "dot"), "digraph"),
    ],
)
def test_the_form_follows_the_format_or_the_ending(
    home: Path, tmp_path: Path, options: tuple[str, ...], beginning: str
) -> None:
    done = sfn(home, "graph", "Pay", *options, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    (written,) = [path.read_text() for path in tmp_path.iterdir()] or [done.stdout]
    assert written.startswith(beginning)
    if options[:1] in (("-o",), ("--out",)):
        assert done.stdout == ""


def test_svg(home: Path) -> None:
    """An SVG is valid XML with the execution's title; --theme sets its colours."""
    for theme, classes in {"auto": "sfn-graph", "dark": "sfn-graph dark"}.items():
        text = sfn(home, "graph", "Pay/one", "--theme", theme).stdout
        root = ElementTree.fromstring(text)
        assert root.get("class") == classes
        assert root.find("{http://www.w3.org/2000/svg}title").text == "Execution Pay/one"  # type: ignore[union-attr]


def test_a_large_machine_is_folded_but_where_one_looks(tmp_path: Path) -> None:
    nested = {
        "StartAt": "Both",
        "States": {"Both": {"Type": "Parallel", "Branches": [chain_definition(160)] * 2, "End": True}},
    }
    (tmp_path / "large.asl.json").write_text(json.dumps(nested))
    folded = sfn(tmp_path / "store", "graph", "large.asl.json", cwd=tmp_path).stdout
    opened = sfn(tmp_path / "store", "graph", "large.asl.json", "--open", "/Both", cwd=tmp_path).stdout
    assert "320 states folded" in folded
    assert "S159" not in folded
    assert "S159" in opened


@pytest.mark.slow
def test_pictures_without_graphlay(home: Path) -> None:
    program = "import sys; sys.modules['graphlay'] = None; from sfn_cli.cli import process; process()"

    def without_graphlay(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", program, "graph", "Pay", *words]
        return subprocess.run(command, env=environment_of(home), capture_output=True, text=True)

    done = without_graphlay("--format", "svg")
    assert (done.returncode, done.stdout) == (253, "")
    assert "Install the extra console: " in done.stderr
    for form in ("text", "mermaid", "dot"):
        assert without_graphlay("--format", form).returncode == 0


@pytest.mark.parametrize(
    "words, code, message",
    [
        (("Nope",), 254, 'No state machine or file named "Nope".'),
        (("Pay/nope",), 254, "Execution Does Not Exist"),
        (("./nope.json",), 252, "./nope.json does not exist."),
        (("nope.yaml",), 252, "nope.yaml does not exist."),
        (("broken.asl.json",), 252, "broken.asl.json:1:13: not JSON"),
        (("other.json",), 252, "has no definition"),
        (("empty",), 252, "No project found in"),
        (("history.json",), 252, "history.json has no definition. Add one with: --definition FILE"),
        (("Pay", "--at", "3"), 252, "--at needs an execution, such as Pay/last."),
        (("Pay", "--open", "/Nope"), 252, "--open /Nope: no such state."),
        (("Pay", "-o", "nowhere/pay.svg"), 252, "Cannot write nowhere/pay.svg: No such file or directory"),
        (
            ("Pay", "-o", "pay.png"),
            252,
            "pay.png: unknown file type. Use .svg, .mmd, .mermaid, .dot, .gv, .txt, or set --format.",
        ),
        (("Pay", "--format", "png"), 252, "'png' is not one of 'svg', 'mermaid', 'dot', 'text'."),
    ],
)
def test_errors_are_one_line(
    home: Path, tmp_path: Path, words: tuple[str, ...], code: int, message: str
) -> None:
    (tmp_path / "broken.asl.json").write_text('{"StartAt": ')
    (tmp_path / "other.json").write_text('{"name": "other"}')
    (tmp_path / "empty").mkdir()
    history = sfn(home, "get-execution-history", "--execution-arn", "Pay/one").stdout
    (tmp_path / "history.json").write_text(history)
    done = sfn(home, "graph", *words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_definition_is_drawn_in_every_form(tmp_path: Path) -> None:
    states = {"A": {"Type": "Task", "Next": "B"}, "C": None, "D": {"Type": "Tsk"}, "\ud800": {}}
    broken = {"StartAt": "A", "States": states}
    (tmp_path / "broken.asl.json").write_text(json.dumps(broken))
    for form in ("svg", "mermaid", "dot", "text"):
        done = sfn(tmp_path / "store", "graph", "broken.asl.json", "--format", form, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert "not defined" in done.stdout
        written = sfn(
            tmp_path / "store", "graph", "broken.asl.json", "-o", f"x.{form}", "--format", form, cwd=tmp_path
        )
        assert (written.returncode, written.stderr) == (0, "")
        assert (tmp_path / f"x.{form}").read_text() == done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_recorded_executions_at_terminals_and_in_a_pipe(tmp_path: Path, name: str) -> None:
    recording = str(FOLDER / f"{name}.json")
    piped = sfn(tmp_path, "graph", recording, "--format", "text").stdout
    _, wide = at_terminal(tmp_path, "graph", recording, columns=100)
    _, narrow = at_terminal(tmp_path, "graph", recording, columns=56)
    for width, shown in {"piped": piped, "wide": wide, "narrow": narrow}.items():
        _, _, below = shown.replace("\r\n", "\n").partition("\n")  # the title is a path
        assert_golden(__file__, f"{name}.{width}", below)


def test_colours_at_a_terminal(home: Path) -> None:
    _, shown = at_terminal(home, "graph", "Pay/one", environment={"NO_COLOR": ""})
    assert "\033[32m✓ IsLarge\033[0m" in shown
    assert "\033[31m✗ Refuse\033[0m" in shown
    _, plain = at_terminal(home, "graph", "Pay/one")
    assert "\033[" not in plain
