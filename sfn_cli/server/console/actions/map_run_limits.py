"""Changes the limits of a running Map Run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import ApiError
from sfn_cli.server.console.messages import ConsoleRedirect
from sfn_cli.server.console.operations import call_states_operation
from sfn_cli.server.console.pages.map_runs import LIMITS, map_run_address, opened_map_run_arns

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.server.console.messages import ConsoleRequest


def change_map_run_limits(service: Service, request: ConsoleRequest) -> ConsoleRedirect:
    """Changes the limits that the form has, as UpdateMapRun does."""
    execution, map_run = opened_map_run_arns(service, request)
    changes = {
        member: _limit_of_form(member, label, request.form[member].strip())
        for member, label in LIMITS
        if request.form.get(member, "").strip()
    }
    call_states_operation(service, "UpdateMapRun", {"mapRunArn": map_run, **changes})
    return ConsoleRedirect(map_run_address(execution, map_run), "The limits have been changed.")


def _limit_of_form(member: str, label: str, text: str) -> int | float:
    try:
        return float(text) if member == "toleratedFailurePercentage" else int(text)
    except ValueError:
        raise ApiError("ValidationException", f"{label}: '{text}' is not a number.") from None
