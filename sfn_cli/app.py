"""Wiring: the one module that names concrete parts. Settings in, a Service out.

Commands, the server and the worker get the same Service here, so they answer requests alike.
"""

from __future__ import annotations

import os
import time
from functools import partial
from typing import TYPE_CHECKING

from sfn_cli.api.service import Invoker, Runner, Service
from sfn_cli.settings.table import MOCK_CONFIG_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.api.operations import Handler
    from sfn_cli.api.stepfunctions.test_state.http_inspection import HttpInspection
    from sfn_cli.asl.resource import Resource
    from sfn_cli.integrations.aws.emulator.start import EmulatorStart
    from sfn_cli.interpreter.open_task import OpenTask
    from sfn_cli.interpreter.signals import TaskFailed, TaskSucceeded
    from sfn_cli.local_endpoint.record import EndpointAddress
    from sfn_cli.settings import Settings
    from sfn_cli.store.protocols import Store


def build_app(
    settings: Settings,
    functions_endpoint: EndpointAddress | None = None,
    environment: Mapping[str, str] | None = None,
) -> Service:
    """Returns this process's Service; the store in `settings.home` is opened on first use.

    `functions_endpoint` is where functions that it runs find the local services, if this process
    serves them itself. `environment` is that of workers, if it is not this process's.
    """
    return Service(
        settings,
        open_store=partial(_open_app_store, settings),
        make_runner=lambda: _make_app_runner(settings, environment),
        make_invoker=partial(_make_app_invoker, functions_endpoint),
        clock=_app_clock,
        run_task=_run_task_of_app,
        is_available=partial(_app_can_run, settings),
        more_operations=_app_stack_operation,
        read_object=partial(_read_object_of_app, settings),
    )


def run_worker(*, additional: bool) -> None:
    """Runs the worker's process, as `drivers.local.launch` starts it."""
    from sfn_cli.drivers.local.process import worker_process_main

    worker_process_main(build_app, additional=additional)


def run_embedded_aws(*, port: int) -> None:
    """Runs the process of the local AWS services, as `embedded_aws` starts it."""
    from sfn_cli.integrations.aws.emulator.server import embedded_aws_main

    # The process removes the user's credentials and endpoints from its own environment.
    build = partial(build_app, environment=dict(os.environ))
    embedded_aws_main(build, _restore_stacks_of_app, worker_revival, port=port)


def worker_revival(open_service: Callable[[], Service]) -> Callable[[Settings], None]:
    """Returns what is called once a second, to start a worker again that was killed (revival.py)."""
    from sfn_cli.drivers.local.lifetime.revival import WorkerRevival

    revival = WorkerRevival(open_service)
    return lambda settings: revival.check(settings.home)


def _restore_stacks_of_app(service: Service, start: EmulatorStart) -> None:
    """Creates the resources of stacks again in the local AWS services."""
    if has_store(service.settings) and service.running_stacks.lost_resources(start.id):
        from sfn_cli.stacks.deployment.restore import restore_stacks

        restore_stacks(service, start)


def _run_task_of_app(
    service: Service, task: OpenTask, inspection: HttpInspection | None
) -> TaskSucceeded | TaskFailed:
    from sfn_cli.integrations.run_synchronously import run_lone_task

    return run_lone_task(service, task, inspection)


def _app_can_run(settings: Settings, resource: Resource) -> bool:
    """Whether a task on this resource can run, or perhaps be mocked."""
    from sfn_cli.integrations.table import has_integration

    return has_integration(resource) or os.path.exists(settings.mock_config or MOCK_CONFIG_FILE)


def _app_stack_operation(service: str, name: str) -> Handler | None:
    """Returns the operation of CloudFormation that the package of stacks has."""
    from sfn_cli.stacks.operations.table import find_stack_operation

    return find_stack_operation(service, name)


def _read_object_of_app(settings: Settings, bucket: str, key: str, version: str | None) -> bytes:
    from sfn_cli.integrations.aws.objects import read_object

    return read_object(settings, bucket, key, version)


def _app_clock() -> int:
    return time.time_ns() // 1_000_000


def has_store(settings: Settings) -> bool:
    """Whether the store exists. (Opening it would create it.)"""
    from sfn_cli.store.sqlite.error_translation import FILE_NAME

    return os.path.exists(os.path.join(settings.home, FILE_NAME))


def _open_app_store(settings: Settings, wake: Callable[[], None]) -> Store:
    from sfn_cli.store.sqlite.store import SqliteStore

    return SqliteStore(settings.home, wake)


def _make_app_runner(settings: Settings, environment: Mapping[str, str] | None) -> Runner:
    from sfn_cli.drivers.local.launch import Launcher

    return Launcher(settings, environment)


def _make_app_invoker(endpoint: EndpointAddress | None, service: Service) -> Invoker:
    from sfn_cli.functions.invoke import InvokingHost

    return InvokingHost(
        service.settings,
        partial(_open_app_store, service.settings, service.runner.wake),
        endpoint=endpoint,
    )
