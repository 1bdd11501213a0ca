"""`sfn trigger [NAME]`: fires a rule, schedule, queue, topic, stream, bucket or API of a stack."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.failures import CommandFailedError
from sfn_cli.cli.operations import values
from sfn_cli.cli.operations.backend import Backend
from sfn_cli.cli.screen import one_screen_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.cli.terminal import Terminal
    from sfn_cli.stacks.triggers.trigger import Fired, Trigger

_WAIT_SECONDS = 10

_WAIT_AFTER_ANSWER_SECONDS = 2
"""What an API's function starts, it has usually started when the API answers."""


@click.command("trigger")
@click.argument("trigger_name", required=False, metavar="[NAME]")
@click.option(
    "--event",
    metavar="JSON",
    help="The event: JSON or text, or file://PATH. The default is an example that the trigger takes.",
)
@click.option(
    "--wait",
    "wait_seconds",
    type=click.IntRange(0),
    metavar="SECONDS",
    help="How long to wait for an execution that the event starts. 0: do not follow executions. The "
    f"default is {_WAIT_SECONDS}, and {_WAIT_AFTER_ANSWER_SECONDS} after an API's answer.",
)
@click.pass_obj
def trigger(
    terminal: Terminal, trigger_name: str | None, event: str | None, wait_seconds: int | None
) -> ExitCode:
    """Fires a trigger of a deployed project: what starts its machines and functions.

    NAME is a rule, a schedule, a queue, a topic, a stream, a table, a bucket, an API route ("POST
    /orders") or a function URL, by its name or logical id. Without NAME, all triggers are listed.

    A rule or schedule sends its event to its targets at once, also if it is disabled. For a queue, topic,
    stream or table, the event becomes a message, record or item; for a bucket, an object; for an API, the
    body of a request. What the event starts is followed to its end, as with `sfn run`.

    \b
    Examples:
      sfn trigger
      sfn trigger NightlyBackup
      sfn trigger OrderPlaced --event '{"detail": {"order": 1}}'
      sfn trigger Orders --event file://order.json
      sfn trigger "POST /orders" --event '{"order": 1}'
    """
    given = None if event is None else values.text_value("--event", event)
    _ = terminal.query, terminal.output
    with Backend(terminal) as backend:
        from sfn_cli.stacks.triggers.find import all_triggers

        if trigger_name is None:
            _list_triggers(terminal, all_triggers(backend.service))
            return ExitCode.SUCCESS
        return _fire(backend, trigger_name, given, wait_seconds)


def _fire(backend: Backend, name: str, event: str | None, wait_seconds: int | None) -> ExitCode:
    from sfn_cli.cli.trigger.started import StartedExecutions
    from sfn_cli.integrations.aws.clients import Clients
    from sfn_cli.stacks.triggers.find import find_trigger
    from sfn_cli.stacks.triggers.trigger import Firing, TriggerError

    found = find_trigger(backend.service, name)
    started = StartedExecutions(backend)
    try:
        fired = found.fire(Firing(backend.service, Clients(backend.terminal.settings), event, name))
    except TriggerError as error:
        raise CommandFailedError(str(error)) from None
    _report(fired)
    if fired.failed:
        raise CommandFailedError(f"The API answered with an error: {fired.text}")
    if wait_seconds is None:
        wait_seconds = _WAIT_SECONDS if fired.answer is None else _WAIT_AFTER_ANSWER_SECONDS
    if wait_seconds and not started.follow(fired, wait_seconds):
        print("No execution has started.", file=sys.stderr)
    return ExitCode.SUCCESS


def _report(fired: Fired) -> None:
    text = fired.text[0].upper() + fired.text[1:]
    print(one_screen_line(text), file=sys.stderr)
    if fired.answer:
        print(fired.answer)


def _list_triggers(terminal: Terminal, triggers: Sequence[Trigger]) -> None:
    if terminal.is_for_people:
        from sfn_cli.cli.trigger.table import write_triggers

        write_triggers(triggers, sys.stdout, color=terminal.color)
        return
    members: dict[str, Any] = {
        "Triggers": [
            {"Name": one.name, "Kind": one.kind, **({"Detail": one.detail} if one.detail else {})}
            for one in triggers
        ]
    }
    terminal.write(json.loads(json.dumps(members)), "Triggers")
