"""Names in place of ARNs in options: for people, at the terminal only.

    --state-machine-arn Pay             the state machine of this name
    --state-machine-arn Pay:live        its alias, or a version of it (Pay:3)
    --state-machine-arn Pay#Declined    the machine, with the mocks of a test case
    --execution-arn Pay/monday          its execution of this name
    --execution-arn Pay/last            its latest execution
    --activity-arn approve              the activity of this name

The versions in an alias's --routing-configuration can be named, too: stateMachineVersionArn=Pay:3.
An ARN is not changed. An unknown name is sent to the operation, which rejects it with AWS's message:
that an ARN has a wrong prefix. A script gets that message; at a terminal, `explain_missing_name` says
which name does not exist.
"""

from __future__ import annotations

import itertools
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.api import model
from sfn_cli.arn import LAST_EXECUTION, execution_arn, name_in_arn, name_of_execution
from sfn_cli.cli.failures import OperationError
from sfn_cli.cli.operations import paging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sfn_cli.api.model import Operation
    from sfn_cli.cli.operations.backend import Backend

    Call = Callable[[Operation, dict[str, Any]], dict[str, Any]]

_RESEMBLANCE = 0.6
_EXECUTIONS = 200
"""How many of a machine's latest executions are searched for a similar name."""

_MACHINES = 50
"""How many machines are searched for an execution whose machine was not named."""

_MOST_SUGGESTED = 3


class ArnKind(NamedTuple):
    """A kind of named resource: the operation that lists it, and the members of its response."""

    operation: str
    items: str
    arn: str


MACHINE = ArnKind("ListStateMachines", "stateMachines", "stateMachineArn")
ACTIVITY = ArnKind("ListActivities", "activities", "activityArn")

_IN_WORDS = {MACHINE: ("state machine", "sfn ls"), ACTIVITY: ("activity", "sfn list-activities")}
"""What a kind is called, and the command that lists it."""

_KINDS: Mapping[str, tuple[ArnKind, ...]] = {
    "stateMachineArn": (MACHINE,),
    "stateMachineVersionArn": (MACHINE,),
    "stateMachineAliasArn": (MACHINE,),
    "executionArn": (MACHINE,),
    "activityArn": (ACTIVITY,),
    "resourceArn": (MACHINE, ACTIVITY),
}
"""ARN member → the kinds of resources whose names it accepts."""

_ROUTES = "routingConfiguration"


def resolve_arn_names(request: Mapping[str, Any], call: Call) -> dict[str, Any]:
    """Returns the request with ARNs in place of names. `call` calls an operation."""
    found = dict(request)
    for member in _KINDS.keys() & request.keys():
        given = request[member]
        if isinstance(given, str) and given and not given.startswith("arn:"):
            with suppress(OperationError):
                found[member] = _arn(member, given, call) or given
    if routes := _routes_of_request(request):
        found[_ROUTES] = [resolve_arn_names(route, call) for route in routes]
    return found


