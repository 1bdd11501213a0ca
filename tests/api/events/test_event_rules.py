"""Event buses, rules, targets and PutEvents: what EventBridge answers, and what is then delivered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli import api
from sfn_cli.api import model
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from sfn_cli.api.service import Service

EVENTS = "arn:aws:events:us-east-1:123456789012"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:orders"
PATTERN = '{"source":["orders"]}'
PLACED = {"Source": "orders", "DetailType": "Placed", "Detail": '{"total": 120}'}


def ask(service: Service, operation: str, **request: Any) -> dict[str, Any]:
    return api.call_api(service, model.load_model("events", operation), request)


def delivered(service: Service) -> list[tuple[str, str, Any]]:
    """(source, target, payload) of each stored delivery."""
    return [(one.source, one.target, json.loads(one.payload)) for one in service.deliveries.changed_since(0)]


def with_rule(service: Service, bus: str = "default", **target: Any) -> None:
    ask(service, "PutRule", Name="r", EventBusName=bus, EventPattern=PATTERN)
    targets = [{"Id": "1", "Arn": QUEUE, **target}]
    ask(service, "PutTargets", Rule="r", EventBusName=bus, Targets=targets)


def test_life_of_a_rule(service: Service) -> None:
    """A rule that is put again keeps its targets and tags; only one without targets can be deleted."""
    tags = [{"Key": "team", "Value": "a"}]
    assert ask(service, "PutRule", Name="r", EventPattern=PATTERN, Tags=tags) == {
        "RuleArn": f"{EVENTS}:rule/r"
    }
    ask(service, "PutTargets", Rule="r", Targets=[{"Id": "1", "Arn": QUEUE}])
    ask(service, "PutRule", Name="r", ScheduleExpression="rate(1 day)", Description="d", State="DISABLED")
    assert ask(service, "DescribeRule", Name="r") == {
        "Name": "r", "Arn": f"{EVENTS}:rule/r", "ScheduleExpression": "rate(1 day)", "State": "DISABLED",
        "Description": "d", "EventBusName": "default", "CreatedBy": "123456789012",
    }  # fmt: skip
    ask(service, "EnableRule", Name="r")
    assert [rule["State"] for rule in ask(service, "ListRules")["Rules"]] == ["ENABLED"]
    assert ask(service, "ListTargetsByRule", Rule="r")["Targets"] == [{"Id": "1", "Arn": QUEUE}]
    assert ask(service, "ListTagsForResource", ResourceARN=f"{EVENTS}:rule/r") == {"Tags": tags}
    assert ask(service, "ListRuleNamesByTarget", TargetArn=QUEUE)["RuleNames"] == ["r"]
    with pytest.raises(ApiError, match="since it has targets"):
        ask(service, "DeleteRule", Name="r")
    ask(service, "RemoveTargets", Rule="r", Ids=["1", "2"])
    for _ in range(2):
        ask(service, "DeleteRule", Name="r")
    assert ask(service, "ListRules")["Rules"] == []


def test_event_buses(service: Service) -> None:
    """There is always a default bus. One with rules cannot be deleted."""
    assert ask(service, "CreateEventBus", Name="shop") == {"EventBusArn": f"{EVENTS}:event-bus/shop"}
    ask(service, "PutRule", Name="r", EventBusName=f"{EVENTS}:event-bus/shop", EventPattern=PATTERN)
    assert [bus["Name"] for bus in ask(service, "ListEventBuses")["EventBuses"]] == ["default", "shop"]
    with pytest.raises(ApiError, match="it has rules"):
        ask(service, "DeleteEventBus", Name="shop")
    ask(service, "DeleteRule", Name="r", EventBusName="shop")
    ask(service, "DeleteEventBus", Name="shop")
    for principal in ("111122223333", "*"):
        ask(service, "PutPermission", Action="events:PutEvents", Principal=principal, StatementId="s")
    policy = json.loads(ask(service, "DescribeEventBus")["Policy"])
    assert [one["Principal"] for one in policy["Statement"]] == ["*"]
    ask(service, "RemovePermission", StatementId="s")
    assert "Policy" not in ask(service, "DescribeEventBus")


@pytest.mark.parametrize(
    "operation, request_, code, message",
    [
        ("PutRule", {"Name": "r"}, "ValidationException",
         "Parameter(s) EventPattern or ScheduleExpression must be specified."),
        ("PutRule", {"Name": "r", "ScheduleExpression": "rate(1 minutes)"}, "ValidationException",
         "Parameter ScheduleExpression is not valid."),
        ("PutRule", {"Name": "r", "ScheduleExpression": "rate(1 day)", "EventBusName": "shop"},
         "ValidationException", "ScheduleExpression is supported only on the default event bus."),
        ("PutRule", {"Name": "r", "EventPattern": '{"a": "b"}'}, "InvalidEventPatternException",
         ('Event pattern is not valid. Reason: "a" must be an object or an array\n'
          ' at [Source: (String)"{"a": "b"}"; line: 1, column: 8]')),
        ("PutRule", {"Name": "r", "EventPattern": PATTERN, "EventBusName": "no"},
         "ResourceNotFoundException", "Event bus no does not exist."),
        ("DescribeRule", {"Name": "no"}, "ResourceNotFoundException",
         "Rule no does not exist on EventBus default."),
        ("PutTargets", {"Rule": "no", "Targets": [{"Id": "1", "Arn": QUEUE}]}, "ResourceNotFoundException",
         "Rule no does not exist on EventBus default."),
        ("PutTargets", {"Rule": "r", "Targets": [{"Id": "1", "Arn": "q"}]}, "ValidationException",
         "Parameter q is not valid. Reason: Provided Arn is not in correct format."),
        ("PutTargets", {"Rule": "r", "Targets": [{"Id": "1", "Arn": QUEUE, "Input": "1", "InputPath": "$"}]},
         "ValidationException",
         "Only one of Input, InputPath, or InputTransformer must be provided for target 1."),
        ("PutTargets", {"Rule": "r", "Targets": [{"Id": "1", "Arn": f"{QUEUE}.fifo"}]}, "ValidationException",
         "Parameter(s) SqsParameters must be specified for target: 1."),
        ("PutTargets", {"Rule": "r", "Targets": [{"Id": str(n), "Arn": QUEUE} for n in range(6)]},
         "LimitExceededException", "The requested resource exceeds the maximum number allowed."),
        ("CreateEventBus", {"Name": "shop"}, "ResourceAlreadyExistsException",
         "Event bus shop already exists."),
        ("DeleteEventBus", {"Name": "default"}, "ValidationException", "Cannot delete event bus default."),
        ("TestEventPattern", {"EventPattern": PATTERN, "Event": "{"}, "ValidationException",
         "Parameter Event is not valid."),
        ("DescribeArchive", {"ArchiveName": "no"}, "ResourceNotFoundException",
         "Archive no does not exist."),
        ("CreateApiDestination", {"Name": "d", "HttpMethod": "POST", "InvocationEndpoint": "https://a.b",
                                  "ConnectionArn": f"{EVENTS}:connection/no/0"},
         "ResourceNotFoundException", f"Connection '{EVENTS}:connection/no/0' does not exist."),
    ],
)  # fmt: skip
def test_refusals(service: Service, operation: str, request_: Any, code: str, message: str) -> None:
    """Errors have AWS's codes and words."""
    ask(service, "CreateEventBus", Name="shop")
    ask(service, "PutRule", Name="r", EventPattern=PATTERN)
    with pytest.raises(ApiError) as refused:
        ask(service, operation, **request_)
    assert (refused.value.code, refused.value.message) == (code, message)


