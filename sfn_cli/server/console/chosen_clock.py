"""The clock of a new execution, as a form has it and as the settings have it."""

from __future__ import annotations

from sfn_cli.errors import UsageError
from sfn_cli.settings import VIRTUAL_CLOCK
from sfn_cli.settings.kinds import CLOCK
from sfn_cli.views.console import fields


def clock_in_form(clock: str | None) -> str:
    """Returns a clock of the settings as the form has it."""
    if clock is None:
        return fields.WALL_CLOCK
    return fields.VIRTUAL_CLOCK if clock == VIRTUAL_CLOCK else clock


def clock_of_form(chosen: str) -> str | None:
    """Returns a clock of the form as in the settings. Raises UsageError."""
    if chosen == fields.WALL_CLOCK:
        return None
    if chosen == fields.VIRTUAL_CLOCK:
        return VIRTUAL_CLOCK
    try:
        return str(CLOCK.parse(chosen))
    except ValueError:
        raise UsageError(f"The clock {chosen!r} must be {CLOCK.must}.") from None