def _routes_of_request(request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Returns the versions that an alias is to point to, if the request is for one."""
    routes = request.get(_ROUTES, [])
    return routes if isinstance(routes, list) and all(isinstance(route, dict) for route in routes) else []


def explain_missing_name(
    error: OperationError, given: Mapping[str, Any], backend: Backend, *, others: str = ""
) -> None:
    """Explains the error for a resource that does not exist, at a terminal only.

    `given` is the request with names as the user typed them. For a name, the text replaces AWS's; for an
    ARN, a hint follows AWS's text. `others` is what the name could have been instead of a state
    machine: " or file".
    """
    code = error.error.code
    if not sys.stderr.isatty() or not (
        code in ("InvalidArn", "ResourceNotFound") or code.endswith("DoesNotExist")
    ):
        return
    member = next((member for member in _KINDS if isinstance(given.get(member), str)), None)
    if member is None:
        return
    with suppress(OperationError):
        text = given[member]
        express = _express_execution_name(given, backend.call)
        if express is not None:
            error.below = (
                "\nAs on AWS, this operation does not support EXPRESS executions. "
                f"To see this one: sfn show {express}\n"
            )
        elif text.startswith("arn:"):
            close = _similar_arn_name(member, text, backend.call)
            hint = f"Did you mean {close}?" if close else _listing_hint(member, text, backend)
            error.below = f"\n{hint}\n"
        elif member == "executionArn":
            error.plain = _missing_execution_text(text, backend, others)
        else:
            error.plain = _missing_resource_text(member, text, backend, others)


def _listing_hint(member: str, arn: str, backend: Backend) -> str:
    """Returns which command lists the resources of the kind that an ARN names."""
    machine = name_of_execution(arn).partition("/")[0] if member == "executionArn" else ""
    if machine and _find_arn(MACHINE, machine, backend.call) is not None:
        return f"To list the executions of {machine}: {_at_backend(f'sfn ls {machine}', backend)}"
    kinds, kind = ("activities", ACTIVITY) if ":activity:" in arn else ("state machines", MACHINE)
    return f"To list the {kinds}: {_at_backend(_IN_WORDS[kind][1], backend)}"


def _missing_execution_text(given: str, backend: Backend, others: str) -> str:
    """Returns why an execution was not found: its machine or the execution does not exist."""
    name, slash, execution = given.partition("/")
    machines = {item["name"]: item[MACHINE.arn] for item in _list_all_arn_names(MACHINE, backend.call)}
    if name not in machines:
        return _missing_resource_text("executionArn", given, backend, others)
    if not slash:
        return f"{name} is a state machine. Name one of its executions, such as {name}/{LAST_EXECUTION}."
    if not _execution_arn_names(machines[name], 1, backend.call):
        start = f"sfn start-execution --state-machine-arn {name}"
        return f"{name} has no executions yet. To start one: {_at_backend(start, backend)}"
    return (
        f'{name} has no execution "{execution}".{_did_you_mean("executionArn", given, backend.call)}'
        f" List them with: {_at_backend(f'sfn ls {name}', backend)}"
    )


def _missing_resource_text(member: str, given: str, backend: Backend, others: str) -> str:
    """Returns why a name was not found; "" if there is a resource of this name."""
    name = given.partition("/")[0] if member == "executionArn" else _split_arn_name_suffix(given)[0]
    kinds = _KINDS[member]
    if any(_find_arn(kind, name, backend.call) for kind in kinds):
        return _missing_version_text(name, given.removeprefix(f"{name}:"), backend) if ":" in given else ""
    sought, lists = zip(*(_IN_WORDS[kind] for kind in kinds), strict=True)
    commands = ", ".join(_at_backend(command, backend) for command in lists)
    close = _did_you_mean(member, given, backend.call)
    if not close and member == "executionArn" and "/" not in given:
        close = " An execution is written as MACHINE/NAME."
    return f'No {" or ".join(sought)}{others} named "{name}".{close} List them with: {commands}'


def _missing_version_text(name: str, suffix: str, backend: Backend) -> str:
    kind, kinds = ("version", "versions") if suffix.isdecimal() else ("alias", "aliases")
    listed_by = _at_backend(f"sfn list-state-machine-{kinds} --state-machine-arn {name}", backend)
    return f'{name} has no {kind} "{suffix}". List them with: {listed_by}'


def _did_you_mean(member: str, given: str, call: Call) -> str:
    names = _executions_of_this_name(given, call) if member == "executionArn" else []
    close = " or ".join(f'"{name}"' for name in names or [_similar_arn_name(member, given, call)] if name)
    return f" Did you mean {close}?" if close else ""


def _executions_of_this_name(name: str, call: Call) -> list[str]:
    """Returns the executions that have this name, as MACHINE/NAME, if they are few.

    Only the first machines are searched: each is a request.
    """
    if "/" in name:
        return []
    describe = model.load_model("stepfunctions", "DescribeExecution")
    found = []
    for machine in itertools.islice(_list_all_arn_names(MACHINE, call), _MACHINES):
        with suppress(OperationError):
            call(describe, {"executionArn": execution_arn(machine[MACHINE.arn], name)})
            found.append(f"{machine['name']}/{name}")
    return found if len(found) <= _MOST_SUGGESTED else []


def _at_backend(command: str, backend: Backend) -> str:
    return f"{command} {backend.endpoint_option}".rstrip()


def _express_execution_name(request: Mapping[str, Any], call: Call) -> str | None:
    """Returns the name of the execution that a request is about, if its machine is EXPRESS."""
    given = request.get("executionArn")
    if not isinstance(given, str):
        return None
    name = name_of_execution(given) if given.startswith("arn:") else given
    machine = name.partition("/")[0]
    machines = _list_all_arn_names(MACHINE, call)
    is_express = any(each["name"] == machine and each["type"] == "EXPRESS" for each in machines)
    return name if is_express else None


def _arn(member: str, given: str, call: Call) -> str | None:
    if member == "executionArn":
        machine, slash, name = given.partition("/")
        arn = _find_arn(MACHINE, machine, call) if slash and name else None
        if arn is None:
            return None
        return _newest_arn_of_machine(arn, call) if name == LAST_EXECUTION else execution_arn(arn, name)
    name, rest = _split_arn_name_suffix(given)
    for kind in _KINDS[member]:
        arn = _find_arn(kind, name, call)
        if arn is not None:
            return f"{arn}{rest}"
    return None


def _split_arn_name_suffix(given: str) -> tuple[str, str]:
    """Splits a name from the suffix that an ARN may have too: ":live", "#Declined"."""
    length = min((at for at in map(given.find, ":#") if at >= 0), default=len(given))
    return given[:length], given[length:]


def _find_arn(kind: ArnKind, name: str, call: Call) -> str | None:
    return next((item[kind.arn] for item in _list_all_arn_names(kind, call) if item["name"] == name), None)


def _newest_arn_of_machine(machine: str, call: Call) -> str | None:
    executions = _execution_arn_names(machine, 1, call)
    return str(executions[0]["executionArn"]) if executions else None


def _execution_arn_names(machine: str, most: int, call: Call) -> list[dict[str, Any]]:
    operation = model.load_model("stepfunctions", "ListExecutions")
    answer = call(operation, {"stateMachineArn": machine, "maxResults": most})
    found: list[dict[str, Any]] = answer["executions"]
    return found


def _list_all_arn_names(kind: ArnKind, call: Call) -> Iterator[dict[str, Any]]:
    """Yields all resources of a kind, page by page."""
    return paging.all_items(call, model.load_model("stepfunctions", kind.operation), {})


def _similar_arn_name(member: str, given: str, call: Call) -> str:
    """Returns the name that resembles the given name or ARN most; "" if none does."""
    from difflib import get_close_matches

    divider = "/" if member == "executionArn" else ":"
    name = name_in_arn(given).replace(":", divider, 1) if given.startswith("arn:") else given
    name, _, rest = name.partition(divider)
    for kind in _KINDS[member]:
        known = {item["name"]: item[kind.arn] for item in _list_all_arn_names(kind, call)}
        if member == "executionArn" and name in known:
            executions = [each["name"] for each in _execution_arn_names(known[name], _EXECUTIONS, call)]
            close = get_close_matches(rest, [*executions, LAST_EXECUTION], 1, _RESEMBLANCE)
            return f"{name}/{close[0]}" if close else ""
        close = get_close_matches(name, [each for each in known if each != name], 1, _RESEMBLANCE)
        if close:
            return f"{close[0]}{divider}{rest}" if rest else close[0]
    return ""
