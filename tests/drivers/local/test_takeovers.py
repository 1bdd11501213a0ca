"""Executions that start from a state of another one, in a store that one worker drives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.api.doctor import examine_store
from sfn_cli.api.views.execution_sources import execution_source
from sfn_cli.errors import ApiError
from sfn_cli.views.execution.fold import fold_execution
from tests.driven_store import ROLE, ManualClock, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

STATES = "arn:aws:states:us-east-1:123456789012"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:Charge"
GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:pay:*"

LAST = {"Type": "Pass", "Parameters": {"by.$": "$.by", "now.$": "$$.Execution.Name"}, "End": True}
WRONG = {"Type": "Pass", "Parameters": {"gone.$": "$.gone"}, "End": True}


def pay(last: Any, **states: Any) -> dict[str, Any]:
    """A machine that waits for ten seconds before its last state."""
    return {
        "StartAt": "Name",
        "States": {
            "Name": {"Type": "Pass", "Parameters": {"by.$": "$$.Execution.Name"}, "Next": "Wait"},
            "Wait": {"Type": "Wait", "Seconds": 10, "Next": "Last"},
            "Last": last,
            **states,
        },
    }


class Driven:
    """A store whose worker takes turns in the test, at once, until nothing is left to do."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.clock = ManualClock()
        self.store = Store(home, **environment)
        self.service = self.store.service
        self.service.clock = self.clock

    def machine(self, definition: Any = None, name: str = "Pay", **more: Any) -> str:
        self("CreateStateMachine", name=name, definition=json.dumps(definition), roleArn=ROLE, **more)
        return f"{STATES}:stateMachine:{name}"

    def __call__(self, operation: str, **request: Any) -> Any:
        return self.store.call(operation, **request)

    def ended(self, arn: str) -> Any:
        """Drives the execution to its end, ten seconds at a time, and describes it."""
        scheduler = self.store.scheduler()

        def is_over() -> bool:
            execution = self.service.executions.find(arn)
            assert execution is not None
            if execution.status == "RUNNING":
                self.clock.now += 10_000
            return execution.status != "RUNNING"

        self.store.work(scheduler, is_over)
        return self.service.executions.find(arn)

    def failed(self, **more: Any) -> str:
        """The ARN of an execution that fails in the state Last."""
        arn: str = self("StartExecution", name="old", input='{"n": 1}', **more)["executionArn"]
        assert self.ended(arn).status == "FAILED"
        self.clock.now += 3_600_000
        return arn

    def run_from(self, arn: str, **request: Any) -> Any:
        return self(
            "StartExecution",
            **{"stateMachineArn": f"{STATES}:stateMachine:Pay", "fromExecutionArn": arn, **request},
        )

    def check_integrity(self) -> None:
        """Checks that every history can be replayed."""
        found: list[str] = []
        examine_store(self.service.store, found.append)
        assert found == []


@pytest.fixture
def driven(tmp_path: Path) -> Iterator[Driven]:
    opened = Driven(tmp_path)
    yield opened
    opened.service.close()


def test_it_goes_on_with_the_updated_definition(driven: Driven) -> None:
    """The states before are not run again, and their times move along; the old execution stays."""
    machine = driven.machine(pay(WRONG))
    old = driven.failed(stateMachineArn=machine)
    before = driven("GetExecutionHistory", executionArn=old)["events"]
    driven("UpdateStateMachine", stateMachineArn=machine, definition=json.dumps(pay(LAST)))
    started = driven.run_from(old, name="new")
    done = driven.ended(started["executionArn"])
    assert (done.status, json.loads(done.output)) == ("SUCCEEDED", {"by": "old", "now": "new"})
    events = driven("GetExecutionHistory", executionArn=started["executionArn"])["events"]
    by = events[0]["timestamp"] - before[0]["timestamp"]
    assert events[0]["timestamp"] == started["startDate"] == done.started_at
    assert [{**event, "timestamp": event["timestamp"] + by} for event in before[:6]] == events[:6]
    assert events[0]["executionStartedEventDetails"].keys() == {"input", "inputDetails", "roleArn"}
    assert driven("GetExecutionHistory", executionArn=old)["events"] == before
    view = fold_execution(execution_source(driven.service, done.arn))
    assert view.origin is not None
    assert (view.origin.arn, view.origin.state, view.origin.until) == (old, "Last", 6)
    driven.check_integrity()


