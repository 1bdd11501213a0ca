"""What a request sends for a stack: the template with its parameters, and the stack's other members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.jsonvalue import dumps
from sfn_cli.stacks.deployment.deploy import DeployOptions, StackRequest
from sfn_cli.stacks.operations.requests.capabilities import check_capabilities, used_macros
from sfn_cli.stacks.operations.requests.request_parameters import (
    GIVEN,
    STORED,
    check_parameter_names,
    requested_parameters,
    sent_parameter_values,
    stored_parameter_names,
)
from sfn_cli.stacks.operations.requests.request_template import fetched_text, requested_template
from sfn_cli.stacks.operations.requests.template_faults import check_sent_template
from sfn_cli.stacks.readers.project_files import ProjectKind
from sfn_cli.stacks.readers.sent_template import SentTemplate, sent_stack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.jsonvalue import Json
    from sfn_cli.stacks.stack import Stack
    from sfn_cli.store.records.stacks import StoredStack

PROCESSED, TOKEN, POLICY = "processed", "token", "policy"
"""Members of a stack's details that no description shows: the template after its transforms as JSON,
the token of its last operation, and its stack policy."""

_ROLE = "arn:aws:iam::{account}:role/sfn-run"
"""For machines and functions without a role: roles are not checked."""

_KEPT = ("Tags", "NotificationARNs", "RoleARN", "RollbackConfiguration")
"""Members that an update without them leaves as they are. Capabilities are given with each request."""


class SentRequest(NamedTuple):
    """What a request of CreateStack, UpdateStack or CreateChangeSet sends."""

    name: str
    """The stack's name."""
    folder: str
    """The stack's identity: see `sent_stack`."""
    text: str
    """The template, untouched."""
    given: Mapping[str, str]
    """The values of parameters."""
    details: Mapping[str, Json]
    """The stack's members after the operation."""


def sent_request(
    service: Service, request: Mapping[str, Any], name: str, arn: str, stored: StoredStack | None
) -> SentRequest:
    """Reads a request for the stack that is stored, or a new one. Raises ApiError."""
    text = requested_template(service, request, stored)
    given = requested_parameters(request, stored)
    before = {} if stored is None else stored.details
    details: dict[str, Json] = {**before, "Capabilities": request.get("Capabilities") or []}
    for member in _KEPT:
        if member in request:
            details[member] = request[member]
    return SentRequest(name, arn if stored is None else stored.folder, text, given, details)


def read_sent_stack(service: Service, sent: SentRequest) -> tuple[Stack, dict[str, Json]]:
    """Returns the stack of a request, checked, and the details that follow from its template.

    Raises ApiError, UsageError (TransformError) and ConfigurationError.
    """
    template = SentTemplate(
        sent.text, sent.given, service.settings.region, lambda url: fetched_text(service, url)
    )
    stack = sent_stack(template, sent.name, sent.folder)
    check_sent_template(stack.template)
    check_parameter_names(stack.template, sent.given)
    capabilities = sent.details.get("Capabilities")
    check_capabilities(stack.template, capabilities if isinstance(capabilities, list) else ())
    details = {
        **sent.details,
        "Description": stack.template.get("Description"),
        GIVEN: sent_parameter_values(stack.template, sent.given),
        STORED: stored_parameter_names(stack.template),
    }
    details.pop(PROCESSED, None)
    if used_macros(stack.template) or stack.kind == ProjectKind.SAM.value:
        details[PROCESSED] = dumps(stack.template)
    return stack, {name: value for name, value in details.items() if value is not None}


def nothing_sent(stored: StoredStack) -> SentRequest:
    """Returns what a request sends that only names a stack, such as DeleteStack."""
    return SentRequest(stored.name, stored.folder, "", {}, {})


def deploy_options(service: Service, sent: SentRequest, request: StackRequest) -> DeployOptions:
    """Returns the options of a deploy for a request."""
    return DeployOptions(
        report=lambda _: None,
        parameters=sent.given,
        role_arn=_ROLE.format(account=service.settings.account_id),
        stack_name=sent.name,
        request=request,
    )
