"""Deploys that CloudFormation's operations ask for: statuses, events, rollbacks and what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import SfnError
from sfn_cli.stacks.deployment.engine import CancelledError
from sfn_cli.stacks.deployment.failures.recovery import (
    cancel_stack_update,
    recover_stacks,
    roll_back_stack,
)
from sfn_cli.stacks.deployment.outputs import ExportError
from sfn_cli.stacks.deployment.records.locks import StackBusyError, free_stack_lock
from sfn_cli.stacks.deployment.tools import DeployError

if TYPE_CHECKING:
    from tests.stacks.deployment.conftest import Stacks

BAD = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "no good name!"}}


def group(name: str | None = None, days: int | None = None, **attributes: Any) -> dict[str, Any]:
    properties = {"LogGroupName": name, "RetentionInDays": days}
    return {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {key: value for key, value in properties.items() if value is not None},
        **attributes,
    }


def template(outputs: dict[str, Any] | None = None, **resources: dict[str, Any]) -> dict[str, Any]:
    return {"Resources": resources, **({"Outputs": outputs} if outputs else {})}


def after(logical_id: str, resource: dict[str, Any]) -> dict[str, Any]:
    return {**resource, "DependsOn": logical_id}


def test_a_stack_is_created_changed_and_deleted(stacks: Stacks) -> None:
    """Every step of a stack's life has an event, and the deleted stack keeps them."""
    stacks.deploy(template(A=group("/a"), Role={"Type": "AWS::IAM::Role", "Properties": {}}), token="t1")
    arn = stacks.arn()
    assert stacks.status() == "CREATE_COMPLETE"
    stacks.deploy(template(A=group("/a", 7), B=group()), token="t2")
    assert stacks.status() == "UPDATE_COMPLETE"
    assert stacks.groups()["/a"] == 7
    stacks.delete(token="t3")
    assert stacks.events(arn) == [
        ("shop", "CREATE_IN_PROGRESS"),
        *(("A", f"CREATE_{status}") for status in ("IN_PROGRESS", "IN_PROGRESS", "COMPLETE")),
        *(("Role", f"CREATE_{status}") for status in ("IN_PROGRESS", "IN_PROGRESS", "COMPLETE")),
        ("shop", "CREATE_COMPLETE"),
        ("shop", "UPDATE_IN_PROGRESS"),
        *(("A", f"UPDATE_{status}") for status in ("IN_PROGRESS", "COMPLETE")),
        *(("B", f"CREATE_{status}") for status in ("IN_PROGRESS", "IN_PROGRESS", "COMPLETE")),
        ("shop", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        *(("Role", f"DELETE_{status}") for status in ("IN_PROGRESS", "COMPLETE")),
        ("shop", "UPDATE_COMPLETE"),
        ("shop", "DELETE_IN_PROGRESS"),
        *(("B", f"DELETE_{status}") for status in ("IN_PROGRESS", "COMPLETE")),
        *(("A", f"DELETE_{status}") for status in ("IN_PROGRESS", "COMPLETE")),
        ("shop", "DELETE_COMPLETE"),
    ]
    events = stacks.stored_events(arn)
    times = [event.at for event in events]
    assert times == sorted(set(times))
    assert [event.token for event in events if event.logical_id == "shop"] == [
        *("t1", "t1", "t2", "t2", "t2", "t3", "t3")
    ]
    assert {event.physical_id for event in events if event.logical_id == "shop"} == {arn}
    assert [event.physical_id for event in events if event.logical_id == "A"][:3] == ["", "/a", "/a"]
    deleted = stacks.service.deleted_stacks.find(arn)
    assert deleted is not None and deleted.stack.status == "DELETE_COMPLETE"
    assert {one.logical_id: one.status for one in deleted.resources} == dict.fromkeys("AB", "DELETE_COMPLETE")
    assert stacks.service.stacks.find("shop") is None
    assert [one.stack.arn for one in stacks.service.deleted_stacks.page(None, 10)] == [arn]
    stacks.deploy(template(A=group("/a")))
    assert stacks.arn() != arn


def test_a_creation_that_fails(stacks: Stacks) -> None:
    """All resources are deleted again, and the stack stays, without them."""
    with pytest.raises(DeployError):
        stacks.deploy(template(A=group("/a"), Bad=after("A", BAD)))
    assert stacks.status() == "ROLLBACK_COMPLETE"
    assert stacks.groups() == {}
    assert stacks.service.stacks.resources("shop") == []
    events = stacks.stored_events(stacks.arn())
    assert [(event.logical_id, event.status) for event in events][4:] == [
        ("Bad", "CREATE_IN_PROGRESS"),
        ("Bad", "CREATE_FAILED"),
        ("shop", "ROLLBACK_IN_PROGRESS"),
        ("Bad", "DELETE_COMPLETE"),
        ("A", "DELETE_IN_PROGRESS"),
        ("A", "DELETE_COMPLETE"),
        ("shop", "ROLLBACK_COMPLETE"),
    ]
    assert "'logGroupName' failed to satisfy constraint" in events[5].reason
    assert events[6].reason == (
        "The following resource(s) failed to create: [Bad]. Rollback requested by user."
    )


def test_an_update_that_fails(stacks: Stacks) -> None:
    """What was updated, replaced and created is changed back, as are the outputs and the template."""
    first = template({"Days": {"Value": "1"}}, A=group("/a", 1), B=group("/b"), Gone=group("/gone"))
    stacks.deploy(first, details={"Description": "first"})
    before = stacks.service.stacks.find("shop")
    rows = {row.logical_id: row.physical_id for row in stacks.service.stacks.resources("shop")}
    second = template(
        {"Days": {"Value": "7"}},
        A=group("/a", 7),
        B=group("/b/new"),
        New=group("/new"),
        Bad={**BAD, "DependsOn": ["A", "B", "New"]},
    )
    with pytest.raises(DeployError):
        stacks.deploy(second, details={"Description": "second"})
    after_it = stacks.service.stacks.find("shop")
    assert before is not None and after_it is not None
    assert after_it.status == "UPDATE_ROLLBACK_COMPLETE"
    for name in ("outputs", "template", "details", "parameters", "created_at"):
        assert getattr(after_it, name) == getattr(before, name)
    assert stacks.groups() == {"/a": 1, "/b": None, "/gone": None}
    assert rows == {row.logical_id: row.physical_id for row in stacks.service.stacks.resources("shop")}
    events = stacks.events(stacks.arn())
    assert events[events.index(("Bad", "CREATE_FAILED")) + 1 :] == [
        ("shop", "UPDATE_ROLLBACK_IN_PROGRESS"),
        ("B", "UPDATE_IN_PROGRESS"),
        ("B", "UPDATE_COMPLETE"),
        ("A", "UPDATE_IN_PROGRESS"),
        ("A", "UPDATE_COMPLETE"),
        ("shop", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"),
        ("Bad", "DELETE_COMPLETE"),
        ("New", "DELETE_IN_PROGRESS"),
        ("New", "DELETE_COMPLETE"),
        ("B", "DELETE_IN_PROGRESS"),
        ("B", "DELETE_COMPLETE"),
        ("shop", "UPDATE_ROLLBACK_COMPLETE"),
    ]
    stacks.deploy(second | {"Resources": {"A": group("/a", 7)}})
    assert stacks.groups() == {"/a": 7}


@pytest.mark.parametrize(
    "on_failure, status, left",
    [("DO_NOTHING", "CREATE_FAILED", ["/a"]), ("DELETE", "", []), ("ROLLBACK", "ROLLBACK_COMPLETE", [])],
)
def test_on_failure(stacks: Stacks, on_failure: str, status: str, left: list[str]) -> None:
    """OnFailure says what becomes of a stack that could not be created."""
    with pytest.raises(DeployError):
        stacks.deploy(template(A=group("/a"), Bad=after("A", BAD)), on_failure=on_failure)
    assert (stacks.status(), sorted(stacks.groups())) == (status, left)
    deleted = [one.stack.arn for one in stacks.service.deleted_stacks.page(None, 10)]
    assert [stacks.events(arn)[-1] for arn in deleted] == [("shop", "DELETE_COMPLETE")][: not status]


def test_a_failure_that_is_left_and_rolled_back(stacks: Stacks) -> None:
    """After DisableRollback, the next update completes the stack, or a rollback undoes both updates."""
    stacks.deploy(template(A=group("/a", 1)))
    with pytest.raises(DeployError):
        stacks.deploy(template(A=group("/a", 3), B=after("A", BAD)), on_failure="DO_NOTHING")
    assert stacks.status() == "UPDATE_FAILED"
    assert {row.logical_id: row.status for row in stacks.service.stacks.resources("shop")} == {
        "A": "UPDATE_COMPLETE",
        "B": "CREATE_FAILED",
    }
    with pytest.raises(DeployError):
        stacks.deploy(template(A=group("/a", 5), B=group("/b"), C=after("B", BAD)), on_failure="DO_NOTHING")
    assert stacks.groups() == {"/a": 5, "/b": None}
    roll_back_stack(stacks.service, "shop", stacks.options({}, "shop", {}))
    assert (stacks.status(), stacks.groups()) == ("UPDATE_ROLLBACK_COMPLETE", {"/a": 1})
    with pytest.raises(SfnError):
        roll_back_stack(stacks.service, "shop", stacks.options({}, "shop", {}))


def test_a_resource_that_failed_is_tried_again(stacks: Stacks) -> None:
    """The same template completes a stack whose creation was left unfinished."""
    flow = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "RoleArn": "arn:aws:iam::123456789012:role/r",
            "StateMachineName": "pay",
            "DefinitionString": '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}',
        },
    }
    stacks.deploy(template(Flow=flow), "other")
    with pytest.raises(DeployError):
        stacks.deploy(template(Flow=flow), on_failure="DO_NOTHING")
    stacks.delete("other")
    stacks.deploy(template(Flow=flow))
    assert stacks.status() == "UPDATE_COMPLETE"
    (row,) = stacks.service.stacks.resources("shop")
    assert (row.logical_id, row.status) == ("Flow", "CREATE_COMPLETE")


