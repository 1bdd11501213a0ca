"""The page of a definition: its problems with their lines, saving, running, publishing, comparing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.views.console.addresses import machine_address
from tests.console.machines import TWO_STATES

if TYPE_CHECKING:
    from tests.console.opened_console import ConsoleAnswer, OpenedConsole

TEXT = json.dumps(TWO_STATES, indent=2)
FAULTY = TEXT.replace('"Next": "Done"', '"Next": "Dnoe"')
OTHER = TEXT.replace("Greet", "Hello")


def definition_page(name: str) -> str:
    return machine_address(name, "definition")


def stored(console: OpenedConsole, name: str) -> dict[str, Any]:
    arn = f"arn:aws:states:us-east-1:123456789012:stateMachine:{name}"
    return console.call("DescribeStateMachine", stateMachineArn=arn)


def base_of(page: ConsoleAnswer) -> str:
    """Returns the revision that the editor of a page has loaded."""
    return page.text.partition('name="base" value="')[2].partition('"')[0]


def save(console: OpenedConsole, name: str, text: str, **fields: str) -> ConsoleAnswer:
    """Saves a text in the editor, as a browser sends it."""
    page = definition_page(name)
    fields = {"base": base_of(console.get(page)), "do": "save", **fields}
    return console.submit(page, page, definition=text.replace("\n", "\r\n"), **fields)


def test_a_definition_in_one_line_is_shown_in_several(console: OpenedConsole) -> None:
    console.create("short", TWO_STATES)
    page = console.get(definition_page("short"))
    assert page.text_in("definition") == TEXT
    assert '<a id="/Greet" class="state" href="#L4"' in page.text
    data = console.data(definition_page("short"))
    assert [data[name] for name in ("name", "revisionId", "result", "diagnostics")] == [
        "short",
        "INITIAL",
        "OK",
        [],
    ]
    # What is sent back unchanged is no change
    assert "Nothing has changed." in save(console, "short", TEXT).text
    assert stored(console, "short")["definition"] == json.dumps(TWO_STATES)


def test_problems_have_places(console: OpenedConsole) -> None:
    console.create("places", TWO_STATES)
    page = definition_page("places")
    action = machine_address("places", "validate")
    shown = console.submit(action, page, definition=FAULTY.replace("\n", "\r\n"))
    assert 'href="#L6" data-line="6" data-column="15">line 6, column 15</a>' in shown.text
    assert "Missing &#39;Next&#39; target: Dnoe" in shown.text
    assert shown.text_in("definition") == FAULTY
    assert 'class="state missing"' in shown.text, "the graph is that of the text"
    token = {"form_token": console.form_token_of(shown)}
    found = console.post(f"{action}.json", {"definition": FAULTY, **token}).data
    assert found["result"] == "FAIL"
    assert found["diagnostics"][0] == {
        "severity": "ERROR",
        "code": "MISSING_TRANSITION_TARGET",
        "message": "Missing 'Next' target: Dnoe",
        "location": "/States/Greet/Next",
        "line": 6,
        "column": 15,
    }
    assert stored(console, "places")["definition"] == json.dumps(TWO_STATES)


@pytest.mark.parametrize(
    "text, place",
    [("", ()), ("{", (1, 2)), ('{"StartAt": "A"}', (1, 1)), ("[1]", ()), ("x" * 1_048_577, ())],
)
def test_problems_of_odd_texts(console: OpenedConsole, text: str, place: tuple[int, int]) -> None:
    """Any text is validated, and comes back."""
    console.create("odd", TWO_STATES)
    action = machine_address("odd", "validate")
    form = {"definition": text, "form_token": console.form_token_of(console.get(definition_page("odd")))}
    answer = console.post(f"{action}.json", form)
    assert answer.status == 200
    first = answer.data["diagnostics"][0]
    assert (answer.data["result"], first["severity"]) == ("FAIL", "ERROR")
    assert tuple(first[name] for name in ("line", "column") if name in first) == place
    assert console.post(action, form).text_in("definition") == text


def test_save(console: OpenedConsole) -> None:
    console.create("saved", TWO_STATES)
    answer = save(console, "saved", OTHER)
    assert "Saved. New executions use this definition." in answer.text
    described = stored(console, "saved")
    assert described["definition"] == OTHER
    assert base_of(answer) == described["revisionId"]


@pytest.mark.parametrize(
    "text, fields, status, reason",
    [
        (FAULTY, {}, 400, "Not saved: the definition has errors."),
        ("{ not <JSON>", {}, 400, "Not saved: the definition has errors."),
        (OTHER, {"do": "run", "input": "{oops"}, 400, "Not saved: Invalid State Machine Execution Input"),
        (OTHER, {"base": "of yesterday"}, 409, "kept was changed since this page was loaded."),
    ],
)
def test_what_is_not_saved_comes_back(
    console: OpenedConsole, text: str, fields: dict[str, str], status: int, reason: str
) -> None:
    console.create("kept", TWO_STATES)
    answer = save(console, "kept", text, **fields)
    assert answer.status == status
    assert reason in answer.text
    assert answer.text_in("definition") == text
    assert stored(console, "kept")["definition"] == json.dumps(TWO_STATES)
    assert base_of(answer) == "INITIAL"


def test_a_conflict_is_shown_and_can_be_resolved(console: OpenedConsole) -> None:
    """The page that comes back has the differences, and saves over the other definition."""
    arn = console.create("conflict", TWO_STATES)
    base = base_of(console.get(definition_page("conflict")))
    console.call(
        "UpdateStateMachine", stateMachineArn=arn, definition=json.dumps({**TWO_STATES, "Comment": "x"})
    )
    refused = save(console, "conflict", OTHER, base=base)
    assert refused.status == 409
    assert "saved now" in refused.text and "Comment" in refused.text
    assert refused.text_in("definition") == OTHER
    assert stored(console, "conflict")["definition"] != OTHER
    save(console, "conflict", OTHER, base=base_of(refused))
    assert stored(console, "conflict")["definition"] == OTHER


@pytest.mark.parametrize("type", ["STANDARD", "EXPRESS"])
def test_save_and_run(console: OpenedConsole, type: str) -> None:
    name = f"ran-{type.lower()}"
    arn = console.create(name, TWO_STATES, type)
    save(console, name, OTHER, do="run", input='{"n": 1}')
    assert stored(console, name)["definition"] == OTHER
    if type == "STANDARD":
        (execution,) = console.call("ListExecutions", stateMachineArn=arn)["executions"]
        assert console.end_of(execution["executionArn"]) == "SUCCEEDED"
        described = console.call("DescribeExecution", executionArn=execution["executionArn"])
        assert json.loads(described["input"]) == {"n": 1}


def test_versions(console: OpenedConsole) -> None:
    """A version is published, shown, and compared with what came after it."""
    arn = console.create("versions", TWO_STATES)
    page = definition_page("versions")
    answer = console.submit(
        machine_address("versions", "publish"), page, description="the <first>", revisionId="INITIAL"
    )
    assert "Version 1 is published." in answer.text
    assert "the &lt;first&gt;" in answer.text
    save(console, "versions", OTHER)
    refused = console.submit(machine_address("versions", "publish"), page, revisionId="INITIAL")
    assert refused.status == 400
    assert "Failed to publish" in refused.text
    routes = [{"stateMachineVersionArn": f"{arn}:1", "weight": 100}]
    console.call("CreateStateMachineAlias", name="live", routingConfiguration=routes)
    data = console.data(page)
    assert data["stateMachineVersions"][0]["description"] == "the <first>"
    assert data["stateMachineAliases"][0]["routingConfiguration"] == routes
    for word in ("1", "live"):
        version = console.get(f"{page}?version={word}")
        assert 'id="L4"' in version.text and "textarea" not in version.text
        assert "<h1>versions: version 1" in version.text
    compared = console.data(f"{machine_address('versions', 'compare')}?from=live")
    assert [(state["path"], state["difference"]) for state in compared["states"]] == [
        ("/Hello", "renamed"),
        ("/Done", "equal"),
    ]
    shown = console.get(f"{machine_address('versions', 'compare')}?from=1&to=current")
    assert 'class="state changed"' in shown.text
    assert '<tr class="added">' in shown.text


@pytest.mark.parametrize(
    "address",
    [
        "machines/nothing/definition",
        "machines/nothing/compare",
        "machines/missing/definition?version=7",
        "machines/missing/definition?version=%2F",
        "machines/missing/compare?from=nothing",
    ],
)
def test_what_does_not_exist(console: OpenedConsole, address: str) -> None:
    console.create("missing", TWO_STATES)
    answer = console.get(f"/console/{address}")
    assert answer.status == 404
    assert "Traceback" not in answer.text


def test_a_reader_gets_lines(console: OpenedConsole) -> None:
    """A reader who may not change anything gets no editor, and no form that changes something."""
    console.create("read", TWO_STATES)
    answer = console.get(definition_page("read"), Cookie="")
    assert answer.status == 200
    assert "textarea" not in answer.text and 'method="post"' not in answer.text
    assert '<a href="#/Greet" aria-label="Line 4: show /Greet in the graph">4</a>' in answer.text