@pytest.mark.parametrize(
    "entry, result",
    [
        (PLACED, {"EventId"}),
        ({**PLACED, "EventBusName": "gone"}, {"EventId"}),
        ({**PLACED, "Source": None}, "InvalidArgument"),
        ({**PLACED, "DetailType": ""}, "InvalidArgument"),
        ({**PLACED, "Detail": None}, "InvalidArgument"),
        ({**PLACED, "Detail": "[]"}, "MalformedDetail"),
        ({**PLACED, "Detail": "{"}, "MalformedDetail"),
        ({**PLACED, "Source": "aws.s3"}, "NotAuthorizedForSourceException"),
    ],
)
def test_entries(service: Service, entry: dict[str, Any], result: Any) -> None:
    """An entry is refused without affecting the others of its request."""
    with_rule(service)
    given = {name: value for name, value in entry.items() if value is not None}
    answer = ask(service, "PutEvents", Entries=[PLACED, given])
    first, second = answer["Entries"]
    assert (second.get("ErrorCode") or set(second)) == result
    assert answer["FailedEntryCount"] == int("ErrorCode" in second)
    ids = {payload["id"] for _, _, payload in delivered(service)}
    assert ids == {first["EventId"]} | ({second["EventId"]} if entry is PLACED else set())


def test_what_a_target_gets(service: Service) -> None:
    """The event in full, and no more than once for each rule and target."""
    with_rule(service)
    with_rule(service, RoleArn="arn:aws:iam::123456789012:role/r")
    entry = {**PLACED, "Time": 1767225600000, "Resources": ["x"]}
    (answer,) = ask(service, "PutEvents", Entries=[entry])["Entries"]
    assert delivered(service) == [
        ("rule/default/r", QUEUE, {
            "version": "0", "id": answer["EventId"], "detail-type": "Placed", "source": "orders",
            "account": "123456789012", "time": "2026-01-01T00:00:00Z", "region": "us-east-1",
            "resources": ["x"], "detail": {"total": 120},
        }),
    ]  # fmt: skip


