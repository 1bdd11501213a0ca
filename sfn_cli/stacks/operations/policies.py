"""Stack policies: stored and returned, but not enforced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import json_text
from sfn_cli.stacks.operations.identity import existing_stack, stack_validation_error
from sfn_cli.stacks.operations.requests.request_template import fetched_text
from sfn_cli.stacks.operations.requests.sent_request import POLICY

if TYPE_CHECKING:
    from sfn_cli.api.service import Service


def set_stack_policy(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    stored = existing_stack(service, request["StackName"])
    body, url = request.get("StackPolicyBody"), request.get("StackPolicyURL")
    if (body is None) == (url is None):
        raise stack_validation_error(
            "You must specify either StackPolicyURL or StackPolicyBody, but not both."
        )
    text = fetched_text(service, url) if body is None and url is not None else str(body)
    try:
        is_policy = isinstance(json_text.loads_json(text), dict)
    except ValueError:
        is_policy = False
    if not is_policy:
        raise stack_validation_error("Error validating stack policy: Invalid stack policy")
    service.stacks.save(stored._replace(details={**stored.details, POLICY: text}))
    return {}


def get_stack_policy(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    return {"StackPolicyBody": existing_stack(service, request["StackName"]).details.get(POLICY)}
