"""docs/reference/compatibility.md: what sfn has of AWS, from the tables of operations, fields and quotas."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sfn_cli import quotas
from sfn_cli.api.model import model_http_services, model_operation_names
from sfn_cli.api.operations import OPERATIONS
from sfn_cli.asl.dataflow import JSONATA, JSONPATH
from sfn_cli.asl.validation.fields import MACHINE_FIELDS, STATE_FIELDS
from sfn_cli.query.intrinsics import FUNCTIONS
from sfn_cli.query.jsonata.extensions import EXTENSIONS
from sfn_cli.stacks.operations.table import OPERATIONS as STACK_OPERATIONS
from tests.conformance.recordings import known_gaps
from tests.reference_pages.markdown import code_list, markdown_table, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.reference_pages.markdown import Parts

GAPS = known_gaps("known_gaps.toml")
RULE_GAPS = known_gaps("known_rule_gaps.toml")

RECORDED_SCENARIOS = 517
PLAYED_SCENARIOS = 507
"""Those that need only what sfn and the local AWS services have.

tests/conformance/test_recordings.py counts them.
"""
PLAYED_RULES = 203
"""tests/conformance/test_rules.py counts them."""

_SERVICES: Mapping[str, str] = {
    "stepfunctions": "Step Functions",
    "lambda": "Lambda",
    "logs": "CloudWatch Logs",
    "events": "EventBridge",
    "scheduler": "EventBridge Scheduler",
    "sts": "STS",
    "cloudformation": "CloudFormation (over HTTP)",
    "cloudcontrol": "Cloud Control (over HTTP)",
    "cloudtrail": "CloudTrail (over HTTP)",
    "pipes": "EventBridge Pipes (over HTTP)",
}

_QUOTAS: Mapping[str, tuple[str, str]] = {
    "STATE_NAME_CHARACTERS": ("name of a state", "{} characters"),
    "VARIABLE_NAME_CHARACTERS": ("name of a variable", "{} characters"),
    "MAP_LABEL_CHARACTERS": ("label of a Distributed Map", "{} characters"),
    "DIAGNOSTICS": ("problems in one answer of ValidateStateMachineDefinition", "{}"),
    "TAGS": ("tags of a resource", "{}"),
    "PAGE_ITEMS": ("items of a page", "{}"),
    "DEFAULT_PAGE_ITEMS": ("items of a page by default", "{}"),
    "HISTORY_EVENTS": ("events of a STANDARD execution", "{}, or `SFN_MAX_EVENTS`"),
    "PAYLOAD_BYTES": ("input or output of a state, a task or an execution", "{} bytes"),
    "VARIABLES_BYTES": ("all variables of an execution", "{} bytes"),
    "STANDARD_SECONDS": ("duration of a STANDARD execution", "{} days"),
    "EXPRESS_SECONDS": ("duration of an EXPRESS execution", "{} minutes"),
    "TEST_STATE_SECONDS": ("duration of TestState", "{} minutes"),
    "ACTIVITY_POLL_SECONDS": ("time that GetActivityTask waits for a task", "{} seconds"),
    "WAIT_SECONDS": ("Seconds of a Wait state", "{}"),
    "NAME_REUSE_SECONDS": ("time after the end in which a STANDARD execution's name is taken", "{} days"),
    "REDRIVES": ("redrives of an execution", "{}"),
    "REDRIVABLE_SECONDS": ("time after the end in which an execution can be redriven", "{} days"),
    "REPORTED_DATA_BYTES": ("input and output in a log line or a status change event", "{} bytes"),
    "INTRINSIC_RANGE_ITEMS": ("items of States.ArrayRange", "{}"),
    "INTRINSIC_TEXT_CHARACTERS": ("text for States.Base64Encode, Base64Decode and Hash", "{} characters"),
    "INVOKE_BYTES": ("payload of a Lambda invocation", "{} bytes"),
    "INVOKE_EVENT_BYTES": ("payload of an asynchronous Lambda invocation", "{} bytes"),
    "UNZIPPED_CODE_BYTES": ("unpacked code of a Lambda function", "{} bytes"),
    "FUNCTION_PAGE_ITEMS": ("functions of a page", "{}"),
    "MAPPING_FILTERS": ("filter patterns of an event source mapping", "{}"),
    "RULE_TARGETS": ("targets of an EventBridge rule", "{}"),
    "PUT_EVENTS_ENTRIES": ("events of one PutEvents", "{}"),
    "PUT_EVENTS_BYTES": ("total size of the events of one PutEvents", "{} bytes"),
    "LOG_EVENT_BYTES": ("message of a log event", "{} bytes"),
    "PUT_LOG_BYTES": ("events of one PutLogEvents", "{} bytes"),
    "LOG_EVENT_OVERHEAD_BYTES": ("size of a log event in addition to its message", "{} bytes"),
    "LOG_FUTURE_SECONDS": ("time of a log event in the future", "{} hours"),
    "LOG_PAST_SECONDS": ("time of a log event in the past", "{} days"),
    "LOG_PAGE_EVENTS": ("log events of a page", "{}"),
    "LOG_GROUP_PAGE_ITEMS": ("log groups of a page", "{}"),
}  # fmt: skip
"""What each quota limits, and the limit. Seconds are shown in the unit of the text."""

_ADDED_TO_JSONATA = ("partition", "range", "hash", "random", "uuid", "parse")

_UNITS = {"days": 86_400, "hours": 3_600, "minutes": 60}


def _recordings() -> Iterator[str]:
    passed = PLAYED_SCENARIOS - len(GAPS)
    yield from paragraph(
        f"Of {RECORDED_SCENARIOS} recorded scenarios, {PLAYED_SCENARIOS} are played. "
        f"{passed} of them ({passed / PLAYED_SCENARIOS:.1%}) match AWS in every field of every event and "
        f"of every answer. The other {RECORDED_SCENARIOS - PLAYED_SCENARIOS} need CloudFormation or API "
        f"Gateway in an AWS account. These are the reasons for the {len(GAPS)} differences:"
    )
    yield ""
    yield from markdown_table(
        ("reason", "scenarios"),
        ((reason, str(count)) for reason, count in Counter(GAPS.values()).most_common()),
    )


def _rules() -> Iterator[str]:
    passed = PLAYED_RULES - len(RULE_GAPS)
    yield from paragraph(
        f"{passed} of {PLAYED_RULES} rules ({passed / PLAYED_RULES:.1%}), which were taken from newer "
        "recordings and measurements of AWS, hold in every field. These are the reasons for the others:"
    )
    yield ""
    yield from markdown_table(
        ("reason", "rules"),
        ((reason, str(count)) for reason, count in Counter(RULE_GAPS.values()).most_common()),
    )


def _operations() -> Iterator[str]:
    ours = Counter(service for service, _ in OPERATIONS)
    ours["cloudformation"] = len(STACK_OPERATIONS)
    assert all(ours[service] == len(model_operation_names(service)) for service in model_http_services())
    yield from markdown_table(
        ("service", "operations"),
        (
            (_SERVICES[service], code_list(model_operation_names(service)))
            for service in model_http_services()
        ),
    )


def _fields() -> Iterator[str]:
    yield from paragraph(f"Fields of a state machine: {code_list(MACHINE_FIELDS)}.")
    yield ""
    yield from markdown_table(
        ("state", "fields in both query languages", "only JSONPath", "only JSONata"),
        (
            (
                type,
                code_list(name for name in fields[JSONPATH] if name in fields[JSONATA]),
                code_list(name for name in fields[JSONPATH] if name not in fields[JSONATA]),
                code_list(name for name in fields[JSONATA] if name not in fields[JSONPATH]),
            )
            for type, fields in STATE_FIELDS.items()
        ),
    )


def _functions() -> Iterator[str]:
    yield from paragraph(f"Intrinsic functions in JSONPath: {code_list(FUNCTIONS)}.")
    yield ""
    added = code_list(f"${name}" for name in _ADDED_TO_JSONATA)
    assert EXTENSIONS.keys() >= set(_ADDED_TO_JSONATA)
    yield from paragraph(f"Functions that AWS adds to JSONata: {added}. `$eval` does not exist, as on AWS.")


def _quotas() -> Iterator[str]:
    defined = {name for name, value in vars(quotas).items() if isinstance(value, int) and name.isupper()}
    assert defined == _QUOTAS.keys(), defined ^ _QUOTAS.keys()
    yield from markdown_table(
        ("what", "limit"), ((what, _quota(name, limit)) for name, (what, limit) in _QUOTAS.items())
    )


def _quota(name: str, limit: str) -> str:
    unit = _UNITS.get(limit.rpartition(" ")[2], 1)
    value, rest = divmod(vars(quotas)[name], unit)
    assert not rest, name
    return limit.format(f"{value:,}")


PARTS: Parts = {
    "recordings": _recordings,
    "rules": _rules,
    "operations": _operations,
    "fields": _fields,
    "functions": _functions,
    "quotas": _quotas,
}
