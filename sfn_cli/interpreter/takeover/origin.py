"""Origins: the earlier executions whose first events an execution has taken over.

    sfn start-execution --from EXECUTION --at STATE

An execution that was started this way has the events of another one up to the entry of a state, and
continues from there. Its first event is its own, and lists its origins in the private member
`TAKEN_OVER`: the API and logs do not show it. There are several if an origin has origins itself.

Rule 1: taken-over events keep their ids, data and distances in time; all their times are shifted by the
same number of milliseconds.
Rule 2: taken-over events are replayed as what they were: with the ARN, name, role, seed and times of their
origin. After the last of them, everything is the
execution's own, so that no token, UUID or name occurs in two executions.
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json

TAKEN_OVER = "takenOver"
"""The private member of ExecutionStarted's details: a JSON array of origins, in their order."""


class Origin(NamedTuple):
    """An execution whose events are taken over until the event `until`, which enters `state`.

    `started_at` is its own start (milliseconds since 1970). `seed` is secret. `is_edited` says whether
    the input of the state was replaced.
    """

    arn: str
    state_machine_arn: str
    role_arn: str
    seed: str
    started_at: int
    until: int
    state: str
    is_edited: bool = False


def origins_in_details(started: Mapping[str, Any] | None) -> list[Origin]:
    """Returns the origins in the details of ExecutionStarted; none for an execution without origins."""
    listed = (started or {}).get(TAKEN_OVER) or ()
    return [Origin(**fields) for fields in listed]


def origins_of_prefix(started: Mapping[str, Any] | None, whole: Origin, *, is_edited: bool) -> list[Origin]:
    """Returns the origins of events that are taken over from the execution `whole`.

    `started` are the details of its first event. What it has taken over itself has earlier origins.
    `is_edited`: the input of the state is replaced now.
    """
    found = []
    for origin in (*origins_in_details(started), whole):
        if origin.until < whole.until:
            found.append(origin)
            continue
        still_edited = origin.is_edited and origin.until == whole.until
        last = origin._replace(until=whole.until, state=whole.state, is_edited=is_edited or still_edited)
        return [*found, last]
    return found


def with_origins(details: Mapping[str, "Json"] | None, origins: Sequence[Origin]) -> dict[str, "Json"]:
    """Returns the details of ExecutionStarted with the origins."""
    return {**(details or {}), TAKEN_OVER: [origin._asdict() for origin in origins]}