def test_policies(stacks: Stacks) -> None:
    """DeletionPolicy, UpdateReplacePolicy and RetainResources keep resources."""
    kept = {"DeletionPolicy": "Retain"}
    stacks.deploy(
        template(A=group("/a", **kept), B=group("/b", UpdateReplacePolicy="Retain"), C=group("/c", **kept))
    )
    stacks.deploy(
        template(A=group("/a2", **kept), B=group("/b2", UpdateReplacePolicy="Retain"), D=group("/d"))
    )
    assert sorted(stacks.groups()) == ["/a2", "/b", "/b2", "/c", "/d"]
    stacks.delete(retained=frozenset({"D"}))
    assert sorted(stacks.groups()) == ["/a2", "/b", "/c", "/d"]


def test_a_created_resource_that_a_rollback_keeps(stacks: Stacks) -> None:
    """A rollback keeps resources with the DeletionPolicy Retain, but not RetainExceptOnCreate."""
    resources = {
        "A": group("/a", DeletionPolicy="Retain"),
        "B": group("/b", DeletionPolicy="RetainExceptOnCreate"),
        "C": {**BAD, "DependsOn": ["A", "B"]},
    }
    with pytest.raises(DeployError):
        stacks.deploy(template(**resources))
    assert sorted(stacks.groups()) == ["/a"]
    assert ("A", "DELETE_SKIPPED") in stacks.events(stacks.arn())


