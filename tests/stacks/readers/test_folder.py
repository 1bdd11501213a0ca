"""The parts of an sfn folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sfn_cli.errors import UsageError
from sfn_cli.stacks.definitions import machine_definition
from sfn_cli.stacks.readers.folder import read_folder

if TYPE_CHECKING:
    from sfn_cli.stacks.stack import Stack

PASS = '{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}'


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each test works in a folder of its own."""
    monkeypatch.chdir(tmp_path)


def make(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)


def definition_of(stack: Stack) -> str:
    properties = stack.resources["StateMachine"]["Properties"]
    return machine_definition(stack, "StateMachine", properties).text


def test_a_whole_project() -> None:
    """A folder has a definition, an input and functions, with defaults for missing settings."""
    make(
        {
            "my order/any.asl.json": PASS,
            "my order/input.json": '{"id": 1}',
            "my order/machine.json": '{"type": "EXPRESS"}',
            "my order/resources.json": (
                '[{"service": "s3", "operation": "PutObject", "parameters": {"Body": ["fileb://a.txt", 1]}}]'
            ),
            "my order/services.json": '{"Tax": {"command": ["python", "tax.py", "-v"]}}',
            "my order/a.txt": "é",
            "my order/functions/price/app.py": "",
            "my order/functions/tax/function.json": '{"Handler": "tax.main", "Timeout": 9}',
            "my order/functions/notes/readme.txt": "",
            "my order/functions/ship/bootstrap": "#!/bin/sh",
        }
    )
    stack = read_folder(Path("my order"))
    python = f"python3.{sys.version_info.minor}"
    assert (stack.kind, stack.name, stack.folder) == ("folder", "my-order", Path("my order").resolve())
    assert {name: resource["Properties"] for name, resource in stack.resources.items()} == {
        "functions/price": {
            "FunctionName": "price",
            "Runtime": python,
            "Handler": "app.lambda_handler",
            "Code": {"CodeDir": str(Path("my order/functions/price").resolve())},
        },
        "functions/ship": {
            "FunctionName": "ship",
            "Runtime": "provided.al2023",
            "Handler": "bootstrap",
            "Code": {"CodeDir": str(Path("my order/functions/ship").resolve())},
        },
        "functions/tax": {
            "FunctionName": "tax",
            "Runtime": python,
            "Handler": "tax.main",
            "Timeout": 9,
            "Code": {"CodeDir": str(Path("my order/functions/tax").resolve())},
        },
        "StateMachine": {
            "StateMachineName": "my-order",
            "StateMachineType": "EXPRESS",
            "DefinitionUri": str(Path("my order/any.asl.json").resolve()),
        },
    }
    (call,) = stack.calls
    assert (call.service, call.name, call.wait, call.parameters) == (
        "s3",
        "PutObject",
        False,
        {"Body": ["é".encode(), 1]},
    )
    assert stack.services == (("Tax", ["python", "tax.py", "-v"], Path("my order").resolve()),)


def test_urls_in_the_definition() -> None:
    """`${NAME}` is replaced if NAME is a service; other text is left unchanged."""
    make(
        {
            "p/p.asl.json": (
                '["${Tax}/rates", "{% \'${Tax}\' & $x %}", "${tax}", "${Taxes}", "$Tax", "{Tax}", "$${Tax}"]'
            ),
            "p/services.json": '{"Tax": {"command": ["tax"]}}',
        }
    )
    stack = read_folder(Path("p")).with_service_urls({"Tax": "http://t"})
    assert (
        definition_of(stack)
        == '["http://t/rates", "{% \'http://t\' & $x %}", "${tax}", "${Taxes}", "$Tax", "{Tax}", "$http://t"]'
    )


def test_a_definition_alone() -> None:
    """A file's name is the state machine's."""
    make({"order.asl.json": PASS})
    stack = read_folder(Path("order.asl.json"))
    assert (stack.kind, stack.name, stack.folder) == ("definition", "order", Path("order.asl.json").resolve())
    assert definition_of(stack) == PASS


@pytest.mark.parametrize(
    "files, message",
    [
        ({"p/readme.txt": ""}, "contains no definition"),
        ({"p/a.asl.json": PASS, "p/services.json": "[]"}, "services.json must contain an object"),
        (
            {"p/a.asl.json": PASS, "p/services.json": '{"a b": {"command": ["x"]}}'},
            "invalid service name 'a b'",
        ),
        ({"p/a.asl.json": PASS, "p/services.json": '{"A": {"command": "x"}}'}, 'A must be {"command"'),
        ({"p/a.asl.json": PASS, "p/services.json": '{"A": {"command": []}}'}, 'A must be {"command"'),
        (
            {"p/a.asl.json": PASS, "p/services.json": '{"A": {"command": ["x"], "port": 1}}'},
            'A must be {"command"',
        ),
        ({"p/a.asl.json": PASS, "p/b.asl.json": PASS}, "contains several definitions"),
        ({"p/a.asl.json": PASS, "p/functions/f/function.json": "{"}, "is not valid JSON"),
        ({"p/a.asl.json": PASS, "p/functions/f/function.json": "[]"}, "must contain a JSON object"),
        ({"p/a.asl.json": PASS, "p/machine.json": "[]"}, "machine.json must contain a JSON object"),
        (
            {"p/a.asl.json": PASS, "p/resources.json": "{}"},
            "resources.json must contain a JSON array of calls",
        ),
        ({"p/a.asl.json": PASS, "p/resources.json": '[{"service": "s3"}]'}, "call 1 must be"),
        (
            {"p/a.asl.json": PASS, "p/resources.json": '[{"service": "s3", "operation": "X", "wait": "y"}]'},
            "call 1 must be",
        ),
        (
            {
                "p/a.asl.json": PASS,
                "p/resources.json": '[{"service": "s3", "operation": "X", "parameters": 1}]',
            },
            "must be an object",
        ),
        (
            {
                "p/a.asl.json": PASS,
                "p/resources.json": '[{"service": "s3", "wait": "y", "parameters": {"Body": "file://gone"}}]',
            },
            "call 1: cannot read p/gone: No such file",
        ),
    ],
)
def test_folders_that_cannot_be_run(files: dict[str, str], message: str) -> None:
    """The error says what is missing or wrong."""
    make(files)
    with pytest.raises(UsageError, match=message):
        read_folder(Path("p"))


@pytest.mark.parametrize(
    "file, name", [("order/a.asl.yaml", "order"), ("a.asl.yml", "a"), ("b.yaml", "b"), ("c.asl.json", "c")]
)
def test_definitions_in_yaml(file: str, name: str) -> None:
    """A YAML definition, in a folder or on its own, is converted to JSON."""
    text = "{'StartAt': P, States: {P: {Type: Pass, End: true}}}" if file != "c.asl.json" else PASS
    make({file: text})
    stack = read_folder(Path("order") if "/" in file else Path(file))
    assert stack.name == name
    assert json.loads(definition_of(stack)) == json.loads(PASS)


def test_invalid_yaml() -> None:
    """The error names the file, the line and the column."""
    make({"a.asl.yaml": "StartAt: P\nStates: P: 1\n"})
    with pytest.raises(UsageError) as caught:
        definition_of(read_folder(Path()))
    assert (
        str(caught.value)
        == f"{Path('a.asl.yaml').resolve()}:2:10: invalid YAML: mapping values are not allowed here"
    )
