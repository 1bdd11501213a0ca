"""Gathers what the status page shows, from the store and from the processes of this home."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import private_files
from sfn_cli.api.suspensions import describe_suspensions
from sfn_cli.drivers.local.launch import launched_workers
from sfn_cli.integrations.aws import embedded_aws
from sfn_cli.local_endpoint import running_local_endpoint
from sfn_cli.stacks.deployment.names import stored_stacks
from sfn_cli.stacks.deployment.stack_members import stack_members
from sfn_cli.views.execution.as_json import utc_date
from sfn_cli.worker_slots import killed_workers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from sfn_cli.api.service import Service
    from sfn_cli.jsonvalue import Json

MOST_FAILED = 20
"""The number of failed deliveries that are shown."""


class GatheredStatus(NamedTuple):
    """What the page shows, with the members of commands: `sfn worker status`, `sfn stack list`.

    Times are milliseconds since 1970. `endpoint` and `services` are URLs, None if they do not run.
    """

    home: str
    workers: Sequence[Mapping[str, int]]
    queues: Sequence[Mapping[str, Any]]
    stacks: Sequence[Mapping[str, Any]]
    endpoint: str | None
    services: str | None
    size_bytes: int
    state_machines: int
    functions: int
    executions: Mapping[str, int]
    suspended: Sequence[Mapping[str, Any]]
    deliveries: Mapping[str, int]
    failed: Sequence[Mapping[str, Any]]
    warnings: Sequence[str]

    def as_json(self) -> dict[str, Json]:
        """Returns the data of the page; times are in ISO 8601."""
        return {
            "home": self.home,
            "workers": [{**one, "startedAt": utc_date(one["startedAt"])} for one in self.workers],
            "functionQueues": [{**one, "oldestAt": utc_date(one["oldestAt"])} for one in self.queues],
            "stacks": list(self.stacks),
            "localEndpoint": self.endpoint,
            "localServices": self.services,
            "store": {
                "bytes": self.size_bytes,
                "stateMachines": self.state_machines,
                "functions": self.functions,
                "executions": dict(self.executions),
            },
            "suspended": [{**one, "failedAt": utc_date(one["failedAt"])} for one in self.suspended],
            "deliveries": {
                "pending": self.deliveries.get("PENDING", 0),
                "failed": self.deliveries.get("FAILED", 0),
                "lastFailed": [{**one, "time": utc_date(one["time"])} for one in self.failed],
            },
            "warnings": list(self.warnings),
        }


def gather_status(service: Service) -> GatheredStatus:
    """Returns the status of the store, and of what runs for it."""
    settings = service.settings
    workers = launched_workers(settings)
    figures = service.store_counts.figures()
    queues = service.store_counts.function_queues([one["worker"] for one in workers])
    services = embedded_aws.running_embedded_aws(settings.home)
    endpoint = running_local_endpoint(settings.home)
    lost = _lost_resources(service)
    return GatheredStatus(
        home=str(settings.home),
        workers=workers,
        queues=[
            {
                "functionName": one.function_ref,
                "waiting": one.waiting,
                "running": one.running,
                "retried": one.retried,
                "oldestAt": one.oldest_at,
            }
            for one in queues
        ],
        stacks=[
            {**stack_members(one, utc_date), "LostResources": lost.get(one.name, [])}
            for one in stored_stacks(service.stacks)
        ],
        endpoint=None if endpoint is None else endpoint.url,
        services=services,
        size_bytes=service.store_counts.size_bytes(),
        state_machines=figures.state_machines,
        functions=figures.functions,
        executions=figures.executions,
        suspended=describe_suspensions(service),
        deliveries=figures.deliveries,
        failed=[
            {
                "time": one.changed_at,
                "eventId": one.event_id,
                "source": one.source,
                "target": one.target,
                "tries": one.tries,
                "result": one.result,
            }
            for one in service.deliveries.latest_failed(MOST_FAILED)
        ],
        warnings=_warnings(service),
    )


def _lost_resources(service: Service) -> dict[str, list[str]]:
    """Returns the resources that the local AWS services have lost, by stack.

    While the services do not run, none is lost: they create the resources again when they start.
    """
    start = embedded_aws.embedded_aws_start(service.settings.home)
    lost: dict[str, list[str]] = {}
    for one in service.running_stacks.lost_resources(start) if start is not None else ():
        lost.setdefault(one.stack, []).append(one.resource.logical_id)
    return lost


def _warnings(service: Service) -> list[str]:
    """Returns the findings of checks that cost next to nothing; `sfn doctor` has the others."""
    home = service.settings.home
    found = list(private_files.private_home_notes(home))
    if killed_workers(home):
        found.append("A worker was killed. Its executions continue with the next worker.")
    found += [
        f"{one.verb} of {one.stack_arn} is not finished: a deploy is running, or was interrupted. "
        "sfn stack list finishes or rolls back an interrupted one."
        for one in service.stack_operations.unfinished()
    ]
    return found