def test_replacements(stacks: Stacks) -> None:
    """A replacement has another generated name; one with a fixed name is refused."""
    flow = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "RoleArn": "arn:aws:iam::123456789012:role/r",
            "DefinitionString": '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}',
        },
    }
    express = {**flow, "Properties": {**flow["Properties"], "StateMachineType": "EXPRESS"}}
    stacks.deploy(template({"Arn": {"Value": {"Ref": "Flow"}}}, Flow=flow))
    first = stacks.service.stacks.find("shop")
    changes = stacks.plan(template({"Arn": {"Value": {"Ref": "Flow"}}}, Flow=express))
    assert [(one.name, one.requires_recreation) for one in changes[0].details] == [
        ("StateMachineType", "Always")
    ]
    stacks.deploy(template({"Arn": {"Value": {"Ref": "Flow"}}}, Flow=express))
    second = stacks.service.stacks.find("shop")
    assert first is not None and second is not None
    assert first.outputs[0]["OutputValue"] != second.outputs[0]["OutputValue"]
    assert changes[0].physical_id == second.outputs[0]["OutputValue"]
    for one in (flow, express):
        one["Properties"]["StateMachineName"] = "pay"
    stacks.deploy(template(Flow=flow))
    with pytest.raises(DeployError, match=r"CloudFormation cannot update a stack when a custom-named"):
        stacks.deploy(template(Flow=express))


def test_causes_of_changes(stacks: Stacks) -> None:
    """A plan names what each changed property depends on."""
    parameters = {"Days": {"Type": "Number", "Default": 1}}
    first = {
        "Parameters": parameters,
        **template(
            A=group("/a", 1),
            B={"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": {"Ref": "Days"}}},
            C={"Type": "AWS::StepFunctions::Activity", "Properties": {"Name": {"Ref": "Days"}}},
            D=group(),
        ),
    }
    stacks.deploy(first)
    parameters["Days"]["Default"] = 3
    first["Resources"]["A"] = group("/a", 7)
    found = {
        change.logical_id: [
            (one.name, one.requires_recreation, one.source, one.cause) for one in change.details
        ]
        for change in stacks.plan(first)
    }
    assert found == {
        "A": [("RetentionInDays", "Never", "DirectModification", None)],
        "B": [("RetentionInDays", "Never", "ParameterReference", "Days")],
        "C": [("Name", "Always", "ParameterReference", "Days")],
        "D": [],
    }


