"""Projects as stacks: run, deployed, shown, exported, deleted, and their errors."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.pictures import EXAMPLES
from tests.processes import at_terminal, sfn, sfn_json
from tests.projects import RUNTIME, write_shop

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STAGE = {"Stage": {"Type": "String", "AllowedValues": ["dev", "prod"]}}
GROUP = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Fn::Sub": "/shop/${Stage}"}}}
BAD_GROUP = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "no good name!"}}
LAST = {"DependsOn": "OrderFlow"}


MISSING = [
    (
        "functions",
        ["deploy"],
        255,
        "Price (AWS::Lambda::Function): The code {project}/functions/price does not exist.",
    ),
    (
        "functions",
        ["export", "--out", "out"],
        252,
        "The code of Price does not exist: {project}/functions/price",
    ),
    ("order.asl.json", ["deploy"], 252, "Cannot read the definition {project}/order.asl.json"),
    ("order.asl.json", ["run"], 252, "Cannot read the definition {project}/order.asl.json"),
    ("template.json", ["deploy", "-t", "template.json"], 252, "template.json does not exist."),
]


@pytest.mark.parametrize("file, command, exit, reason", MISSING)
def test_a_missing_file(
    home: Path, tmp_path: Path, file: str, command: list[str], exit: int, reason: str
) -> None:
    """A missing file is named in one line, and nothing is created."""
    project = write_shop(tmp_path / "shop")
    missing = project / file
    shutil.rmtree(missing) if missing.is_dir() else missing.unlink()
    done = sfn(home, *command, cwd=project)
    assert (done.returncode, done.stdout) == (exit, "")
    assert reason.format(project=project) in done.stderr.splitlines()[-1]
    assert {**names(home), "stacks": []} == NOTHING
    assert not (project / "out").exists()


def names(home: Path) -> dict[str, list[str]]:
    """Returns the names of the store's resources."""
    machines = sfn_json(home, "list-state-machines")["stateMachines"]
    functions = sfn_json(home, "lambda", "list-functions")["Functions"]
    groups = sfn_json(home, "logs", "describe-log-groups")["logGroups"]
    stacks = sfn_json(home, "stack", "list")["Stacks"]
    return {
        "machines": [one["name"] for one in machines],
        "functions": [one["FunctionName"] for one in functions],
        "groups": [one["logGroupName"] for one in groups],
        "stacks": [one["StackName"] for one in stacks],
    }


NOTHING: dict[str, list[str]] = {"machines": [], "functions": [], "groups": [], "stacks": []}


def changes(deployed: Mapping[str, Any]) -> dict[str, str]:
    """Returns what `sfn deploy` did with each resource."""
    (stack,) = deployed["Stacks"]
    return {change["LogicalResourceId"]: change["Action"] for change in stack["Changes"]}


def test_run_in_a_project(home: Path, tmp_path: Path) -> None:
    """Without arguments, the project of the current folder is run; a changed handler counts at once."""
    project = write_shop(tmp_path / "shop")
    for factor in (10, 3):
        write_shop(project, factor=factor)
        done = sfn(home, "run", "--input", '{"id": 2}', cwd=project)
        assert (done.returncode, json.loads(done.stdout)) == (0, {"price": 2 * factor}), done.stderr
        assert "Reading the CloudFormation template" in done.stderr
    assert names(home)["stacks"] == ["shop"]


def test_several_machines(home: Path, tmp_path: Path) -> None:
    """--machine takes a logical id or a name; without it the error lists the machines."""
    project = str(write_shop(tmp_path / "shop", "OrderFlow", "Refunds"))
    for options, reason in [
        ((), "has several state machines. Choose one with --machine: OrderFlow, Refunds"),
        (("--machine", "Refund"), "has no state machine Refund. Its state machines: OrderFlow, Refunds"),
    ]:
        done = sfn(home, "run", project, *options)
        assert (done.returncode, done.stdout) == (252, "")
        assert done.stderr.endswith(f"{reason}\n")
    assert names(home) == NOTHING
    assert sfn(home, "run", project, "--machine", "Refunds").returncode == 0


