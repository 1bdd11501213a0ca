"""Resources in this store: created, created again, updated and deleted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.stacks.resources.resource import ResourceError
from sfn_cli.stacks.resources.table import resource_type
from tests.api.fakes import OTHER, PASS, ROLE
from tests.stacks.resources.conftest import INLINE, SUFFIX, naming

if TYPE_CHECKING:
    from tests.stacks.resources.conftest import Maker

STATES = "arn:aws:states:us-east-1:123456789012"
LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function"
LOGS = "arn:aws:logs:us-east-1:123456789012:log-group"
EVENTS = "arn:aws:events:us-east-1:123456789012"
LAMBDA_ = "arn:aws:lambda:us-east-1:123456789012"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:orders"
MAPPING = naming("Thing").uuid()
MACHINE = {"StateMachineName": "Pay", "DefinitionString": PASS, "RoleArn": ROLE}
BASIC = {
    "AuthorizationType": "BASIC",
    "AuthParameters": {"BasicAuthParameters": {"Username": "u", "Password": "p"}},
}


@pytest.mark.parametrize(
    "type, properties, changed, reference, attributes, describe, before, after",
    [
        (
            "AWS::StepFunctions::StateMachine",
            MACHINE,
            {**MACHINE, "DefinitionString": OTHER, "LoggingConfiguration": {
                "Level": "ERROR", "Destinations": [
                    {"CloudWatchLogsLogGroup": {"LogGroupArn": f"{LOGS}:/pay:*:*"}}
                ]}},
            f"{STATES}:stateMachine:Pay",
            {"Arn": f"{STATES}:stateMachine:Pay", "Name": "Pay", "StateMachineRevisionId": "INITIAL"},
            ("stepfunctions", "DescribeStateMachine", {"stateMachineArn": f"{STATES}:stateMachine:Pay"}),
            {"definition": PASS, "type": "STANDARD", "loggingConfiguration": {
                "level": "OFF", "includeExecutionData": False
            }},
            {"definition": OTHER, "loggingConfiguration": {
                "level": "ERROR", "includeExecutionData": False, "destinations": [
                    {"cloudWatchLogsLogGroup": {"logGroupArn": f"{LOGS}:/pay:*"}}
                ]}},
        ),
        (
            "AWS::StepFunctions::Activity",
            {"Name": "paint", "Tags": [{"Key": "a", "Value": "1"}]},
            {"Name": "paint", "Tags": [{"Key": "b", "Value": "2"}]},
            f"{STATES}:activity:paint",
            {"Arn": f"{STATES}:activity:paint", "Name": "paint"},
            ("stepfunctions", "ListTagsForResource", {"resourceArn": f"{STATES}:activity:paint"}),
            {"tags": [{"key": "a", "value": "1"}]},
            {"tags": [{"key": "b", "value": "2"}]},
        ),
        (
            "AWS::Lambda::Function",
            {**INLINE, "Timeout": "20", "Environment": {"Variables": {"COUNT": 5, "OPEN": True}}},
            {**INLINE, "MemorySize": 512, "VpcConfig": {"SubnetIds": ["subnet-1"]}},
            "price",
            {"Arn": f"{LAMBDA}:price"},
            ("lambda", "GetFunctionConfiguration", {"FunctionName": "price"}),
            {"Timeout": 20, "MemorySize": 128, "Environment": {"Variables": {"COUNT": "5", "OPEN": "true"}}},
            {"Timeout": 3, "MemorySize": 512, "Environment": {"Variables": {}}},
        ),
        (
            "AWS::Logs::LogGroup",
            {"LogGroupName": "/pay", "RetentionInDays": "7"},
            {"LogGroupName": "/pay"},
            "/pay",
            {"Arn": f"{LOGS}:/pay:*"},
            ("logs", "FilterLogEvents", {"logGroupName": "/pay"}),
            {"events": []},
            {"events": []},
        ),
        (
            "AWS::Lambda::EventSourceMapping",
            {"FunctionName": "fn", "EventSourceArn": QUEUE, "BatchSize": "1"},
            {"FunctionName": "fn", "EventSourceArn": QUEUE, "Enabled": "false"},
            MAPPING,
            {"Id": MAPPING, "EventSourceMappingArn": f"{LAMBDA_}:event-source-mapping:{MAPPING}"},
            ("lambda", "GetEventSourceMapping", {"UUID": MAPPING}),
            {"BatchSize": 1, "State": "Enabled", "FunctionArn": f"{LAMBDA}:fn"},
            {"BatchSize": 10, "State": "Disabled", "FunctionArn": f"{LAMBDA}:fn"},
        ),
        (
            "AWS::Lambda::Permission",
            {"FunctionName": "fn", "Action": "lambda:InvokeFunction", "Principal": "sns.amazonaws.com"},
            {"FunctionName": "fn", "Action": "lambda:InvokeFunction", "Principal": "123456789012"},
            f"shop-Thing-{SUFFIX}",
            {"Id": f"shop-Thing-{SUFFIX}"},
            ("lambda", "GetPolicy", {"FunctionName": "fn"}),
            {},
            {},
        ),
        (
            "AWS::Lambda::EventInvokeConfig",
            {"FunctionName": "fn", "Qualifier": "$LATEST", "MaximumRetryAttempts": "1"},
            {"FunctionName": "fn", "Qualifier": "$LATEST"},
            f"shop-Thing-{SUFFIX}",
            {},
            ("lambda", "GetFunctionEventInvokeConfig", {"FunctionName": "fn"}),
            {"MaximumRetryAttempts": 1},
            {"MaximumRetryAttempts": 2},
        ),
        (
            "AWS::Events::Connection",
            {"Name": "bank", **BASIC},
            {"Name": "bank", **BASIC, "Description": "The bank"},
            "bank",
            {"ArnForPolicy": "arn:aws:events:us-east-1:123456789012:connection/bank"},
            ("events", "DescribeConnection", {"Name": "bank"}),
            {"AuthorizationType": "BASIC", "Description": ""},
            {"AuthorizationType": "BASIC", "Description": "The bank"},
        ),
        (
            "AWS::Events::EventBus",
            {"Name": "orders", "Tags": [{"Key": "a", "Value": "1"}]},
            {"Name": "orders", "Description": "Orders", "Policy": {"Statement": []}},
            "orders",
            {"Arn": f"{EVENTS}:event-bus/orders", "Name": "orders"},
            ("events", "DescribeEventBus", {"Name": "orders"}),
            {"Arn": f"{EVENTS}:event-bus/orders"},
            {"Description": "Orders", "Policy": '{"Statement":[]}'},
        ),
        (
            "AWS::Events::Rule",
            {"Name": "big", "EventPattern": {"source": ["orders"]}, "Targets": [
                {"Id": "a", "Arn": QUEUE}, {"Id": "b", "Arn": f"{LAMBDA}:price", "Input": {"x": 1}}]},
            {"Name": "big", "EventPattern": '{"source": ["orders"]}', "State": "DISABLED", "Targets": [
                {"Id": "b", "Arn": f"{LAMBDA}:price"}, {"Id": "c", "Arn": "left-out"}]},
            "big",
            {"Arn": f"{EVENTS}:rule/big"},
            ("events", "ListTargetsByRule", {"Rule": "big"}),
            {"Targets": [
                {"Id": "a", "Arn": QUEUE}, {"Id": "b", "Arn": f"{LAMBDA}:price", "Input": '{"x":1}'}]},
            {"Targets": [{"Id": "b", "Arn": f"{LAMBDA}:price"}]},
        ),
        (
            "AWS::Events::Rule",
            {"Name": "big", "EventBusName": "missing", "EventPattern": {"source": ["orders"]}},
            {"Name": "big", "EventBusName": f"{EVENTS}:event-bus/missing", "Description": "Big",
             "EventPattern": {"source": ["carts"]}},
            "missing|big",
            {"Arn": f"{EVENTS}:rule/missing/big"},
            ("events", "DescribeRule", {"Name": "big", "EventBusName": "missing"}),
            {"EventPattern": '{"source":["orders"]}', "State": "ENABLED"},
            {"EventPattern": '{"source":["carts"]}', "Description": "Big"},
        ),
        (
            "AWS::Events::Archive",
            {"ArchiveName": "all", "SourceArn": f"{EVENTS}:event-bus/default", "RetentionDays": "7"},
            {"ArchiveName": "all", "SourceArn": f"{EVENTS}:event-bus/default",
             "EventPattern": {"source": ["orders"]}},
            "all",
            {"Arn": f"{EVENTS}:archive/all", "ArchiveName": "all"},
            ("events", "DescribeArchive", {"ArchiveName": "all"}),
            {"RetentionDays": 7, "EventCount": 0},
            {"EventPattern": '{"source":["orders"]}'},
        ),
        (
            "AWS::Scheduler::Schedule",
            {"Name": "nightly", "ScheduleExpression": "cron(0 3 * * ? *)",
             "StartDate": "2026-01-01T00:00:00Z", "FlexibleTimeWindow": {"Mode": "OFF"},
             "Target": {"Arn": QUEUE, "RoleArn": ROLE}},
            {"Name": "nightly", "ScheduleExpression": "rate(2 hours)", "State": "DISABLED",
             "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": "5"},
             "Target": {"Arn": QUEUE, "RoleArn": ROLE, "Input": {"x": 1}}},
            "nightly",
            {"Arn": "arn:aws:scheduler:us-east-1:123456789012:schedule/default/nightly"},
            ("scheduler", "GetSchedule", {"Name": "nightly"}),
            {"ScheduleExpression": "cron(0 3 * * ? *)", "StartDate": 1767225600000, "State": "ENABLED"},
            {"State": "DISABLED", "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5},
             "Target": {"Arn": QUEUE, "RoleArn": ROLE, "Input": '{"x":1}'}},
        ),
        (
            "AWS::Scheduler::ScheduleGroup",
            {"Name": "reports"},
            {"Name": "reports", "Tags": [{"Key": "a", "Value": "1"}]},
            "reports",
            {"Arn": "arn:aws:scheduler:us-east-1:123456789012:schedule-group/reports"},
            ("scheduler", "GetScheduleGroup", {"Name": "reports"}),
            {"State": "ACTIVE"},
            {"State": "ACTIVE"},
        ),
    ],
)  # fmt: skip
def test_life(
    make: Maker,
    type: str,
    properties: dict[str, Any],
    changed: dict[str, Any],
    reference: str,
    attributes: dict[str, str],
    describe: tuple[str, str, dict[str, str]],
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    """A resource has its properties when it is created, created again, or updated.

    Its names are those predicted; deleting it twice is no error.
    """
    row = resource_type(type)
    service, operation, request = describe
    if properties.get("FunctionName") == "fn":
        resource_type("AWS::Lambda::Function").create(make("Fn"), {**INLINE, "FunctionName": "fn"})

    def described() -> dict[str, Any] | None:
        return make.call(service, operation, **request)

    created = row.create(make(), properties)
    assert (created.reference, created.existed) == (reference, False)
    assert attributes.items() <= created.attributes.items()
    assert row.predict(make().naming, properties).physical_id == created.physical_id
    assert (found := described()) is not None
    assert before.items() <= found.items()

    again = row.create(make(), changed)
    assert (again.reference, again.existed) == (reference, True)
    assert (found := described()) is not None
    assert after.items() <= found.items()

    assert row.update is not None
    assert row.update(make(), created, changed, properties).reference == reference
    assert (found := described()) is not None
    assert before.items() <= found.items()

    row.delete(make(), created, properties)
    row.delete(make(), created, properties)
    if operation != "ListTagsForResource":
        assert described() is None or described() == {}


@pytest.mark.parametrize(
    "type, properties, name",
    [
        ("AWS::StepFunctions::StateMachine", {"DefinitionString": PASS}, f"Thing-{SUFFIX}"),
        ("AWS::StepFunctions::Activity", {}, f"Thing-{SUFFIX}"),
        ("AWS::Lambda::Function", {**INLINE, "FunctionName": None}, f"shop-Thing-{SUFFIX}"),
        ("AWS::Logs::LogGroup", {}, f"shop-Thing-{SUFFIX}"),
        ("AWS::Events::Connection", BASIC, f"shop-Thing-{SUFFIX}"),
    ],
)
def test_generated_names(make: Maker, type: str, properties: dict[str, Any], name: str) -> None:
    """Without a name, a resource gets the name that CloudFormation would generate."""
    created = resource_type(type).create(make(), properties)
    assert str(created.reference).rpartition(":")[2] == name


def test_versions_of_machines(make: Maker) -> None:
    """A version belongs to a revision; an alias points to the version."""
    machines, versions, aliases = (
        resource_type(f"AWS::StepFunctions::StateMachine{noun}") for noun in ("", "Version", "Alias")
    )
    machine = machines.create(make("Machine"), MACHINE)
    revision = {
        "StateMachineArn": machine.reference,
        "StateMachineRevisionId": machine.attributes["StateMachineRevisionId"],
    }
    first = versions.create(make("Version"), revision)
    assert first.reference == f"{STATES}:stateMachine:Pay:1"
    assert versions.create(make("Version"), revision) == first._replace(existed=True)
    route = {"RoutingConfiguration": [{"StateMachineVersionArn": first.reference, "Weight": "100"}]}
    alias = aliases.create(make("Alias"), {"Name": "live", **route})
    assert alias.reference == f"{STATES}:stateMachine:Pay:live"
    assert aliases.create(make("Alias"), {"Name": "live", **route}).existed

    assert machines.update is not None
    assert aliases.update is not None
    machine = machines.update(make("Machine"), machine, MACHINE, {**MACHINE, "DefinitionString": OTHER})
    second = versions.create(
        make("Version"),
        {**revision, "StateMachineRevisionId": machine.attributes["StateMachineRevisionId"]},
    )
    assert second.reference == f"{STATES}:stateMachine:Pay:2"
    shifted = {
        "Name": "live",
        "DeploymentPreference": {"StateMachineVersionArn": second.reference, "Type": "ALL"},
    }
    aliases.update(make("Alias"), alias, {"Name": "live", **route}, shifted)
    described = make.call("stepfunctions", "DescribeStateMachineAlias", stateMachineAliasArn=alias.reference)
    assert described is not None
    assert described["routingConfiguration"] == [{"stateMachineVersionArn": second.reference, "weight": 100}]
    for row, created in ((versions, first), (aliases, alias), (versions, second), (machines, machine)):
        row.delete(make(), created, {})
        row.delete(make(), created, {})


@pytest.mark.parametrize(
    "type, properties, message",
    [
        (
            "AWS::Lambda::Function",
            {**INLINE, "Code": {"CodeDir": "/nowhere/x"}},
            "The code /nowhere/x does not exist",
        ),
        ("AWS::Lambda::Function", {**INLINE, "Code": {}}, "The function has no code"),
        ("AWS::Lambda::Function", {**INLINE, "Handler": None}, "Runtime and Handler are mandatory"),
        ("AWS::Lambda::Function", {**INLINE, "Timeout": "soon"}, "Invalid type for parameter Timeout"),
        (
            "AWS::StepFunctions::StateMachine",
            {"StateMachineName": "Pay"},
            "The state machine has no definition",
        ),
        ("AWS::StepFunctions::StateMachine", {"DefinitionString": "{}"}, "Invalid State Machine Definition"),
        (
            "AWS::StepFunctions::StateMachine",
            {**MACHINE, "LoggingConfiguration": "ALL"},
            "LoggingConfiguration must",
        ),
        ("AWS::Lambda::Function", {**INLINE, "Code": "here"}, "Code must be an object."),
        (
            "AWS::Lambda::Alias",
            {"RoutingConfig": {"AdditionalVersionWeights": [1]}},
            "must be a list of objects.",
        ),
        ("AWS::Events::Connection", {"Name": "bank"}, "Missing required parameter"),
    ],
)
def test_refusals(make: Maker, type: str, properties: dict[str, Any], message: str) -> None:
    """A resource that cannot be created is a one-line error that says why."""
    with pytest.raises(ResourceError) as refused:
        resource_type(type).create(make(), properties)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_unusable_role(make: Maker) -> None:
    """An invalid role is replaced with the deploy's default role: roles are not checked locally."""
    created = resource_type("AWS::StepFunctions::StateMachine").create(
        make(), {**MACHINE, "RoleArn": "to come"}
    )
    found = make.call("stepfunctions", "DescribeStateMachine", stateMachineArn=created.reference)
    assert found is not None
    assert found["roleArn"] == ROLE
    assert json.loads(found["definition"])["StartAt"] == "P"