def test_an_edited_definition_is_for_one_execution(driven: Driven) -> None:
    """The state machine keeps its own."""
    machine = driven.machine(pay(WRONG))
    old = driven.failed(stateMachineArn=machine)
    new = driven.run_from(old, definition=json.dumps(pay(LAST)))["executionArn"]
    assert driven.ended(new).status == "SUCCEEDED"
    runs = driven("DescribeStateMachineForExecution", executionArn=new)
    assert json.loads(runs["definition"]) == pay(LAST)
    assert json.loads(driven("DescribeStateMachine", stateMachineArn=machine)["definition"]) == pay(WRONG)


def test_the_input_of_the_state_is_replaced(driven: Driven) -> None:
    """The execution's own input stays the old one's."""
    old = driven.failed(stateMachineArn=driven.machine(pay(WRONG)))
    done = driven.ended(driven.run_from(old, fromState="Last", stateInput='{"gone": [1]}')["executionArn"])
    assert (done.status, json.loads(done.output), done.input) == ("SUCCEEDED", {"gone": [1]}, '{"n": 1}')
    again = driven.ended(driven.run_from(done.arn, fromState="Last")["executionArn"])
    assert json.loads(again.output) == {"gone": [1]}
    driven.check_integrity()


def refused(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(ApiError) as refusal:
        call()
    return refusal.value.code, refusal.value.message


@pytest.mark.parametrize(
    "request_, code, words",
    [
        ({"fromState": "Gone"}, "ValidationException", "'Gone': it entered 'Name', 'Wait', 'Last'"),
        ({"fromState": "Last@2"}, "ValidationException", "'Last@2': it entered the state once"),
        ({"input": "{}"}, "ValidationException", "use --with-input (stateInput) instead of --input"),
        ({"stateInput": "{"}, "InvalidExecutionInput", "Invalid State Machine Execution Input"),
        ({"definition": "{}"}, "InvalidDefinition", "These fields are required"),
        ({"fromExecutionArn": f"{STATES}:execution:Pay:none"}, "ExecutionDoesNotExist", "Pay:none"),
        ({"stateMachineArn": f"{STATES}:stateMachine:No"}, "StateMachineDoesNotExist", "No"),
        ({"name": "a b"}, "InvalidName", "a b"),
        ({"name": "old"}, "ExecutionAlreadyExists", "Pay:old"),
        ({"definition": json.dumps(pay(LAST, Wait={"Type": "Succeed"}))}, "InvalidDefinition", "Last"),
        (
            {"definition": json.dumps(pay(LAST, Name={"Type": "Pass", "Next": "Wait"}))},
            "HistoryDoesNotFit",
            "Cannot run from 'Last' of Pay/old with this definition: event 3 (PassStateExited of 'Name'): ",
        ),
    ],
)
def test_requests_that_are_refused(driven: Driven, request_: Any, code: str, words: str) -> None:
    """The error has one line that says what is wrong, and nothing is stored."""
    old = driven.failed(stateMachineArn=driven.machine(pay(WRONG)))
    refusal = refused(lambda: driven.run_from(old, **request_))
    assert refusal[0] == code, refusal
    assert words in refusal[1]
    assert "\n" not in refusal[1]
    (listed,) = driven("ListExecutions", stateMachineArn=f"{STATES}:stateMachine:Pay")["executions"]
    assert listed["executionArn"] == old


def test_the_same_request_has_the_same_response(driven: Driven) -> None:
    """While it runs, a name is idempotent for the same start only."""
    machine = driven.machine(pay(WRONG))
    old = driven.failed(stateMachineArn=machine)
    same = {"name": "new", "fromState": "Wait"}
    first = driven.run_from(old, **same)
    driven.clock.now += 5_000
    assert driven.run_from(old, **same) == first
    for other in (
        {"fromState": "Name"},
        {"stateInput": '{"by": "me"}'},
        {"definition": json.dumps(pay(LAST))},
    ):
        assert refused(lambda: driven.run_from(old, **{**same, **other}))[0] == "ExecutionAlreadyExists"  # noqa: B023
    plain = {"stateMachineArn": machine, "name": "new", "input": '{"n": 1}'}
    assert refused(lambda: driven("StartExecution", **plain))[0] == "ExecutionAlreadyExists"
    assert driven.ended(first["executionArn"]).status == "FAILED"
    assert refused(lambda: driven.run_from(old, **same))[0] == "ExecutionAlreadyExists"


def test_it_can_be_redriven_and_run_from_again(driven: Driven) -> None:
    """An execution with an origin is an execution like any other."""
    machine = driven.machine(pay(WRONG))
    old = driven.failed(stateMachineArn=machine)
    new = driven.run_from(old, name="new")["executionArn"]
    assert driven.ended(new).status == "FAILED"
    driven("RedriveExecution", executionArn=new)
    again = driven.ended(new)
    assert (again.status, again.redrive_count) == ("FAILED", 1)
    more = pay({"Type": "Pass", "Next": "More"}, More=LAST)
    third = driven.run_from(new, name="third", definition=json.dumps(more))["executionArn"]
    assert json.loads(driven.ended(third).output) == {"by": "old", "now": "third"}
    edited = json.dumps(pay({"Type": "Pass", "Next": "More"}, More={"Type": "Succeed"}))
    fourth = driven.run_from(third, name="fourth", fromState="More", definition=edited)["executionArn"]
    assert json.loads(driven.ended(fourth).output) == {"by": "old"}
    driven.check_integrity()


def test_a_redrive_before_the_state_counts(driven: Driven) -> None:
    """The history has it, so the row and the list have it too."""
    failing = pay({"Type": "Task", "Resource": FUNCTION, "Next": "End"}, End=LAST)
    machine = driven.machine(failing)
    old = driven.failed(stateMachineArn=machine, inject=["Last:Boom@1"])
    driven("RedriveExecution", executionArn=old)
    stopped = driven("StopExecution", executionArn=old)
    assert stopped["stopDate"]
    replaced = pay({"Type": "Pass", "Next": "End"}, End=LAST)
    new = driven.ended(driven.run_from(old, definition=json.dumps(replaced))["executionArn"])
    assert (new.status, new.redrive_count) == ("SUCCEEDED", 0)  # Last was entered before the redrive
    driven.check_integrity()


def test_mocks_count_the_taken_over_tasks(driven: Driven) -> None:
    """Faults are those of the new request; attempts that were taken over count."""
    task = {"Type": "Task", "Resource": FUNCTION, "Retry": [{"ErrorEquals": ["Boom"], "IntervalSeconds": 1}]}
    machine = driven.machine(pay({**task, "Next": "Then"}, Then={**task, "End": True}))
    old = driven.failed(stateMachineArn=machine, inject=["Last:Bang"])
    new = driven.ended(driven.run_from(old, inject=["Last:Boom@1", "Last:Bang@2"])["executionArn"])
    assert (new.status, new.error) == ("FAILED", "Bang")


def test_virtual_time_jumps_over_what_was_taken_over(tmp_path: Path) -> None:
    """On a virtual clock the execution starts now, and its history takes no wall time."""
    driven = Driven(tmp_path, SFN_CLOCK="virtual")
    old = driven.failed(stateMachineArn=driven.machine(pay(WRONG)))
    started = driven.run_from(old, definition=json.dumps(pay(LAST)))
    assert started["startDate"] == driven.clock.now
    done = driven.ended(started["executionArn"])
    assert done.status == "SUCCEEDED"
    view = fold_execution(execution_source(driven.service, done.arn))
    entry = view.source.history[5]
    assert (entry.type, view.source.jumps) == ("PassStateEntered", [(done.started_at, entry.at)])
    driven.check_integrity()
    driven.service.close()


def test_a_fast_clock_has_passed_the_history(tmp_path: Path) -> None:
    """A clock that is ten times as fast needs a tenth of the time."""
    driven = Driven(tmp_path, SFN_CLOCK="10")
    old = driven.failed(stateMachineArn=driven.machine(pay(WRONG)))
    started = driven.run_from(old, definition=json.dumps(pay(LAST)))
    view = fold_execution(execution_source(driven.service, started["executionArn"]))
    assert view.wall_ms(view.started_at, view.last_at) == driven.clock.now - started["startDate"]
    driven.service.close()


def test_express_executions(driven: Driven) -> None:
    """Their histories are stored, so they can be run from too."""
    machine = driven.machine(pay(WRONG), type="EXPRESS")
    old = driven.failed(stateMachineArn=machine)
    new = driven.run_from(old, definition=json.dumps(pay(LAST)), name="new")["executionArn"]
    assert ":express:Pay:new:" in new
    assert json.loads(driven.ended(new).output) == {"by": "old", "now": "new"}
    driven.check_integrity()


def test_another_machine_and_a_version(driven: Driven) -> None:
    """The new execution runs what stateMachineArn names."""
    old = driven.failed(stateMachineArn=driven.machine(pay(WRONG)))
    other = driven.machine(pay(LAST), name="Other", publish=True)
    new = driven.run_from(old, stateMachineArn=f"{other}:1", name="new")["executionArn"]
    assert new == f"{STATES}:execution:Other:new"
    done = driven.ended(new)
    assert (done.status, done.version) == ("SUCCEEDED", 1)
    started = driven("GetExecutionHistory", executionArn=new)["events"][0]["executionStartedEventDetails"]
    assert started["stateMachineVersionArn"] == f"{other}:1"
    driven.check_integrity()


def test_a_map_run_stays_with_the_old_execution(driven: Driven) -> None:
    """Its result is taken over; a child cannot be run from on its own."""
    child = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    each = {
        "Type": "Map",
        "ItemsPath": "$.items",
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **child},
        "Label": "each",
        "Next": "Last",
    }
    states = {"Name": {"Type": "Pass", "Result": {"items": [1, 2]}, "Next": "Wait"}}
    machine = driven.machine(pay(WRONG, Wait=each, **states))
    old = driven.failed(stateMachineArn=machine)
    last = {"Type": "Pass", "End": True}
    new = driven.run_from(old, definition=json.dumps(pay(last, Wait=each, **states)))["executionArn"]
    assert json.loads(driven.ended(new).output) == [1, 2]
    assert driven("ListMapRuns", executionArn=new)["mapRuns"] == []
    (run,) = driven("ListMapRuns", executionArn=old)["mapRuns"]
    first, _ = driven("ListExecutions", mapRunArn=run["mapRunArn"])["executions"]
    code, message = refused(lambda: driven.run_from(first["executionArn"], fromState="P"))
    assert (code, message.partition(": ")[2]) == (
        "ValidationException",
        "start from the execution that started the Map Run",
    )
    again = driven.ended(driven.run_from(old, fromState="Wait")["executionArn"])
    assert (again.status, len(driven("ListMapRuns", executionArn=again.arn)["mapRuns"])) == ("FAILED", 1)
    driven.check_integrity()


