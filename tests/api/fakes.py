"""A Service for tests: a store of its own, a manual clock, and no runner."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from sfn_cli import api
from sfn_cli.api import model
from sfn_cli.api.service import Service
from sfn_cli.settings import Settings
from sfn_cli.stacks.operations.table import find_stack_operation
from sfn_cli.store.sqlite.store import SqliteStore

if TYPE_CHECKING:
    from pathlib import Path

ROLE = "arn:aws:iam::123456789012:role/r"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:"
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:"
PASS = json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})
OTHER = json.dumps({"StartAt": "Q", "States": {"Q": {"Type": "Succeed"}}})


class Clock:
    """Milliseconds since 1970; each reading is one later than the one before."""

    def __init__(self) -> None:
        self.now = 1_700_000_000_000

    def __call__(self) -> int:
        self.now += 1
        return self.now


class Runner:
    """Counts how often it was woken."""

    def __init__(self) -> None:
        self.wakes = 0

    def wake(self) -> None:
        self.wakes += 1


class Invoker:
    """An invoker that runs no function, and records whether it was stopped."""

    def __init__(self) -> None:
        self.stopped = False

    def invoke(self, function_ref: str, payload: str, client_context: str | None = None) -> Any:
        raise NotImplementedError

    def stop(self) -> None:
        self.stopped = True


def make_service(home: Path) -> Service:
    return Service(
        Settings(home=home, region="us-east-1", account_id="123456789012"),
        open_store=partial(SqliteStore, home),
        make_runner=Runner,
        make_invoker=lambda _: Invoker(),
        clock=Clock(),
        more_operations=find_stack_operation,
    )


class Caller:
    """Calls operations of Step Functions by name: `call("StartExecution", stateMachineArn=…)`."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def __call__(self, operation: str, /, **request: Any) -> dict[str, Any]:
        return api.call_api(self.service, model.load_model("stepfunctions", operation), request)

    def create(self, name: str = "m", **more: Any) -> str:
        """Creates a state machine and returns its ARN."""
        answer = self("CreateStateMachine", **{"name": name, "definition": PASS, "roleArn": ROLE, **more})
        arn: str = answer["stateMachineArn"]
        return arn

    def end(
        self, execution_arn: str, status: str = "SUCCEEDED", output: str | None = '{"done":true}'
    ) -> None:
        """Ends an execution as a worker would, but without its events."""
        with self.service.store.database.transaction() as connection:
            connection.execute(
                "UPDATE execution SET status = ?, output = ?, stopped_at = ? WHERE arn = ?",
                (status, output, self.service.clock(), execution_arn),
            )