@pytest.mark.parametrize("change", ["DisableRule", "RemoveTargets", "of another bus", "stopped stack"])
def test_rules_that_send_nothing(service: Service, change: str) -> None:
    """Disabled rules, those without targets, those of other buses and of stopped stacks."""
    with_rule(service)
    if change == "DisableRule":
        ask(service, change, Name="r")
    elif change == "RemoveTargets":
        ask(service, change, Rule="r", Ids=["1"])
    elif change == "stopped stack":
        stop_stack_of_rule(service)
    bus = {"EventBusName": "shop"} if change == "of another bus" else {}
    ask(service, "CreateEventBus", Name="shop")
    ask(service, "PutEvents", Entries=[{**PLACED, **bus}])
    assert delivered(service) == []


def stop_stack_of_rule(service: Service) -> None:
    from sfn_cli.store.records.stacks import StoredResource, StoredStack

    stack = StoredStack(
        "s", "arn", "kind", "/", "/", "CREATE_COMPLETE", None, {}, [], {}, 0, 0, is_stopped=True
    )
    service.stacks.save(stack)
    service.stacks.save_resource(
        "s",
        StoredResource(0, "R", "AWS::Events::Rule", "r", "CREATE_COMPLETE", {}, "r", {}, None, "", False),
    )


def test_archive_and_replay(service: Service) -> None:
    """An archive stores matching events; a replay sends them again, each to its rules."""
    bus = f"{EVENTS}:event-bus/default"
    ask(service, "CreateArchive", ArchiveName="a", EventSourceArn=bus, EventPattern=PATTERN)
    with_rule(service)
    for source in ("orders", "carts"):
        ask(service, "PutEvents", Entries=[{**PLACED, "Source": source}])
    assert ask(service, "DescribeArchive", ArchiveName="a")["EventCount"] == 1
    replay = {
        "ReplayName": "again", "EventSourceArn": f"{EVENTS}:archive/a", "Destination": {"Arn": bus},
        "EventStartTime": 0, "EventEndTime": 4_102_444_800_000,
    }  # fmt: skip
    assert ask(service, "StartReplay", **replay)["State"] == "STARTING"
    assert ask(service, "DescribeReplay", ReplayName="again")["State"] == "COMPLETED"
    first, second = (payload for _, _, payload in delivered(service))
    assert second == first | {"replay-name": "again"}
    with pytest.raises(ApiError, match="Replay again already exists"):
        ask(service, "StartReplay", **replay)


def test_pages(service: Service) -> None:
    """Lists have pages, whose tokens belong to their filters."""
    for name in "abc":
        ask(service, "PutRule", Name=name, EventPattern=PATTERN)
    first = ask(service, "ListRules", Limit=2)
    rest = ask(service, "ListRules", Limit=2, NextToken=first["NextToken"])
    assert [rule["Name"] for rule in [*first["Rules"], *rest["Rules"]]] == ["a", "b", "c"]
    with pytest.raises(ApiError, match="Invalid token"):
        ask(service, "ListRules", NamePrefix="a", NextToken=first["NextToken"])