@pytest.mark.parametrize(
    "form, machine",
    [
        ("payment", "payment"),
        ("payment/serverless", "payment"),
        ("payment/terraform", "aws_sfn_state_machine.payment"),
        ("payment/synthesised", "payment-synthesised/Payment"),
    ],
)
def test_a_machine_that_does_not_exist(home: Path, form: str, machine: str) -> None:
    """The error lists the machines by their names in the project's own files."""
    done = sfn(home, "run", str(EXAMPLES / form), "--machine", "refund")
    assert done.returncode == 252
    assert done.stderr.endswith(f" has no state machine refund. Its state machines: {machine}\n")


def test_a_machine_that_starts_the_others(home: Path, tmp_path: Path) -> None:
    """The machine that starts the others is run; --machine runs another."""
    start = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": {"Ref": "OrderFlow"}, "Input": {"id": 3}},
        "OutputPath": "$.Output",
        "End": True,
    }
    outer = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"Definition": {"StartAt": "Start", "States": {"Start": start}}},
    }
    project = write_shop(tmp_path / "shop", resources={"Outer": outer})
    done = sfn(home, "run", str(project))
    assert (done.returncode, json.loads(done.stdout)) == (0, {"price": 30}), done.stderr
    assert "Running Outer, which starts the others (OrderFlow)." in done.stderr
    done = sfn(home, "run", str(project), "--machine", "OrderFlow", "--input", '{"id": 2}')
    assert json.loads(done.stdout) == {"price": 20}


@pytest.mark.parametrize(
    "options, exit, shown",
    [
        (["--parameter", "Stage=dev"], 0, ""),
        ([], 252, "Stage"),
        (["--parameter", "Stage=test"], 252, "Stage"),
        (["--parameter", "Stag=dev"], 252, "has no parameter Stag. It has Stage."),
        (["--parameter", "Stage"], 252, "--parameter takes NAME=VALUE: Stage"),
    ],
    ids=["given", "missing", "not allowed", "unknown", "no value"],
)
def test_parameters(home: Path, tmp_path: Path, options: list[str], exit: int, shown: str) -> None:
    """Parameters are checked before anything is created."""
    project = write_shop(tmp_path / "shop", parameters=STAGE, resources={"Log": GROUP})
    done = sfn(home, "deploy", str(project), *options)
    assert done.returncode == exit, done.stderr
    assert shown in done.stderr
    assert names(home)["groups"] == (["/shop/dev"] if exit == 0 else [])


def test_deploys(home: Path, tmp_path: Path) -> None:
    """A deploy changes only the differences from the last one."""
    group = {"Type": "AWS::Logs::LogGroup"}
    project = write_shop(tmp_path / "shop", resources={"Log": group})
    shop = str(project)
    created = dict.fromkeys(("Role", "Price", "OrderFlow", "Log"), "create")
    unchanged = dict.fromkeys(created, "keep")
    assert changes(sfn_json(home, "deploy", shop, "--dry-run")) == created
    assert names(home) == NOTHING
    assert changes(sfn_json(home, "deploy", shop)) == created
    assert changes(sfn_json(home, "deploy", shop)) == unchanged
    write_shop(project, resources={"Log": group}, state={"Comment": "The price of an order"})
    assert changes(sfn_json(home, "deploy", shop)) == {**unchanged, "OrderFlow": "update"}
    write_shop(
        project, state={"Comment": "The price of an order"}, resources={"Extra": {"Type": "AWS::Glue::Job"}}
    )
    left = {"Role": "keep", "Price": "keep", "OrderFlow": "keep", "Extra": "leave out", "Log": "delete"}
    assert changes(sfn_json(home, "deploy", shop, "--dry-run")) == left
    assert changes(sfn_json(home, "deploy", shop)) == left
    assert names(home)["groups"] == []


