"""Names in place of ARNs in options: for people, at the terminal only.

    --state-machine-arn Pay             the state machine of this name
    --state-machine-arn Pay:live        its alias, or a version of it (Pay:3)
    --state-machine-arn Pay#Declined    it, with the mocks of a test case
    --execution-arn Pay/monday          its execution of this name
    --execution-arn Pay/last            the youngest
    --activity-arn approve              the activity of this name

The versions in an alias's --routing-configuration can be named, too: stateMachineVersionArn=Pay:3.
An ARN is not changed. An unknown name is sent to the operation as it is, which then rejects it with
AWS's message.
"""

from __future__ import annotations

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

    Call = Callable[[Operation, dict[str, Any]], dict[str, Any]]

_RESEMBLANCE = 0.6
_EXECUTIONS = 200
"""How many of a machine's youngest executions are searched for a near miss."""


class ArnKind(NamedTuple):
    """A kind of named resource: the operation that lists it, and the members of its response."""

    operation: str
    items: str
    arn: str


MACHINE = ArnKind("ListStateMachines", "stateMachines", "stateMachineArn")
ACTIVITY = ArnKind("ListActivities", "activities", "activityArn")

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


def suggest_arn_names(error: OperationError, request: Mapping[str, Any], call: Call) -> None:
    """Adds similar names, or else the command that lists names, to the error for a missing resource.

    At a terminal only.
    """
    code = error.error.code
    if not sys.stderr.isatty() or not (
        code in ("InvalidArn", "ResourceNotFound") or code.endswith("DoesNotExist")
    ):
        return
    try:
        if (express := _express_execution_name(request, call)) is not None:
            error.below = (
                "\nAs on AWS, this operation takes no EXPRESS executions. "
                f"To see this one: sfn show {express}\n"
            )
            return
        close = [
            name
            for member in _KINDS.keys() & request.keys()
            for name in _similar_arn_names(member, str(request[member]), call)
        ]
        hint = f"Did you mean {' or '.join(close)}?" if close else _listing_hint(request, call)
    except OperationError:
        return
    if hint:
        error.below = f"\n{hint}\n"


def _listing_hint(request: Mapping[str, Any], call: Call) -> str | None:
    """Returns which command lists the resources of the kind that a request is about."""
    if "activityArn" in request:
        return "To list the activities: sfn list-activities"
    if "executionArn" in request:
        given = str(request["executionArn"])
        machine = (name_of_execution(given) if given.startswith("arn:") else given).partition("/")[0]
        if _find_arn(MACHINE, machine, call) is not None:
            return f"To list its executions: sfn ls {machine}"
    return "To list the state machines: sfn ls" if "resourceArn" not in request else None


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


def _similar_arn_names(member: str, given: str, call: Call) -> list[str]:
    """Returns the names that resemble the given name or ARN."""
    from difflib import get_close_matches

    divider = "/" if member == "executionArn" else ":"
    name = name_in_arn(given).replace(":", divider, 1) if given.startswith("arn:") else given
    name, _, rest = name.partition(divider)
    for kind in _KINDS[member]:
        known = {item["name"]: item[kind.arn] for item in _list_all_arn_names(kind, call)}
        if member == "executionArn" and name in known:
            executions = [each["name"] for each in _execution_arn_names(known[name], _EXECUTIONS, call)]
            return [
                f"{name}/{each}"
                for each in get_close_matches(rest, [*executions, LAST_EXECUTION], 1, _RESEMBLANCE)
            ]
        close = get_close_matches(name, [each for each in known if each != name], 1, _RESEMBLANCE)
        if close:
            return [f"{close[0]}{divider}{rest}" if rest else close[0]]
    return []
