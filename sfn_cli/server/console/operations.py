"""Calls the operations of Step Functions that the console's pages and actions need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api import answer_api, model

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sfn_cli.api.service import Service


def call_states_operation(service: Service, name: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the response of an operation, as a client of the API gets it. Raises SfnError."""
    return answer_api(service, model.load_model("stepfunctions", name), request)