def test_a_stack_is_listed_shown_and_deleted(home: Path, tmp_path: Path) -> None:
    """Deleting a stack deletes everything that its deploys created."""
    retained = {**GROUP, "DeletionPolicy": "Retain"}
    project = write_shop(tmp_path / "shop", parameters=STAGE, resources={"Log": retained})
    sfn_json(home, "deploy", str(project), "--stack", "orders", "--parameter", "Stage=dev")
    (listed,) = sfn_json(home, "stack", "list")["Stacks"]
    assert (listed["StackName"], listed["StackStatus"]) == ("orders", "CREATE_COMPLETE")
    assert (listed["Kind"], listed["Folder"]) == ("CloudFormation template", str(project))
    shown = sfn_json(home, "stack", "show", "orders")
    assert shown["Parameters"] == [{"ParameterKey": "Stage", "ParameterValue": "dev"}]
    assert {one["LogicalResourceId"]: one["ResourceStatus"] for one in shown["Resources"]} == dict.fromkeys(
        ("Log", "Role", "Price", "OrderFlow"), "CREATE_COMPLETE"
    )
    for command in ("show", "delete"):
        done = sfn(home, "stack", command, "order")
        assert (done.returncode, done.stdout) == (252, "")
        assert 'No stack named "order". Stacks: orders' in done.stderr
    assert sfn(home, "stack", "delete", "orders").returncode == 0
    assert names(home) == {**NOTHING, "groups": ["/shop/dev"]}  # DeletionPolicy: Retain
    assert sfn_json(home, "deploy", str(project), "--stack", "orders", "--parameter", "Stage=dev")


def test_a_failed_deploy_is_taken_back(home: Path, tmp_path: Path) -> None:
    """A failed first deploy leaves nothing, a later one the previous state. The error names the resource."""
    project = write_shop(tmp_path / "shop", resources={"Bad": {**BAD_GROUP, **LAST}})
    done = sfn(home, "deploy", str(project))
    assert done.returncode == 254
    assert "template.json:" in done.stderr
    assert "Bad (AWS::Logs::LogGroup): An error occurred (" in done.stderr
    assert {**names(home), "stacks": []} == NOTHING
    (stack,) = sfn_json(home, "stack", "list")["Stacks"]
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"

    sfn_json(home, "deploy", str(write_shop(project)))
    there = names(home)
    write_shop(
        project, "Refunds", state={"Comment": "new"}, resources={"Bad": {**BAD_GROUP, "DependsOn": "Refunds"}}
    )
    assert sfn(home, "deploy", str(project)).returncode == 254
    assert names(home) == there
    (stack,) = sfn_json(home, "stack", "list")["Stacks"]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert sfn(home, "run", str(write_shop(project))).returncode == 0


def test_a_refused_definition(home: Path, tmp_path: Path) -> None:
    """At a terminal, the error of a definition shows the faulty line, not the whole definition."""
    project = write_shop(tmp_path / "shop", state={"Type": "Tusk", "Comment": "much " * 500})
    done = sfn(home, "run", str(project))
    assert (done.returncode, done.stdout) == (254, "")
    assert len(done.stderr.splitlines()) < 5
    exit, shown = at_terminal(home, "run", str(project))
    assert exit == 254
    assert "order.asl.json:" in shown
    assert '"Type": "Tusk"' in shown
    assert len(shown.splitlines()) < 25
    assert {**names(home), "stacks": []} == NOTHING


def test_projects_of_the_same_name(home: Path, tmp_path: Path) -> None:
    """Two projects with the same name and content have separate stacks and resources."""
    folders = [write_shop(tmp_path / place / "shop", factor=factor) for place, factor in [("a", 2), ("b", 3)]]
    for folder, price in [(folders[0], 2), (folders[1], 3), (folders[0], 2)]:
        done = sfn(home, "run", str(folder))
        assert json.loads(done.stdout) == {"price": price}
    there = names(home)
    assert len(set(there["machines"])) == len(set(there["functions"])) == len(there["stacks"]) == 2


def write_own_folder(folder: Path, output: int) -> Path:
    folder.mkdir(parents=True)
    state = {"Type": "Pass", "Result": output, "End": True}
    (folder / "order.asl.json").write_text(json.dumps({"StartAt": "A", "States": {"A": state}}))
    return folder


def test_a_machine_of_another_folder(home: Path, tmp_path: Path) -> None:
    """A machine of another folder is replaced only with --replace."""
    first, second = (write_own_folder(tmp_path / place / "order", n) for n, place in enumerate("ab"))
    assert sfn(home, "run", str(first)).stdout == "0\n"
    refused = sfn(home, "run", str(second))
    assert (refused.returncode, refused.stdout) == (252, "")
    assert str(first) in refused.stderr
    assert "--replace" in refused.stderr
    assert sfn(home, "run", str(first)).stdout == "0\n"
    assert sfn(home, "run", str(second), "--replace").stdout == "1\n"
    assert sfn(home, "run", str(second)).stdout == "1\n"
    assert sfn(home, "run", str(first)).returncode == 252
    assert len(names(home)["machines"]) == 1


