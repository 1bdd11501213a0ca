"""`sfn events tail`: status changes of executions, and deliveries of events to targets, oldest first.

With --follow, new ones are shown as they happen. Status changes are derived from the store: no rule is
needed.
"""

from __future__ import annotations

import heapq
import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from sfn_cli.api import model
from sfn_cli.api.stepfunctions import qualifiers
from sfn_cli.api.stepfunctions.status_events import StatusEvents
from sfn_cli.arn import name_in_arn
from sfn_cli.asl.timestamp import parse_timestamp
from sfn_cli.cli import screen, tail
from sfn_cli.cli.events.deliveries import (
    DELIVERY_STATUSES,
    DeliveryNews,
    delivery_belongs_to,
    delivery_text,
)
from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.operations.backend import Backend
from sfn_cli.cli.operations.invoke import resolve_invoked_names
from sfn_cli.cli.output import local_time_in_output, write_output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sfn_cli.cli.terminal import Terminal

    Event = Mapping[str, Any]

STATUSES = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", *DELIVERY_STATUSES)
_COLORS = {"RUNNING": 36, "SUCCEEDED": 32, "DELIVERED": 32, "RETRYING": 33}
_RED = 31
_STATUS_WIDTH = max(map(len, STATUSES))


@click.command("tail")
@click.option(
    "--since",
    default="10m",
    show_default=True,
    metavar="TIME",
    help="Where to begin: a time span (5m, 1h30m) or a time.",
)
@click.option("--follow", is_flag=True, help="Show new events as they arrive, until you press Ctrl-C.")
@click.option(
    "--state-machine-arn",
    metavar="ARN",
    help="Show events of this state machine, version or alias only, and deliveries to it, by name or ARN.",
)
@click.option(
    "--status",
    multiple=True,
    type=click.Choice(STATUSES),
    help="Show only changes to this status, or deliveries with it.",
)
@click.pass_obj
def tail_events(
    terminal: Terminal, since: str, follow: bool, state_machine_arn: str | None, status: tuple[str, ...]
) -> ExitCode:
    """Shows the status changes of executions, and where events were delivered.

    There is one event each time a STANDARD execution starts, is redriven or ends, as AWS sends it to
    EventBridge. No rule and no event bus is needed. A delivery is the way of an event of a rule, a
    schedule, a topic, a bucket, a queue or a stream to one target: a machine, a function, a queue, a URL.
    It is shown when the target has the event, and when a try has failed.

    At a terminal, each is a line for people. Elsewhere, and with --output json, it is a line of JSON.

    \b
    Examples:
      sfn events tail --since 1h --follow
      sfn events tail --follow --status FAILED --status TIMED_OUT
      sfn events tail --since 1h --state-machine-arn Pay --query 'detail.[name,status]' --output text
    """
    show_event, request = _event_writer(terminal), {"stateMachineArn": state_machine_arn}
    since_at = tail.tail_since(since, datetime.now(UTC))
    with Backend(terminal) as backend:
        if state_machine_arn is not None:
            with resolve_invoked_names(request, backend):
                backend.call(model.load_model("stepfunctions", "DescribeStateMachine"), request)
        try:
            for event in _events(backend, since_at, follow=follow):
                if (not status or _status_of(event) in status) and _event_belongs_to(
                    event, request["stateMachineArn"]
                ):
                    show_event(event)
        except KeyboardInterrupt:
            if not follow:
                raise
    return ExitCode.SUCCESS


def _events(backend: Backend, since: int, *, follow: bool) -> Iterator[Event]:
    stored = StatusEvents(backend.service, since, follow=follow)
    deliveries = DeliveryNews(backend.service, since)
    for _ in tail.tail_polls(backend):
        yield from heapq.merge(stored.next(), deliveries.next(), key=_event_at)
        sys.stdout.flush()
        if not follow:
            return


def _event_belongs_to(event: Event, machine_arn: str | None) -> bool:
    """Whether the event's execution, or the target of a delivery, belongs to this machine or alias."""
    if "detail" not in event:
        return delivery_belongs_to(event, machine_arn)
    detail = event["detail"]
    started_by = (detail["stateMachineVersionArn"], detail["stateMachineAliasArn"])
    return machine_arn is None or qualifiers.qualifier_owns(
        machine_arn, detail["stateMachineArn"], started_by
    )


def _event_writer(terminal: Terminal) -> Callable[[Event], None]:
    """Returns the function that writes one event."""
    query, output = terminal.query, terminal.output
    if terminal.is_for_people:
        return lambda event: screen.write_screen_parts(
            sys.stdout, _line_for_people(event, color=terminal.color)
        )

    def write_event(event: Event) -> None:
        shown = query(event) if query else event
        if output == "json":
            sys.stdout.write(json.dumps(shown, ensure_ascii=False) + "\n")
        else:
            write_output(shown, output, "Event", sys.stdout)

    return write_event


def _event_at(event: Event) -> int:
    """Returns when an event happened, in ms since 1970: a status change has only seconds in `time`."""
    if "detail" not in event:
        return (parse_timestamp(event["time"]) or 0) // 1_000_000
    detail = event["detail"]
    return int(detail["stopDate"] or detail["redriveDate"] or detail["startDate"])


def _status_of(event: Event) -> str:
    return str(event["detail"]["status"] if "detail" in event else event["status"])


def _line_for_people(event: Event, *, color: bool) -> list[str]:
    """Returns the parts of an event's line, for people."""
    status, at = _status_of(event), local_time_in_output(_event_at(event))
    styled = screen.screen_style(status.ljust(_STATUS_WIDTH), _COLORS.get(status, _RED), color=color)
    text = _status_text(event["detail"]) if "detail" in event else delivery_text(event)
    return [at, " ", *styled, " ", screen.one_screen_line(text), "\n"]


def _status_text(detail: Event) -> str:
    """Returns the line of a status change, without its time and status."""
    why = ": ".join(part for part in (detail["error"], detail["cause"]) if part)
    redrive = (
        f"(redrive {detail['redriveCount']})"
        if detail["status"] == "RUNNING" and detail["redriveCount"]
        else ""
    )
    name = f"{name_in_arn(detail['stateMachineArn'])}/{detail['name']}"
    return " ".join(part for part in (name, redrive, " ".join(why.split())) if part)