def test_a_resource_of_another_stack(stacks: Stacks) -> None:
    """A resource that another stack has created cannot be created again."""
    stacks.deploy(template(A=group("/a")))
    with pytest.raises(DeployError, match=f"/a already exists in stack {stacks.arn()}"):
        stacks.deploy(template(A=group("/a")), "other")
    assert (stacks.status("other"), sorted(stacks.groups())) == ("ROLLBACK_COMPLETE", ["/a"])


def test_exports_in_use(stacks: Stacks) -> None:
    """An export that another stack imports cannot be changed or deleted."""

    def exporting(value: str) -> dict[str, Any]:
        return template({"Out": {"Value": value, "Export": {"Name": "days"}}}, A=group("/a"))

    importing = template(
        B={
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": "/b", "RetentionInDays": {"Fn::ImportValue": "days"}},
        }
    )
    stacks.deploy(exporting("7"))
    stacks.deploy(importing, "other")
    assert stacks.service.stacks.importers("days") == ["other"]
    with pytest.raises(ExportError, match="Export days cannot be deleted as it is in use by other"):
        stacks.delete()
    assert stacks.status() == "CREATE_COMPLETE"
    for changed, verb in ((exporting("5"), "updated"), (template(A=group("/a")), "deleted")):
        with pytest.raises(ExportError, match=f"Export days cannot be {verb} as it is in use by other"):
            stacks.deploy(changed)
        assert stacks.status() == "UPDATE_ROLLBACK_COMPLETE"
    with pytest.raises(ExportError, match="Export with name days is already exported by stack shop"):
        stacks.deploy({**exporting("7"), "Resources": {"C": group("/c")}}, "third")
    stacks.delete("other")
    stacks.delete()


def test_one_operation_at_a_time(stacks: Stacks) -> None:
    """An operation on a stack that another one is changing is refused, as is one that a check refuses."""
    with free_stack_lock(stacks.service.settings, "shop"), pytest.raises(StackBusyError):
        stacks.deploy(template(A=group("/a")))

    def refuse(stack: object) -> None:
        raise SfnError("no")

    with pytest.raises(SfnError, match="no"):
        stacks.deploy(template(A=group("/a")), check=refuse)
    assert stacks.status() == ""
    recover_stacks(stacks.service, print)


def test_a_type_that_is_left_out(stacks: Stacks) -> None:
    """A resource of a type that sfn does not support has events, but only when it is new."""
    vpc = template(A=group("/a"), Vpc={"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}})
    stacks.deploy(vpc)
    stacks.deploy({**vpc, "Resources": {**vpc["Resources"], "B": group("/b")}})
    events = [event for event in stacks.stored_events(stacks.arn()) if event.logical_id == "Vpc"]
    assert [event.status for event in events] == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    assert events[0].reason == "sfn does not support this type"


def test_secrets_stay_hidden(stacks: Stacks) -> None:
    """Neither a plan nor an event shows the value of a parameter with NoEcho."""
    tagged = {"Type": "AWS::Logs::LogGroup", "Properties": {"Tags": [{"Key": "a", "Value": {"Ref": "Key"}}]}}
    secret = {"Parameters": {"Key": {"Type": "String", "NoEcho": True}}, **template(A=tagged)}
    stacks.deploy(secret, parameters={"Key": "hunter2"})
    (change,) = stacks.plan(secret, parameters={"Key": "hunter3"})
    assert [detail.name for detail in change.details] == ["Tags"]
    assert "hunter" not in str([*change.details, *stacks.stored_events(stacks.arn())])


def test_an_update_that_is_cancelled(stacks: Stacks) -> None:
    """A cancelled update is rolled back before its next resource."""
    stacks.deploy(template(A=group("/a", 1)))

    def cancel() -> None:
        assert cancel_stack_update(stacks.service, "shop")

    with pytest.raises(CancelledError):
        stacks.deploy(template(A=group("/a", 3)), started=cancel)
    assert (stacks.status(), stacks.groups()) == ("UPDATE_ROLLBACK_COMPLETE", {"/a": 1})
    assert not cancel_stack_update(stacks.service, "shop")