@pytest.mark.parametrize("typed, exit", [("n\n", 252), ("y\n", 0)])
def test_a_machine_of_another_folder_at_a_terminal(home: Path, tmp_path: Path, typed: str, exit: int) -> None:
    """At a terminal, the user confirms or declines."""
    first, second = (write_own_folder(tmp_path / place / "order", n) for n, place in enumerate("ab"))
    assert sfn(home, "run", str(first)).returncode == 0
    code, shown = at_terminal(home, "run", str(second), typed=typed)
    assert "Take it over? [y/N]" in shown
    assert code == exit


INPUTS = [
    # files, the input that is chosen, and a part of the message
    ({}, {}, ""),
    ({"input.json": {"n": 1}, "events/a.json": {"n": 2}}, {"n": 1}, ""),
    ({"events/a.json": {"n": 2}}, {"n": 2}, "The input is events/a.json."),
    ({"events/a.json": {"n": 2}, "events/b.json": {"n": 3}}, {}, "events/b.json"),
    ({"workflow/input.json": {"n": 5}}, {"n": 5}, "workflow/input.json."),
    ({"workflow/events/a.json": {"n": 5}, "events/a.json": {"n": 2}}, {"n": 2}, "events/a.json."),
]


@pytest.mark.parametrize(
    "files, taken, said", INPUTS, ids=["none", "input.json", "one event", "two events", "beside", "both"]
)
def test_input(home: Path, tmp_path: Path, files: Mapping[str, object], taken: object, said: str) -> None:
    """Without --input, the only candidate is the input; if there are several, it is {} in a script."""
    project = write_shop(tmp_path / "shop")
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"DefinitionUri": "workflow/order.asl.json"},
    }
    (project / "template.json").write_text(json.dumps({"Resources": {"OrderFlow": machine}}))
    (project / "workflow").mkdir()
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    (project / "workflow" / "order.asl.json").write_text(json.dumps(definition))
    for name, value in files.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(json.dumps(value))
    done = sfn(home, "run", cwd=project)
    assert json.loads(done.stdout) == taken
    assert said in done.stderr
    given = sfn(home, "run", "--input", '{"n": 4}', cwd=project)
    assert json.loads(given.stdout) == {"n": 4}


def test_an_input_is_chosen_at_a_terminal(home: Path, tmp_path: Path) -> None:
    """The candidates are listed; {} is the last one."""
    project = write_shop(tmp_path / "shop")
    (project / "events").mkdir()
    for number in (2, 3):
        (project / "events" / f"{number}.json").write_text(json.dumps({"id": number}))
    for typed, price in [("2\n", 30), ("3\n", 10)]:
        exit, shown = at_terminal(home, "run", str(project), typed=typed)
        assert exit == 0
        assert "shop/events/2.json\r\n  2  " in shown
        assert "3  {}" in shown
        assert f'"price": {price}' in shown


def test_an_earlier_input(home: Path, tmp_path: Path) -> None:
    """The input of an earlier execution is used again if there is no other candidate."""
    project = str(write_shop(tmp_path / "shop"))
    sfn(home, "run", project, "--input", '{"id": 7}')
    assert json.loads(sfn(home, "run", project).stdout) == {"price": 70}


@pytest.mark.slow
def test_services_that_were_stopped(home: Path, tmp_path: Path) -> None:
    """The next deploy creates resources again that the stopped local services have lost."""
    queue = {"Type": "AWS::SQS::Queue"}
    project = str(write_shop(tmp_path / "shop", resources={"Queue": queue}))
    assert changes(sfn_json(home, "deploy", project))["Queue"] == "create"
    assert changes(sfn_json(home, "deploy", project))["Queue"] == "keep"
    assert sfn(home, "aws", "stop").returncode == 0
    assert changes(sfn_json(home, "deploy", project, "--dry-run"))["Queue"] == "restore"
    restored = changes(sfn_json(home, "deploy", project))
    assert restored == {"Role": "keep", "Price": "keep", "OrderFlow": "keep", "Queue": "restore"}
    assert changes(sfn_json(home, "deploy", project))["Queue"] == "keep"


