"""Completes ARNs and names of resources in the store.

An ARN of an execution is completed in two steps, first up to its machine: a list of ten thousand
executions is of no use.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sfn_cli import api
from sfn_cli.api import model
from sfn_cli.arn import LAST_EXECUTION, execution_arn, name_in_arn
from sfn_cli.cli.arn_names import ACTIVITY, MACHINE
from sfn_cli.cli.terminal import Terminal
from sfn_cli.errors import SfnError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sfn_cli.api.service import Service

_MOST_EXECUTIONS = 200
"""More than a user looks through."""


def complete_resources(flag: str, current: str, given: Mapping[str, Any]) -> list[str]:
    """Returns the values of the option or positional `flag` that continue `current`.

    `given` are the other options. Empty if the store is remote (--endpoint-url), does not exist
    yet, or cannot be read.
    """
    find = _FOUND_BY.get(flag)
    if find is None or "endpoint_url" in given:
        return []
    from sfn_cli import app

    try:
        settings = Terminal(given).settings
        if not app.has_store(settings):
            return []
        service = app.build_app(settings)
        try:
            return list(find(service, current, given))
        finally:
            service.close()
    except SfnError:
        return []


def _complete_state_machines(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Yields the machines; after a machine and a colon, its versions and aliases.

    They are named without an ARN until the user types the beginning of one.
    """
    for arn in _complete_machine_arns(service):
        known = [arn]
        if current.startswith((f"{arn}:", f"{name_in_arn(arn)}:")):
            known += [*_complete_versions(service, arn), *_complete_aliases_of(service, arn)]
        yield from known if _completes_arn(current) else map(name_in_arn, known)


def _complete_state_machine_versions(
    service: Service, current: str, given: Mapping[str, Any]
) -> Iterator[str]:
    for arn in _complete_machine_arns(service):
        yield from _complete_versions(service, arn)


