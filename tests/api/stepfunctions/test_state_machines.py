"""State machines: create, update, describe, list and delete as in AWS."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.fakes import MACHINE, OTHER, PASS, ROLE, Caller
from tests.api.refusals import refused

LOG_GROUP = {"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:/g:*"}}
UNSTARRED = {"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:/g"}}


def test_described_with_defaults(call: Caller) -> None:
    """Omitted fields have AWS's defaults; a machine that was never updated has no revisionId."""
    created = call("CreateStateMachine", name="m", definition=PASS, roleArn=ROLE)
    assert call("DescribeStateMachine", stateMachineArn=MACHINE + "m") == {
        "stateMachineArn": MACHINE + "m",
        "name": "m",
        "status": "ACTIVE",
        "type": "STANDARD",
        "creationDate": created["creationDate"],
        "definition": PASS,
        "roleArn": ROLE,
        "loggingConfiguration": {"level": "OFF", "includeExecutionData": False},
        "tracingConfiguration": {"enabled": False},
        "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
        "revisionId": None,
        "variableReferences": None,
    }


def test_metadata_only_hides_the_definition(call: Caller) -> None:
    """The definition is left out, as AWS documents."""
    call.create()
    answer = call("DescribeStateMachine", stateMachineArn=MACHINE + "m", includedData="METADATA_ONLY")
    assert answer["definition"] == "{}"


@pytest.mark.parametrize("more", [{}, {"roleArn": ROLE + "2"}, {"tags": [{"key": "a", "value": "b"}]}])
def test_creating_again_is_idempotent(call: Caller, more: dict[str, Any]) -> None:
    """The same definition returns the first answer; role and tags are not compared."""
    first = call("CreateStateMachine", name="m", definition=PASS, roleArn=ROLE)
    assert call("CreateStateMachine", **{"name": "m", "definition": PASS, "roleArn": ROLE, **more}) == first
    assert call("DescribeStateMachine", stateMachineArn=MACHINE + "m")["roleArn"] == ROLE


@pytest.mark.parametrize(
    "more",
    [
        {"definition": OTHER},
        {"definition": PASS + " "},  # recorded: the text is compared, not its meaning
        {"type": "EXPRESS"},
        {"tracingConfiguration": {"enabled": True}},
        {"loggingConfiguration": {"includeExecutionData": True}},
        {"encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k"}},
    ],
)
def test_another_machine_of_the_name(call: Caller, more: dict[str, Any]) -> None:
    """The name of another machine is refused."""
    call.create()
    expected = ("StateMachineAlreadyExists", f"State Machine Already Exists: '{MACHINE}m'")
    assert (
        refused(call, "CreateStateMachine", **{"name": "m", "definition": PASS, "roleArn": ROLE, **more})
        == expected
    )


@pytest.mark.parametrize(
    "request_, code, message",
    [
        ({"name": "a b"}, "InvalidName", "Invalid Name: 'a b'"),
        ({"name": "a:b"}, "InvalidName", "Invalid Name: 'a:b'"),
        ({"name": "a\x7f"}, "InvalidName", "Invalid Name: 'a\x7f'"),
        ({"name": "a\ufffe"}, "InvalidName", "Invalid Name: 'a\ufffe'"),
        ({"name": "a\uffff"}, "InvalidName", "Invalid Name: 'a\uffff'"),
        ({"name": "a\U0010ffff"}, "InvalidName", "Invalid Name: 'a\U0010ffff'"),
        ({"roleArn": "role"}, "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: role'"),
        (
            {"versionDescription": "v"},
            "ValidationException",
            "Version description can only be set when publish is true",
        ),
        (
            {"definition": '{"Comment": "c", "StartAt": "S"}'},
            "InvalidDefinition",
            (
                "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: "
                "[States] at /'"
            ),
        ),
        (
            {"loggingConfiguration": {"level": "ALL"}},
            "InvalidLoggingConfiguration",
            "Invalid Logging Configuration: Must specify exactly one Log Destination.",
        ),
        (
            {"loggingConfiguration": {"level": "ALL", "destinations": [LOG_GROUP, LOG_GROUP]}},
            "InvalidLoggingConfiguration",
            "Invalid Logging Configuration: Must specify exactly one Log Destination.",
        ),
        (
            {"loggingConfiguration": {"level": "ALL", "destinations": [LOG_GROUP]}},
            "InvalidLoggingConfiguration",
            "Invalid Logging Configuration: Log Destination not found.",
        ),
        (
            {"loggingConfiguration": {"level": "ALL", "destinations": [UNSTARRED]}},
            "InvalidLoggingConfiguration",
            # reported by users of AWS
            "Invalid Logging Configuration: Log Group ARN must be provided with '*' qualifier.",
        ),
        (
            {"tracingConfiguration": {}},
            "InvalidTracingConfiguration",
            "Invalid Tracing Configuration: enabled must be set to true or false.",
        ),
        (
            {"encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY"}},
            "InvalidEncryptionConfiguration",
            (
                "Invalid Encryption Configuration: "
                "kmsKeyId is required for CUSTOMER_MANAGED_KMS_KEY, and not allowed for other types."
            ),
        ),
        (
            {"encryptionConfiguration": {"type": "AWS_OWNED_KEY", "kmsDataKeyReusePeriodSeconds": 300}},
            "InvalidEncryptionConfiguration",
            (
                "Invalid Encryption Configuration: "
                "kmsDataKeyReusePeriodSeconds is only allowed for CUSTOMER_MANAGED_KMS_KEY."
            ),
        ),
        (
            {"tags": [{"key": str(n), "value": ""} for n in range(51)]},
            "TooManyTags",
            "A resource has at most 50 tags, not 51.",
        ),
    ],
)
def test_refused_machines(call: Caller, request_: dict[str, Any], code: str, message: str) -> None:
    """Each refusal has AWS's code and message, and nothing is stored."""
    assert refused(
        call, "CreateStateMachine", **{"name": "m", "definition": PASS, "roleArn": ROLE, **request_}
    ) == (code, message)
    assert call("ListStateMachines")["stateMachines"] == []


