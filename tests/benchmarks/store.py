"""A store with a state machine, filled without commands, and driven in this process as a worker drives it."""

from __future__ import annotations

import gc
import json
import selectors
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sfn_cli.api import call, model
from sfn_cli.api.stepfunctions.executions import new_execution
from sfn_cli.app import build
from sfn_cli.drivers.local.background import Background
from sfn_cli.drivers.local.conduct import Conductor
from sfn_cli.integrations.aws.clients import Clients
from sfn_cli.integrations.integration import World
from sfn_cli.settings import Settings
from sfn_cli.store.sqlite.stepfunctions.inbox import Inbox
from sfn_cli.store.sqlite.stepfunctions.tasks import Tasks
from sfn_cli.store.sqlite.stepfunctions.worker_commits import Turns
from sfn_cli.store.sqlite.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.state_machines import StateMachine

ROLE = "arn:aws:iam::123456789012:role/any"


class Store:
    """The store in `home`. Its Service starts no worker."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.service: Service = build(Settings.from_environment({"SFN_HOME": str(home)}))
        self.connection = self.service.store.database.connection

    def machine(self, name: str, definition: object) -> StateMachine:
        request = {"name": name, "definition": json.dumps(definition), "roleArn": ROLE}
        arn = call(self.service, model.load("stepfunctions", "CreateStateMachine"), request)[
            "stateMachineArn"
        ]
        machine = self.service.state_machines.find(arn)
        assert machine is not None
        return machine

    def start(self, machine: StateMachine, inputs: Iterable[str]) -> None:
        """Starts an execution for each input; no worker is told, and the disk is not waited for."""
        self.connection.execute("PRAGMA synchronous = OFF")
        at = self.service.clock()
        self.service.executions.start_many([new_execution(machine, {"input": text}, at) for text in inputs])
        self.connection.execute("PRAGMA synchronous = FULL")

    def conductor(self, **options: Any) -> Conductor:
        """What a worker drives executions with, save the functions."""
        service = self.service
        worker = Workers(service.store.database).register(0, 1, service.clock())
        pool: Any = None  # no task is called here
        world = World(
            service.settings,
            pool,
            service,
            service.clock,
            Background(selectors.DefaultSelector()),
            Clients(service.settings),
            {},
        )
        turns, tasks, inbox = (
            Turns(service.store.database, worker),
            Tasks(service.store.database),
            Inbox(service.store.database),
        )
        return Conductor(
            turns,
            service.executions,
            tasks,
            inbox,
            world,
            lambda line: print(line, file=sys.stderr),
            **options,
        )


def drive(conductor: Conductor) -> int:
    """Claims and turns, as a worker does, until all have ended; the number of events."""
    events = 0
    while True:
        if conductor.has_room:
            conductor.claim_new()
        if not conductor.driven:
            return events
        events += conductor.turn()


@contextmanager
def collector_as_in_a_worker() -> Iterator[None]:
    gc.collect()
    gc.freeze()
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    yield
    gc.set_threshold(*before)
    gc.unfreeze()