def _complete_aliases(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    for arn in _complete_machine_arns(service):
        yield from _complete_aliases_of(service, arn)


def _complete_executions(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Yields the ARNs of executions, in two steps: the machine's part first.

    The second step begins when `current` leaves only one machine. Names are completed in two steps
    too.
    """
    parts = {name_in_arn(arn): execution_arn(arn, "") for arn in _complete_machine_arns(service)}
    machine, slash, beginning = current.partition("/")
    if _completes_arn(current):
        fitting = [part for part in parts.values() if part.startswith(current)]
        only = fitting[0] if fitting else current
        yield from fitting if len(fitting) > 1 else service.executions.arns_beginning(only, _MOST_EXECUTIONS)
    elif not slash:
        yield from (f"{name}/" for name in parts)
    elif machine in parts:
        yield f"{machine}/{LAST_EXECUTION}"
        for arn in service.executions.arns_beginning(parts[machine] + beginning, _MOST_EXECUTIONS):
            yield f"{machine}/{arn.removeprefix(parts[machine])}"


def _complete_drawn(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Yields state machines, and the executions of one once its name has a slash."""
    if "/" not in current:
        yield from _complete_state_machines(service, current, given)
    if current:
        yield from _complete_executions(service, current, given)


def _complete_states(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    yield from _visited_states(service, given.get("execution_or_file", ""))


def _complete_takeover_states(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Yields the states from which an execution can be run again; to `sfn show`, --at is an event."""
    yield from _visited_states(service, given.get("--from", ""))


def _visited_states(service: Service, name: str) -> Iterator[str]:
    """Yields the states that the named execution has visited, in their order."""
    from sfn_cli.api.views.execution_names import execution_arn_of_name
    from sfn_cli.api.views.execution_sources import execution_source
    from sfn_cli.views.execution.fold import fold_execution

    arn = name if name.startswith("arn:") else execution_arn_of_name(service, name)
    if arn is not None:
        view = fold_execution(execution_source(service, arn))
        yield from dict.fromkeys(visit.state for visit in view.visits())


def _complete_activities(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    arns = _list_resources(service, *ACTIVITY, maxResults=1000)
    yield from arns if _completes_arn(current) else map(name_in_arn, arns)


def _complete_any_resource(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Yields the resources that can have tags."""
    yield from _complete_state_machines(service, current, given)
    yield from _complete_activities(service, current, given)


def _complete_map_runs(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Yields the Map Runs of the latest executions."""
    for machine in _complete_machine_arns(service):
        for arn in _list_resources(
            service, "ListExecutions", "executions", "executionArn", stateMachineArn=machine, maxResults=20
        ):
            yield from _list_resources(service, "ListMapRuns", "mapRuns", "mapRunArn", executionArn=arn)


def _complete_functions(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    yield from _list_resources(service, "ListFunctions", "Functions", "FunctionName", of="lambda")


def _complete_log_groups(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    yield from _list_resources(service, "DescribeLogGroups", "logGroups", "logGroupName", of="logs")


def _complete_tailed_groups(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Yields the log groups, and the functions, whose names stand for their log groups."""
    yield from _complete_log_groups(service, current, given)
    yield from _complete_functions(service, current, given)


def _complete_log_streams(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    group = given.get("logGroupName") or given.get("group_name")
    if group:
        yield from _list_resources(
            service, "DescribeLogStreams", "logStreams", "logStreamName", of="logs", logGroupName=group
        )


def _complete_waiting_tasks(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Yields the pending tasks by name, if the name is unambiguous.

    Handles are added once the user has typed the beginning of one.
    """
    from sfn_cli.api.stepfunctions.waiting_tasks import waiting_tasks

    tasks = list(waiting_tasks(service))
    many = Counter(name for task in tasks for name in task.names)
    for task in tasks:
        known = [name for name in task.names if many[name] == 1]
        yield from known if current else [name for name in known if name == task.name]
        if current or many[task.name] > 1:
            yield task.short_handle


def _complete_stacks(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    from sfn_cli.stacks.deployment.names import stored_stacks

    yield from (stack.name for stack in stored_stacks(service.stacks))


def _complete_project_machines(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Yields the logical ids of the project's state machines, as of its last deploy."""
    yield from (machine.logical_id for machine in _project_machines(service, given))


def _complete_breakpoints(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Yields the states of the project's state machines, as of its last deploy."""
    from sfn_cli.asl.nesting import states_with_nested
    from sfn_cli.jsonvalue import loads

    describe = model.load_model("stepfunctions", "DescribeStateMachine")
    states: dict[str, None] = {}
    for machine in _project_machines(service, given):
        arn = machine.physical_id
        if given.get("machine", machine.logical_id) in (machine.logical_id, name_in_arn(arn)):
            described = api.answer_api(service, describe, {"stateMachineArn": arn})
            states |= {name: None for name, _ in states_with_nested(loads(described["definition"]))}
    yield from states


def _complete_triggers(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    from sfn_cli.stacks.triggers.find import all_triggers

    yield from dict.fromkeys(trigger.name for trigger in all_triggers(service))


def _complete_parameters(service: Service, current: str, given: Mapping[str, Any]) -> Iterator[str]:
    """Yields `NAME=` for the parameters of the project, as of its last deploy."""
    yield from (f"{name}=" for stack in _project_stacks(service, given) for name in stack.parameters)


def _project_machines(service: Service, given: Mapping[str, Any]) -> Iterator[Any]:
    """Yields the state machines of the project, as of its last deploy."""
    from sfn_cli.stacks.stack import STATE_MACHINE

    for stack in _project_stacks(service, given):
        yield from (
            resource for resource in service.stacks.resources(stack.name) if resource.type == STATE_MACHINE
        )


def _project_stacks(service: Service, given: Mapping[str, Any]) -> Iterable[Any]:
    """Returns the stacks of the project that the command line names: of its folder, or of its file."""
    from pathlib import Path

    path = Path(given.get("template") or given.get("path") or ".").absolute()
    return service.stacks.in_folder(str(path)) or service.stacks.in_folder(str(path.parent))


def _completes_arn(current: str) -> bool:
    """Whether the word is the beginning of an ARN, or empty."""
    return current.startswith("arn:") or "arn:".startswith(current)


def _complete_machine_arns(service: Service) -> list[str]:
    return _list_resources(service, *MACHINE, maxResults=1000)


def _complete_versions(service: Service, arn: str) -> list[str]:
    return _list_resources(
        service,
        "ListStateMachineVersions",
        "stateMachineVersions",
        "stateMachineVersionArn",
        stateMachineArn=arn,
    )


def _complete_aliases_of(service: Service, arn: str) -> list[str]:
    return _list_resources(
        service, "ListStateMachineAliases", "stateMachineAliases", "stateMachineAliasArn", stateMachineArn=arn
    )


def _list_resources(
    service: Service, operation: str, items: str, member: str, of: str = "stepfunctions", **request: Any
) -> list[str]:
    """Lists a member of each item on an operation's first page; empty if the operation fails."""
    try:
        answer = api.answer_api(service, model.load_model(of, operation), request)
    except SfnError:
        return []
    return [item[member] for item in answer[items]]


_FOUND_BY: Mapping[str, Callable[[Service, str, Mapping[str, Any]], Iterator[str]]] = {
    "--state-machine-arn": _complete_state_machines,
    "--state-machine-version-arn": _complete_state_machine_versions,
    "--state-machine-alias-arn": _complete_aliases,
    "--execution-arn": _complete_executions,
    "--from": _complete_executions,
    "execution": _complete_executions,
    "before": _complete_drawn,
    "after": _complete_drawn,
    "execution_or_file": _complete_executions,
    "state": _complete_states,
    "--at": _complete_takeover_states,
    "--activity-arn": _complete_activities,
    "--map-run-arn": _complete_map_runs,
    "--resource-arn": _complete_any_resource,
    "--function-name": _complete_functions,
    "--log-group-name": _complete_log_groups,
    "group_name": _complete_tailed_groups,
    "--log-stream-name": _complete_log_streams,
    "--log-stream-names": _complete_log_streams,
    "handle": _complete_waiting_tasks,
    "--stack": _complete_stacks,
    "stack_name": _complete_stacks,
    "machine": _complete_state_machines,
    "drawn": _complete_drawn,
    "opened": _complete_drawn,
    "trigger_name": _complete_triggers,
    "--break": _complete_breakpoints,
    "--machine": _complete_project_machines,
    "--parameter": _complete_parameters,
}