@pytest.mark.parametrize("name", ["state.machine", "a-b_c", "x!@()'+=", "日本語", "n" * 80])
def test_accepted_names(call: Caller, name: str) -> None:
    """Names may have punctuation that is not forbidden, and non-ASCII characters."""
    assert call.create(name) == MACHINE + name


@pytest.mark.parametrize("given", [{}, {"destinations": []}])
def test_incomplete_logging(call: Caller, given: dict[str, Any]) -> None:
    """Omitted members of loggingConfiguration have their defaults (recorded)."""
    call.create(loggingConfiguration=given)
    expected = {"level": "OFF", "includeExecutionData": False, **given}
    assert call("DescribeStateMachine", stateMachineArn=MACHINE + "m")["loggingConfiguration"] == expected


def test_logging_to_a_group_that_exists(call: Caller) -> None:
    """The group is looked up when the machine is created."""
    call.service.log_groups.create_group("/g", 0)
    call.create(loggingConfiguration={"level": "ERROR", "destinations": [LOG_GROUP]})
    described = call("DescribeStateMachine", stateMachineArn=MACHINE + "m")
    assert described["loggingConfiguration"]["destinations"] == [LOG_GROUP]


def test_update_makes_a_revision(call: Caller) -> None:
    """Given fields change, the others stay, and the revision has an id."""
    call.create()
    updated = call("UpdateStateMachine", stateMachineArn=MACHINE + "m", definition=OTHER)
    described = call("DescribeStateMachine", stateMachineArn=MACHINE + "m")
    assert (described["definition"], described["roleArn"], described["revisionId"]) == (
        OTHER,
        ROLE,
        updated["revisionId"],
    )
    again = call("UpdateStateMachine", stateMachineArn=MACHINE + "m", roleArn=ROLE + "2")
    assert again["revisionId"] != updated["revisionId"]
    assert call("DescribeStateMachine", stateMachineArn=MACHINE + "m")["definition"] == OTHER


def test_update_that_changes_nothing(call: Caller) -> None:
    """An update without changes creates no revision (recorded), and keeps the date."""
    created = call("CreateStateMachine", name="m", definition=PASS, roleArn=ROLE)
    for more in ({}, {"publish": True}):
        answer = call("UpdateStateMachine", stateMachineArn=MACHINE + "m", definition=PASS, **more)
        assert answer["revisionId"] is None
    updated = call("UpdateStateMachine", stateMachineArn=MACHINE + "m", definition=OTHER)
    again = call("UpdateStateMachine", stateMachineArn=MACHINE + "m", definition=OTHER)
    assert answer["updateDate"] == created["creationDate"] < updated["updateDate"] == again["updateDate"]