def test_a_state_in_a_branch(driven: Driven) -> None:
    """Other branches go on from where they were: a Wait has its remaining time."""
    branches = [
        {"StartAt": "Go", "States": {"Go": {"Type": "Wait", "Seconds": 10, "Next": "In"}, "In": WRONG}},
        {"StartAt": "Long", "States": {"Long": {"Type": "Wait", "Seconds": 30, "End": True}}},
    ]
    both = {"Type": "Parallel", "Branches": branches, "Next": "Last"}
    last = {"Type": "Pass", "End": True}
    old = driven.failed(stateMachineArn=driven.machine(pay(last, Wait=both)))
    edited = json.dumps(pay(last, Wait=both)).replace("gone.$", "was.$").replace("$.gone", "$.by")
    new = driven.run_from(old, fromState="Wait/In", definition=edited)["executionArn"]
    done = driven.ended(new)
    assert json.loads(done.output) == [{"was": "old"}, {"by": "old"}]
    left = driven("GetExecutionHistory", executionArn=new)["events"]
    entered, exited = (
        next(one for one in left if one["type"] == f"WaitStateE{what}" and "Long" in json.dumps(one))
        for what in ("ntered", "xited")
    )
    assert 30_000 <= exited["timestamp"] - entered["timestamp"] < 50_000
    driven.check_integrity()
