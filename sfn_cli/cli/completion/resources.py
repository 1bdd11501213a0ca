"""Completes ARNs and names of resources in the store.

An ARN of an execution is completed in two steps, first up to its machine: a list of ten thousand
helps no one.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sfn_cli import api
from sfn_cli.api import model
from sfn_cli.arn import execution, name_of
from sfn_cli.cli.arn_names import ACTIVITY, LAST, MACHINE
from sfn_cli.cli.terminal import Terminal
from sfn_cli.errors import SfnError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sfn_cli.api.service import Service

_MOST_EXECUTIONS = 200
"""More than a person looks through."""


def of_option(flag: str, current: str, given: Mapping[str, Any]) -> list[str]:
    """What the option `flag`, or the positional of that name, can be, its value so far being
    `current`; `given` are the options beside it.

    Nothing where the store is another's (--endpoint-url), not there yet, or cannot be read.
    """
    find = _FOUND_BY.get(flag)
    if find is None or "endpoint_url" in given:
        return []
    from sfn_cli import app

    try:
        settings = Terminal(given).settings
        if not app.has_store(settings):
            return []
        service = app.build(settings)
        try:
            return list(find(service, current, given))
        finally:
            service.close()
    except SfnError:
        return []


def _state_machines(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    """The machines; behind one and a colon, its versions and aliases.

    They are named without an ARN until one is begun.
    """
    for arn in _machine_arns(service):
        known = [arn]
        if current.startswith((f"{arn}:", f"{name_of(arn)}:")):
            known += [*_versions(service, arn), *_aliases_of(service, arn)]
        yield from known if _is_arn(current) else map(name_of, known)


def _state_machine_versions(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    for arn in _machine_arns(service):
        yield from _versions(service, arn)


def _aliases(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    for arn in _machine_arns(service):
        yield from _aliases_of(service, arn)


def _executions(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    """The machines' parts of the ARNs; the executions of the only one that `current` leaves. Or
    their names, in two steps too.
    """
    parts = {name_of(arn): execution(arn, "") for arn in _machine_arns(service)}
    machine, slash, beginning = current.partition("/")
    if _is_arn(current):
        fitting = [part for part in parts.values() if part.startswith(current)]
        only = fitting[0] if fitting else current
        yield from fitting if len(fitting) > 1 else service.executions.arns_beginning(only, _MOST_EXECUTIONS)
    elif not slash:
        yield from (f"{name}/" for name in parts)
    elif machine in parts:
        yield f"{machine}/{LAST}"
        for arn in service.executions.arns_beginning(parts[machine] + beginning, _MOST_EXECUTIONS):
            yield f"{machine}/{arn.removeprefix(parts[machine])}"


def _activities(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    arns = _list(service, *ACTIVITY, maxResults=1000)
    yield from arns if _is_arn(current) else map(name_of, arns)


def _resources(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    """What can have tags."""
    yield from _state_machines(service, current, given)
    yield from _activities(service, current, given)


def _map_runs(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    """The Map Runs of the youngest executions."""
    for machine in _machine_arns(service):
        for arn in _list(
            service, "ListExecutions", "executions", "executionArn", stateMachineArn=machine, maxResults=20
        ):
            yield from _list(service, "ListMapRuns", "mapRuns", "mapRunArn", executionArn=arn)


def _functions(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    yield from _list(service, "ListFunctions", "Functions", "FunctionName", of="lambda")


def _log_groups(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    yield from _list(service, "DescribeLogGroups", "logGroups", "logGroupName", of="logs")


def _log_streams(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    group = given.get("logGroupName") or given.get("group_name")
    if group:
        yield from _list(
            service, "DescribeLogStreams", "logStreams", "logStreamName", of="logs", logGroupName=group
        )


def _waiting_tasks(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    """The pending tasks: by their names, where these differ; and by their handles, once the user has
    typed the beginning of one.
    """
    from sfn_cli.api.stepfunctions.waiting_tasks import waiting_tasks

    tasks = list(waiting_tasks(service))
    many = Counter(name for task in tasks for name in task.names)
    for task in tasks:
        known = [name for name in task.names if many[name] == 1]
        yield from known if current else [name for name in known if name == task.name]
        if current or many[task.name] > 1:
            yield task.short_handle


def _is_arn(current: str) -> bool:
    """Whether an ARN is begun, or nothing."""
    return current.startswith("arn:") or "arn:".startswith(current)


def _machine_arns(service: Service) -> list[str]:
    return _list(service, *MACHINE, maxResults=1000)


def _versions(service: Service, arn: str) -> list[str]:
    return _list(
        service,
        "ListStateMachineVersions",
        "stateMachineVersions",
        "stateMachineVersionArn",
        stateMachineArn=arn,
    )


def _aliases_of(service: Service, arn: str) -> list[str]:
    return _list(
        service, "ListStateMachineAliases", "stateMachineAliases", "stateMachineAliasArn", stateMachineArn=arn
    )


def _list(
    service: Service, operation: str, items: str, member: str, of: str = "stepfunctions", **request: Any
) -> list[str]:
    """Lists a member of each item on an operation's first page; empty where the operation refuses."""
    try:
        answer = api.answer(service, model.load(of, operation), request)
    except SfnError:
        return []
    return [item[member] for item in answer[items]]


_FOUND_BY: Mapping[str, Callable[[Service, str, Mapping[str, Any]], Iterator[str]]] = {
    "--state-machine-arn": _state_machines,
    "--state-machine-version-arn": _state_machine_versions,
    "--state-machine-alias-arn": _aliases,
    "--execution-arn": _executions,
    "--activity-arn": _activities,
    "--map-run-arn": _map_runs,
    "--resource-arn": _resources,
    "--function-name": _functions,
    "--log-group-name": _log_groups,
    "group_name": _log_groups,
    "--log-stream-name": _log_streams,
    "--log-stream-names": _log_streams,
    "handle": _waiting_tasks,
}
