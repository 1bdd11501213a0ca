"""GetTemplate, GetTemplateSummary and ValidateTemplate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ApiError, UsageError
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_text
from sfn_cli.jsonvalue import dumps
from sfn_cli.stacks.evaluation.parameter_values import is_hidden_parameter
from sfn_cli.stacks.operations.change_sets import fact_object, find_change_set
from sfn_cli.stacks.operations.identity import WITH_ID, existing_stack, known_stack, stack_validation_error
from sfn_cli.stacks.operations.requests.capabilities import AUTO_EXPAND, needed_capabilities, used_macros
from sfn_cli.stacks.operations.requests.request_parameters import sent_parameter_values
from sfn_cli.stacks.operations.requests.request_template import fetched_text, requested_template
from sfn_cli.stacks.operations.requests.sent_request import PROCESSED
from sfn_cli.stacks.operations.requests.template_faults import check_sent_template, sent_template_error
from sfn_cli.stacks.readers.sent_template import SentTemplate, sent_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.stacks import StoredStack

_STAGES = ["Original", "Processed"]
_FORMAT = "2010-09-09"


def get_template(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Returns the text that was sent, untouched: tools compare it with theirs."""
    is_processed = request.get("TemplateStage") == "Processed"
    if request.get("ChangeSetName") is not None:
        change_set = find_change_set(service, request)
        processed = fact_object(change_set.facts, "details").get(PROCESSED)
        original = change_set.template
    elif request.get("StackName") is not None:
        stack = known_stack(service, request["StackName"]).stack
        processed, original = stack.details.get(PROCESSED), _original_template(stack)
    else:
        raise stack_validation_error("StackName is required if ChangeSetName is not specified.")
    body = processed if is_processed and isinstance(processed, str) else original
    return {"TemplateBody": body, "StagesAvailable": _STAGES}


def get_template_summary(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    if request.get("StackSetName") is not None:
        raise ApiError(
            "StackSetNotFoundException", f"StackSet {request['StackSetName']} not found", status=404
        )
    if request.get("StackName") is not None:
        stack = existing_stack(service, request["StackName"], WITH_ID)
        text = _original_template(stack)
    else:
        text = requested_template(service, request)
    template = _read_for_summary(service, text)
    resources = template["Resources"]
    capabilities, reason = _described_capabilities(template)
    metadata = template.get("Metadata")
    return {
        "Parameters": [
            {
                **parameter,
                "ParameterType": declaration.get("Type"),
                "ParameterConstraints": _constraints_of_parameter(declaration),
            }
            for parameter, declaration in _declared_parameters(template)
        ],
        "Description": template.get("Description"),
        "Capabilities": capabilities,
        "CapabilitiesReason": reason,
        "ResourceTypes": list(dict.fromkeys(one["Type"] for one in resources.values())),
        "Version": template.get("AWSTemplateFormatVersion", _FORMAT),
        "Metadata": None if metadata is None else dumps(metadata),
        "DeclaredTransforms": used_macros(template),
    }


def validate_template(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    template = _read_for_summary(service, requested_template(service, request))
    if not used_macros(template):
        check_sent_template(template)
    capabilities, reason = _described_capabilities(template)
    return {
        "Parameters": [parameter for parameter, _ in _declared_parameters(template)],
        "Description": template.get("Description"),
        "Capabilities": capabilities,
        "CapabilitiesReason": reason,
        "DeclaredTransforms": used_macros(template),
    }


def _read_for_summary(service: Service, text: str) -> dict[str, Any]:
    """Reads a template without SAM's transform. Raises ApiError ValidationError."""
    sent = SentTemplate(text, {}, service.settings.region, lambda url: fetched_text(service, url))
    try:
        return sent_template(sent)
    except UsageError as error:
        raise sent_template_error(error) from None


def _original_template(stack: StoredStack) -> str:
    """Returns the text that was sent; of a stack from a project, the text of its template's file."""
    if stack.template is not None:
        return stack.template
    try:
        return read_input_text(stack.source, PROJECT_FILE_BYTES) if stack.source else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _declared_parameters(
    template: Mapping[str, Any],
) -> Iterator[tuple[dict[str, Any], Mapping[str, Any]]]:
    defaults = sent_parameter_values(template, {})
    for name, declaration in (template.get("Parameters") or {}).items():
        parameter: dict[str, Any] = {
            "ParameterKey": name,
            "NoEcho": is_hidden_parameter(declaration),
            "Description": declaration.get("Description"),
        }
        if "Default" in declaration:
            parameter["DefaultValue"] = defaults[name]
        yield parameter, declaration


def _constraints_of_parameter(declaration: Mapping[str, Any]) -> dict[str, Any]:
    allowed = declaration.get("AllowedValues")
    return {"AllowedValues": [str(value) for value in allowed]} if isinstance(allowed, list) else {}


def _described_capabilities(template: Mapping[str, Any]) -> tuple[list[str], str | None]:
    needed, types = needed_capabilities(template)
    macros = used_macros(template)
    if macros:
        needed = [*needed, AUTO_EXPAND]
    because = [*types, *macros]
    if not because:
        return [], None
    return needed, f"The following resource(s) require capabilities: [{', '.join(because)}]"
