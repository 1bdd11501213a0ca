"""Names in place of ARNs in options: for people, at the terminal only. An ARN stays an ARN.

    --state-machine-arn Pay             the state machine of this name
    --state-machine-arn Pay:live        its alias, or a version of it (Pay:3)
    --state-machine-arn Pay#Declined    it, with the mocks of a test case
    --execution-arn Pay/monday          its execution of this name
    --execution-arn Pay/last            the youngest
    --activity-arn approve              the activity of this name

A name of nothing is sent to the operation as it is, which then refuses it in AWS's words.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.api import model
from sfn_cli.arn import execution, name_of
from sfn_cli.cli.failures import OperationError
from sfn_cli.cli.operations import paging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sfn_cli.api.model import Operation

    Call = Callable[[Operation, dict[str, Any]], dict[str, Any]]

LAST = "last"
"""Stands for the name of a machine's youngest execution."""
_RESEMBLANCE = 0.6
_EXECUTIONS = 200
"""Among how many of a machine's executions, the youngest, a near miss is looked for."""


class Kind(NamedTuple):
    """What has names: the operation that lists it, and the members of its answer."""

    operation: str
    items: str
    arn: str


MACHINE = Kind("ListStateMachines", "stateMachines", "stateMachineArn")
ACTIVITY = Kind("ListActivities", "activities", "activityArn")

_KINDS: Mapping[str, tuple[Kind, ...]] = {
    "stateMachineArn": (MACHINE,),
    "stateMachineVersionArn": (MACHINE,),
    "stateMachineAliasArn": (MACHINE,),
    "executionArn": (MACHINE,),
    "activityArn": (ACTIVITY,),
    "resourceArn": (MACHINE, ACTIVITY),
}
"""What the members that ask for an ARN are named by."""


def resolve(request: Mapping[str, Any], call: Call) -> dict[str, Any]:
    """Returns the request with ARNs in place of names. `call` calls an operation."""
    found = dict(request)
    for member in _KINDS.keys() & request.keys():
        given = request[member]
        if isinstance(given, str) and given and not given.startswith("arn:"):
            with suppress(OperationError):
                found[member] = _arn(member, given, call) or given
    return found


def suggest(error: OperationError, request: Mapping[str, Any], call: Call) -> None:
    """Lets the error for what does not exist say, to a person at a terminal, what resembles it."""
    code = error.error.code
    if not sys.stderr.isatty() or not (
        code in ("InvalidArn", "ResourceNotFound") or code.endswith("DoesNotExist")
    ):
        return
    try:
        close = [
            name
            for member in _KINDS.keys() & request.keys()
            for name in _resembling(member, str(request[member]), call)
        ]
    except OperationError:
        return
    if close:
        error.below = f"\nDid you mean {' or '.join(close)}?\n"


def _arn(member: str, given: str, call: Call) -> str | None:
    if member == "executionArn":
        machine, slash, name = given.partition("/")
        arn = _find_arn(MACHINE, machine, call) if slash and name else None
        if arn is None:
            return None
        return _youngest(arn, call) if name == LAST else execution(arn, name)
    name, rest = _split_suffix(given)
    for kind in _KINDS[member]:
        arn = _find_arn(kind, name, call)
        if arn is not None:
            return f"{arn}{rest}"
    return None


def _split_suffix(given: str) -> tuple[str, str]:
    """Splits a name from what follows it in an ARN too: ":live", "#Declined"."""
    length = min((at for at in map(given.find, ":#") if at >= 0), default=len(given))
    return given[:length], given[length:]


def _find_arn(kind: Kind, name: str, call: Call) -> str | None:
    return next((item[kind.arn] for item in _list_all(kind, call) if item["name"] == name), None)


def _youngest(machine: str, call: Call) -> str | None:
    executions = _executions(machine, 1, call)
    return str(executions[0]["executionArn"]) if executions else None


def _executions(machine: str, most: int, call: Call) -> list[dict[str, Any]]:
    operation = model.load("stepfunctions", "ListExecutions")
    answer = call(operation, {"stateMachineArn": machine, "maxResults": most})
    found: list[dict[str, Any]] = answer["executions"]
    return found


def _list_all(kind: Kind, call: Call) -> Iterator[dict[str, Any]]:
    """Yields everything of a kind, page by page."""
    operation = model.load("stepfunctions", kind.operation)
    for page in paging.pages(
        lambda request: call(operation, request), operation, {}, paging.Limits(page_size=1000)
    ):
        yield from page.response[kind.items]


def _resembling(member: str, given: str, call: Call) -> list[str]:
    """The names that resemble what was given, by a name or by an ARN."""
    from difflib import get_close_matches

    divider = "/" if member == "executionArn" else ":"
    name = name_of(given).replace(":", divider, 1) if given.startswith("arn:") else given
    name, _, rest = name.partition(divider)
    for kind in _KINDS[member]:
        known = {item["name"]: item[kind.arn] for item in _list_all(kind, call)}
        if member == "executionArn" and name in known:
            executions = [each["name"] for each in _executions(known[name], _EXECUTIONS, call)]
            return [
                f"{name}/{each}" for each in get_close_matches(rest, [*executions, LAST], 1, _RESEMBLANCE)
            ]
        close = get_close_matches(name, [each for each in known if each != name], 1, _RESEMBLANCE)
        if close:
            return [f"{close[0]}{divider}{rest}" if rest else close[0]]
    return []