def test_two_deploys_at_once(home: Path, tmp_path: Path) -> None:
    """Two deploys at once run one after the other: the second changes nothing."""
    project = str(write_shop(tmp_path / "shop"))
    with ThreadPoolExecutor() as threads:
        both = [threads.submit(sfn_json, home, "deploy", project) for _ in range(2)]
    done = [set(changes(one.result()).values()) for one in both]
    assert {"create"} in done
    assert {"keep"} in done


def test_an_export_is_a_project(home: Path, tmp_path: Path) -> None:
    """An export runs as the project does; exporting creates no resources."""
    project = write_shop(tmp_path / "shop", parameters=STAGE, resources={"Log": GROUP})
    out = tmp_path / "out"
    done = sfn(home, "export", str(project), "--out", str(out), "--parameter", "Stage=dev")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert names(home) == NOTHING
    assert json.loads((out / "OrderFlow.asl.json").read_text())["States"]["Price"]["Resource"].startswith(
        "arn:"
    )
    done = sfn(home, "run", str(out), "--input", '{"id": 2}')
    assert json.loads(done.stdout) == {"price": 20}
    again = sfn(home, "export", str(project), "--out", str(out), "--parameter", "Stage=dev")
    assert again.returncode == 252
    assert "is not empty" in again.stderr


def test_without_the_extra(home: Path, tmp_path: Path) -> None:
    """A SAM template needs an extra, and the error says how to install it."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "samtranslator.py").write_text("raise ImportError\n")
    project = write_shop(tmp_path / "shop")
    template = json.loads((project / "template.json").read_text())
    (project / "template.json").write_text(
        json.dumps({"Transform": "AWS::Serverless-2016-10-31", **template})
    )
    done = sfn(home, "deploy", environment={"PYTHONPATH": str(hidden)}, cwd=project)
    assert (done.returncode, done.stdout) == (253, "")
    assert (
        "SAM templates need aws-sam-translator, which is not installed. Install the extras"
        in done.stderr.splitlines()[-1]
    )


def test_paths_of_one_project(home: Path, tmp_path: Path) -> None:
    """A project has one stack, whether its path is a folder, has ".." or is a link."""
    project = write_shop(tmp_path / "shop")
    (tmp_path / "beside").mkdir()
    (tmp_path / "link").symlink_to(project)
    for path in (project, "../shop", "../link", "../link/template.json"):
        done = sfn(home, "run", str(path), "--input", '{"id": 2}', cwd=tmp_path / "beside")
        assert done.returncode == 0, done.stderr
    assert names(home)["stacks"] == ["shop"]


def test_an_export_within_its_own_code(home: Path, tmp_path: Path) -> None:
    """The export may be inside a function's folder: it is not copied into itself."""
    project = tmp_path / "shop"
    function = {"Runtime": RUNTIME, "Handler": "app.handler", "Code": ".", "Role": "any"}
    template = {"Resources": {"Price": {"Type": "AWS::Lambda::Function", "Properties": function}}}
    project.mkdir()
    (project / "template.json").write_text(json.dumps(template))
    (project / "app.py").touch()
    done = sfn(home, "export", "--out", "resolved", cwd=project)
    assert done.returncode == 0, done.stderr
    copied = project / "resolved" / "functions" / "Price"
    assert sorted(path.name for path in copied.iterdir()) == ["app.py", "template.json"]


