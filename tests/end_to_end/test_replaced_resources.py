"""Resources that a deploy replaces or finds under another logical id, and replacements that fail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.processes import sfn, sfn_json

if TYPE_CHECKING:
    from pathlib import Path

DEFINITION = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
BAD_GROUP = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "no good name!"}}


def group(name: str) -> dict[str, Any]:
    return {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name}}


def machine(type: str) -> dict[str, Any]:
    properties = {"StateMachineName": "pay", "StateMachineType": type, "Definition": DEFINITION}
    return {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}


def deploy(home: Path, folder: Path, resources: dict[str, Any], *options: str, exit: int = 0) -> Any:
    """Deploys a template of these resources. Returns (action, logical id) of every change."""
    folder.mkdir(exist_ok=True)
    (folder / "template.json").write_text(json.dumps({"Resources": resources}))
    done = sfn(home, "deploy", str(folder), *options)
    assert done.returncode == exit, done.stderr
    if exit:
        return []
    (stack,) = json.loads(done.stdout)["Stacks"]
    return [(change["Action"], change["LogicalResourceId"]) for change in stack["Changes"]]


def group_names(home: Path) -> list[str]:
    groups = sfn_json(home, "logs", "describe-log-groups")["logGroups"]
    return [one["logGroupName"] for one in groups]


def test_a_replacement_that_fails(home: Path, tmp_path: Path) -> None:
    """If a replacement fails, the old resource stays, and a deploy of the old template changes nothing."""
    project = tmp_path / "shop"
    deploy(home, project, {"Group": group("/shop/a")})
    deploy(home, project, {"Group": BAD_GROUP}, exit=254)
    assert group_names(home) == ["/shop/a"]
    assert deploy(home, project, {"Group": group("/shop/a")}) == [("keep", "Group")]
    assert group_names(home) == ["/shop/a"]


def test_a_replacement_that_is_taken_back(home: Path, tmp_path: Path) -> None:
    """A rollback restores a resource that was replaced under the same name."""
    project = tmp_path / "shop"
    deploy(home, project, {"Pay": machine("STANDARD")})
    last = {**BAD_GROUP, "DependsOn": "Pay"}
    deploy(home, project, {"Pay": machine("EXPRESS"), "Last": last}, exit=254)
    (only,) = sfn_json(home, "list-state-machines")["stateMachines"]
    assert (only["name"], only["type"]) == ("pay", "STANDARD")
    assert deploy(home, project, {"Pay": machine("STANDARD")}) == [("keep", "Pay")]


def test_another_logical_id(home: Path, tmp_path: Path) -> None:
    """A resource with an explicit name stays when only its logical id changes."""
    project = tmp_path / "shop"
    deploy(home, project, {"Group": group("/shop/a"), "Pay": machine("STANDARD")})
    renamed = {"Logs": group("/shop/a"), "Payment": machine("STANDARD")}
    assert deploy(home, project, renamed) == [("create", "Logs"), ("create", "Payment")]
    assert group_names(home) == ["/shop/a"]
    assert len(sfn_json(home, "list-state-machines")["stateMachines"]) == 1
    assert deploy(home, project, renamed) == [("keep", "Logs"), ("keep", "Payment")]
    assert deploy(home, project, {"Logs": group("/shop/b")}, "--dry-run") == [
        ("replace", "Logs"),
        ("delete", "Payment"),
    ]


def test_two_templates_in_one_folder(home: Path, tmp_path: Path) -> None:
    """Two templates in one folder have separate stacks; the latest deploy owns what both name."""
    project = tmp_path / "shop"
    project.mkdir()
    for name, own in [("template", "/shop/a"), ("local", "/shop/b"), ("template", "/shop/a")]:
        file = project / f"{name}.json"
        file.write_text(json.dumps({"Resources": {"Group": group(own), "Pay": machine("STANDARD")}}))
        done = sfn(home, "run", str(file))
        assert done.returncode == 0, done.stderr
    assert group_names(home) == ["/shop/a", "/shop/b"]
    stacks = sfn_json(home, "stack", "list")["Stacks"]
    assert sorted(stack["StackName"] for stack in stacks) == ["shop", "shop-local"]

    (project / "local.json").rename(project / "renamed.json")
    (project / "template.json").rename(project / "main.json")
    done = sfn(home, "run", str(project / "main.json"))
    assert done.returncode == 0, done.stderr
    assert len(sfn_json(home, "stack", "list")["Stacks"]) == 2
