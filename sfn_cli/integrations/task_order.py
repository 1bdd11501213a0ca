"""A task to carry out, as plain data: the fields that an integration reads, in any process.

A driver whose tasks run in other processes, or on other hosts, sends an order there and receives
signals. Its JSON:

    {"id": 5, "state": "Pay", "resource": "arn:aws:states:::lambda:invoke", "arguments": "{…}",
     "at": 1700000000000, "timeoutAt": null, "token": null, "attempt": 1, "invocation": 0,
     "started": true, "submitted": false}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from sfn_cli.asl.resource import Resource, parse_resource
from sfn_cli.jsonvalue import Payload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.distributed_map.map_run import MapRunPlan


class Task(Protocol):
    """A task as integrations read it: an `OpenTask` or a `TaskOrder`.

    The fields are those of `OpenTask` (interpreter/open_task.py).
    """

    @property
    def id(self) -> int: ...
    @property
    def state_name(self) -> str: ...
    @property
    def resource(self) -> Resource: ...
    @property
    def arguments(self) -> Payload: ...
    @property
    def at(self) -> int: ...
    @property
    def timeout_at(self) -> int | None: ...
    @property
    def token(self) -> str | None: ...
    @property
    def attempt(self) -> int: ...
    @property
    def invocation(self) -> int: ...
    @property
    def started(self) -> bool: ...
    @property
    def submitted(self) -> bool: ...
    @property
    def awaits_child(self) -> bool: ...
    @property
    def plan(self) -> MapRunPlan | None: ...
    @property
    def map_run_arn(self) -> str | None: ...


class TaskOrder(NamedTuple):
    """One task of a Task state. A Map Run cannot be an order: its plan is not plain data."""

    id: int
    state_name: str
    resource: Resource
    arguments: Payload
    at: int
    timeout_at: int | None = None
    token: str | None = None
    attempt: int = 1
    invocation: int = 0
    started: bool = False
    submitted: bool = False

    @classmethod
    def of(cls, task: Task) -> TaskOrder:
        """Returns an order for this task in its current state.

        Raises ValueError for a Map Run.
        """
        if task.plan is not None:
            raise ValueError(f"the task {task.id} is a Map Run")
        return cls(*(getattr(task, name) for name in cls._fields))

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> TaskOrder:
        """Parses the result of `data`. Raises ValueError or KeyError for anything else."""
        resource = parse_resource(data["resource"])
        if resource is None:
            raise ValueError(f"not a resource: {data['resource']}")
        return cls(
            data["id"],
            data["state"],
            resource,
            Payload(text=data["arguments"]),
            data["at"],
            data["timeoutAt"],
            data["token"],
            data["attempt"],
            data["invocation"],
            data["started"],
            data["submitted"],
        )

    def data(self) -> dict[str, Any]:
        """Returns the order as JSON values; see the module's docstring."""
        return {
            "id": self.id,
            "state": self.state_name,
            "resource": self.resource.arn,
            "arguments": self.arguments.text,
            "at": self.at,
            "timeoutAt": self.timeout_at,
            "token": self.token,
            "attempt": self.attempt,
            "invocation": self.invocation,
            "started": self.started,
            "submitted": self.submitted,
        }

    @property
    def awaits_child(self) -> bool:
        return self.resource.pattern.startswith("sync")

    @property
    def plan(self) -> None:
        return None

    @property
    def map_run_arn(self) -> None:
        return None