def test_an_export_with_a_secret(home: Path, tmp_path: Path) -> None:
    """A NoEcho value is in the exported template, which only its owner may read; the command warns."""
    parameters = {"Password": {"Type": "String", "NoEcho": True}}
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Ref": "Password"}}}
    project = write_shop(tmp_path / "shop", parameters=parameters, resources={"Log": group})
    out = tmp_path / "out"
    done = sfn(home, "export", str(project), "--out", str(out), "--parameter", "Password=hidden-word")
    assert done.returncode == 0, done.stderr
    warning = f"{out}/template.json contains the value of Password (NoEcho). Do not share this file."
    assert warning in done.stderr
    assert "hidden-word" not in done.stderr + done.stdout
    assert (out / "template.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("typed, exit", [("n\n", 252), ("y\n", 0)])
def test_a_stack_of_another_folder_at_a_terminal(home: Path, tmp_path: Path, typed: str, exit: int) -> None:
    """At a terminal, one confirmation covers the stack and its resources."""
    first, second = (write_shop(tmp_path / place / "shop") for place in "ab")
    assert sfn(home, "deploy", str(first), "--stack", "orders").returncode == 0
    code, shown = at_terminal(home, "deploy", str(second), "--stack", "orders", typed=typed)
    assert shown.count("Take it over? [y/N]") == 1
    assert code == exit


def test_windows_files(home: Path, tmp_path: Path) -> None:
    """Files may begin with a byte order mark and end their lines with CR and LF."""
    project = tmp_path / "shop"
    project.mkdir()
    texts = {
        "template.yaml": "Resources:\n  Pay:\n    Type: AWS::StepFunctions::StateMachine\n"
        "    Properties: {DefinitionUri: pay.asl.yaml}\n",
        "pay.asl.yaml": "StartAt: A\nStates:\n  A: {Type: Pass, End: true}\n",
        "input.json": '{"id": 2}\n',
    }
    for name, text in texts.items():
        (project / name).write_bytes(("\ufeff" + text.replace("\n", "\r\n")).encode())
    done = sfn(home, "run", cwd=project)
    assert (done.returncode, json.loads(done.stdout)) == (0, {"id": 2}), done.stderr


def test_a_stack_that_cannot_be_deleted(home: Path, tmp_path: Path) -> None:
    """The error names the resource that could not be deleted, and why; the next delete completes it."""
    version = {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Price"}}}
    project = write_shop(tmp_path / "shop", resources={"First": version})
    assert sfn(home, "deploy", str(project)).returncode == 0
    (function,) = names(home)["functions"]
    alias = ("--function-name", function, "--name", "live")
    assert sfn(home, "lambda", "create-alias", *alias, "--function-version", "1").returncode == 0
    refused = sfn(home, "stack", "delete", "shop")
    assert (refused.returncode, refused.stdout) == (255, "")
    assert "Cannot delete the stack shop: " in refused.stderr
    shown = sfn_json(home, "stack", "show", "shop")
    assert shown["StackStatus"] == "DELETE_FAILED"
    assert shown["StackStatusReason"].startswith("First (AWS::Lambda::Version): ")
    assert sfn(home, "lambda", "delete-alias", *alias).returncode == 0
    assert sfn(home, "stack", "delete", "shop").returncode == 0
    assert names(home) == NOTHING


def test_a_machine_whose_condition_does_not_hold(home: Path, tmp_path: Path) -> None:
    """A machine whose condition is false is ignored, also if --machine names it."""
    project = write_shop(tmp_path / "shop", "OrderFlow", "Refunds", parameters=STAGE)
    template = json.loads((project / "template.json").read_text())
    template["Conditions"] = {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
    template["Resources"]["Refunds"]["Condition"] = "IsProd"
    (project / "template.json").write_text(json.dumps(template))
    stage = ("--parameter", "Stage=dev")
    named = sfn(home, "run", str(project), *stage, "--machine", "Refunds")
    assert named.returncode == 252
    assert "has no state machine Refunds. Its state machines: OrderFlow" in named.stderr
    assert names(home) == NOTHING
    assert sfn(home, "run", str(project), *stage).returncode == 0


def test_one_name_for_several_stacks(home: Path, tmp_path: Path) -> None:
    """--stack with several stacks is an error, and nothing is deployed."""
    assembly = tmp_path / "cdk.out"
    assembly.mkdir()
    template = {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {}}}}
    artifacts = {}
    for name in ("One", "Two"):
        (assembly / f"{name}.template.json").write_text(json.dumps(template))
        properties = {"templateFile": f"{name}.template.json"}
        artifacts[name] = {"type": "aws:cloudformation:stack", "properties": properties}
    (assembly / "manifest.json").write_text(json.dumps({"version": "36.0.0", "artifacts": artifacts}))
    done = sfn(home, "deploy", str(assembly), "--stack", "Both")
    assert done.returncode == 252
    assert "--stack names one stack, but this project has several: One, Two." in done.stderr
    assert names(home) == NOTHING