@pytest.mark.parametrize(
    "request_, code, message",
    [
        (
            {"stateMachineArn": MACHINE + "m"},
            "MissingRequiredParameter",
            (
                "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration "
                "must be specified"
            ),
        ),
        (
            {"stateMachineArn": MACHINE + "gone", "definition": PASS},
            "StateMachineDoesNotExist",
            f"State Machine Does Not Exist: '{MACHINE}gone'",
        ),
        (
            {"stateMachineArn": MACHINE + "m", "definition": "{}"},
            "InvalidDefinition",
            (
                "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: "
                "[States, StartAt] at /'"
            ),
        ),
    ],
)
def test_refused_updates(call: Caller, request_: dict[str, Any], code: str, message: str) -> None:
    """Each error has AWS's code and message."""
    call.create()
    assert refused(call, "UpdateStateMachine", **request_) == (code, message)


@pytest.mark.parametrize(
    "arn, code, message",
    [
        ("no_arn", "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: no_arn'"),
        (MACHINE + "gone", "StateMachineDoesNotExist", f"State Machine Does Not Exist: '{MACHINE}gone'"),
        (MACHINE + "m:1", "StateMachineDoesNotExist", f"State Machine Does Not Exist: '{MACHINE}m:1'"),
        (
            "arn:aws:states:us-east-1:123456789012:execution:m:e",
            "InvalidArn",
            "Invalid Arn: 'Resource type not valid in this context: execution'",
        ),
    ],
)
def test_describing_what_is_not_there(call: Caller, arn: str, code: str, message: str) -> None:
    """The ARN is checked before it is looked up."""
    call.create()
    assert refused(call, "DescribeStateMachine", stateMachineArn=arn) == (code, message)


def test_delete(call: Caller) -> None:
    """A machine without executions is deleted immediately; deleting a missing one succeeds."""
    arn = call.create()
    assert call("DeleteStateMachine", stateMachineArn=arn) == {}
    assert call("DeleteStateMachine", stateMachineArn=arn) == {}
    assert refused(call, "DescribeStateMachine", stateMachineArn=arn)[0] == "StateMachineDoesNotExist"
    call.create(definition=OTHER)


def test_delete_while_an_execution_runs(call: Caller) -> None:
    """The machine is DELETING until its executions end; they can be read after it is deleted."""
    arn = call.create()
    execution = call("StartExecution", stateMachineArn=arn)["executionArn"]
    call("DeleteStateMachine", stateMachineArn=arn)
    assert call("DescribeStateMachine", stateMachineArn=arn)["status"] == "DELETING"
    assert [machine["name"] for machine in call("ListStateMachines")["stateMachines"]] == ["m"]
    assert refused(call, "StartExecution", stateMachineArn=arn)[0] == "StateMachineDeleting"
    assert (
        refused(call, "UpdateStateMachine", stateMachineArn=arn, definition=OTHER)[0]
        == "StateMachineDeleting"
    )
    assert (
        refused(call, "CreateStateMachine", name="m", definition=PASS, roleArn=ROLE)[0]
        == "StateMachineDeleting"
    )
    call("StopExecution", executionArn=execution)
    assert refused(call, "DescribeStateMachine", stateMachineArn=arn)[0] == "StateMachineDoesNotExist"
    assert call("ListStateMachines")["stateMachines"] == []
    assert call("DescribeExecution", executionArn=execution)["status"] == "ABORTED"
    assert call("DescribeStateMachineForExecution", executionArn=execution)["definition"] == PASS
    call.create(definition=OTHER)


def test_delete_leaves_other_machines(call: Caller) -> None:
    """A running execution delays the deletion of its own machine only."""
    first, second = call.create("a"), call.create("b")
    call("StartExecution", stateMachineArn=first)
    call("DeleteStateMachine", stateMachineArn=second)
    assert [machine["name"] for machine in call("ListStateMachines")["stateMachines"]] == ["a"]


def test_delete_by_a_qualified_arn(call: Caller) -> None:
    """A version is not a machine."""
    assert refused(call, "DeleteStateMachine", stateMachineArn=MACHINE + "m:1")[0] == "ValidationException"


def test_list_in_pages(call: Caller) -> None:
    """Each machine is listed once, by name, even if others are added between the pages."""
    for name in ("c", "a", "e"):
        call.create(name)
    first = call("ListStateMachines", maxResults=2)
    call.create("b")
    call.create("d")
    second = call("ListStateMachines", maxResults=2, nextToken=first["nextToken"])
    assert [machine["name"] for page in (first, second) for machine in page["stateMachines"]] == [
        "a",
        "c",
        "d",
        "e",
    ]
    assert second["nextToken"] is None


def test_another_region_has_its_own_machines(call: Caller) -> None:
    """A list shows the machines of the requested region and account."""
    call.create()
    other = call.service.settings
    call.service.settings = type(other)(home=other.home, region="eu-west-1", account_id=other.account_id)
    assert call("ListStateMachines")["stateMachines"] == []
