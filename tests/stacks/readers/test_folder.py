"""The parts of a folder that `sfn run` finds."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from sfn_cli.errors import UsageError
from sfn_cli.stacks.readers.folder import load_project_folder

PASS = '{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}'


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each test works in a folder of its own."""
    monkeypatch.chdir(tmp_path)


def make(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)


def test_a_whole_project() -> None:
    """The definition, the input and the functions, with the defaults of what is not said."""
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
    project = load_project_folder(Path("my order"))
    python = f"python3.{sys.version_info.minor}"
    assert (project.name, project.definition, project.input) == ("my-order", PASS, '{"id": 1}')
    assert [(function.name, function.configuration) for function in project.functions] == [
        ("price", {"Runtime": python, "Handler": "app.lambda_handler"}),
        ("ship", {"Runtime": "provided.al2023", "Handler": "bootstrap"}),
        ("tax", {"Runtime": python, "Handler": "tax.main", "Timeout": 9}),
    ]
    assert project.functions[0].folder.is_absolute()
    assert project.configuration == {"type": "EXPRESS"}
    (call,) = project.resources
    assert (call.service, call.name, call.wait, call.parameters) == (
        "s3",
        "PutObject",
        False,
        {"Body": ["é".encode(), 1]},
    )
    assert project.services == [("Tax", ["python", "tax.py", "-v"], Path("my order").resolve())]


def test_variables_of_a_function() -> None:
    """Variables for the services are added; the function's own have priority."""
    make(
        {
            "p/p.asl.json": PASS,
            "p/functions/f/function.json": '{"Environment": {"Variables": {"A": "own", "B": "own"}}}',
        }
    )
    (function,) = load_project_folder(Path("p")).functions
    environment = function.with_variables({"A": "found", "C": "found"}).configuration["Environment"]
    variables = environment["Variables"]
    assert variables == {"A": "own", "B": "own", "C": "found"}
    assert function.with_variables({}) is function


def test_urls_in_the_definition() -> None:
    """`${NAME}` is replaced where NAME is a service; every other text stays as it is."""
    make(
        {
            "p/p.asl.json": (
                '["${Tax}/rates", "{% \'${Tax}\' & $x %}", "${tax}", "${Taxes}", "$Tax", "{Tax}", "$${Tax}"]'
            ),
            "p/services.json": '{"Tax": {"command": ["tax"]}}',
        }
    )
    definition = load_project_folder(Path("p")).with_services({"Tax": "http://t"}).definition
    assert (
        definition
        == '["http://t/rates", "{% \'http://t\' & $x %}", "${tax}", "${Taxes}", "$Tax", "{Tax}", "$http://t"]'
    )


def test_a_definition_alone() -> None:
    """A file's name is the state machine's."""
    make({"order.asl.json": PASS})
    assert load_project_folder(Path("order.asl.json"))[:3] == ("order", PASS, None)


@pytest.mark.parametrize(
    "files, message",
    [
        ({"p/readme.txt": ""}, "holds no definition"),
        ({"p/a.asl.json": PASS, "p/services.json": "[]"}, "services.json must hold an object"),
        (
            {"p/a.asl.json": PASS, "p/services.json": '{"a b": {"command": ["x"]}}'},
            "the service 'a b' cannot be named",
        ),
        ({"p/a.asl.json": PASS, "p/services.json": '{"A": {"command": "x"}}'}, 'A must be {"command"'),
        ({"p/a.asl.json": PASS, "p/services.json": '{"A": {"command": []}}'}, 'A must be {"command"'),
        (
            {"p/a.asl.json": PASS, "p/services.json": '{"A": {"command": ["x"], "port": 1}}'},
            'A must be {"command"',
        ),
        ({"p/a.asl.json": PASS, "p/b.asl.json": PASS}, "holds several definitions"),
        ({"p/a.asl.json": PASS, "p/functions/f/function.json": "{"}, "is not JSON"),
        ({"p/a.asl.json": PASS, "p/functions/f/function.json": "[]"}, "must hold an object"),
        ({"p/a.asl.json": PASS, "p/machine.json": "[]"}, "machine.json must hold an object"),
        ({"p/a.asl.json": PASS, "p/resources.json": "{}"}, "resources.json must hold an array of calls"),
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
        load_project_folder(Path("p"))


@pytest.mark.parametrize(
    "file, name", [("order/a.asl.yaml", "order"), ("a.asl.yml", "a"), ("b.yaml", "b"), ("c.asl.json", "c")]
)
def test_definitions_in_yaml(file: str, name: str) -> None:
    """A definition may be YAML, in a folder or on its own: it is read as JSON."""
    text = "{'StartAt': P, States: {P: {Type: Pass, End: true}}}" if file != "c.asl.json" else PASS
    make({file: text})
    project = load_project_folder(Path("order") if "/" in file else Path(file))
    assert project.name == name
    assert json.loads(project.definition) == json.loads(PASS)


def test_invalid_yaml() -> None:
    """The error names the file, the line and the column."""
    make({"a.asl.yaml": "StartAt: P\nStates: P: 1\n"})
    with pytest.raises(UsageError) as caught:
        load_project_folder(Path())
    assert str(caught.value) == "a.asl.yaml:2:10: invalid YAML: mapping values are not allowed here"
