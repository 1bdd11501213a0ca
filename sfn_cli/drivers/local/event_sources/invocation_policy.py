"""How asynchronous invocations of a function are retried, and where their results go.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
A destination gets a record of the invocation, a dead-letter queue or topic the event itself.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli import arn, jsonvalue
from sfn_cli.store.records.events.deliveries import NewDelivery
from sfn_cli.store.records.functions import EVENT_INVOKE, EVENT_RETRIES, LATEST, function_reference

if TYPE_CHECKING:
    from sfn_cli.functions.outcome import Outcome
    from sfn_cli.settings import Settings
    from sfn_cli.store.protocols.function_settings import FunctionSettings
    from sfn_cli.store.protocols.functions import Functions
    from sfn_cli.store.records.function_events import FunctionEvent

LONGEST_AGE_SECONDS = 6 * 60 * 60

SUCCESS, EXHAUSTED, TOO_OLD = "Success", "RetriesExhausted", "EventAgeExceeded"

_MESSAGE_CHARACTERS = 1024
"""The length of ErrorMessage in a dead letter."""


class InvocationPolicy(NamedTuple):
    """The settings for one function reference."""

    function_arn: str
    retries: int
    age_ms: int
    on_success: str | None
    on_failure: str | None
    dead_letter: str | None

    def deliveries(self, event: FunctionEvent, outcome: Outcome, condition: str) -> list[NewDelivery]:
        """Returns the deliveries for an invocation that has ended."""
        source = f"function/{function_reference(event.function_ref).name}"
        found = []
        destination = self.on_success if condition == SUCCESS else self.on_failure
        if destination is not None:
            record = self._invocation_record(event, outcome, condition)
            kind = "OnSuccess" if condition == SUCCESS else "OnFailure"
            options = _destination_options(destination, event, condition)
            found.append(NewDelivery(event.request_id, source, destination, kind, record, options))
        if condition != SUCCESS and self.dead_letter is not None:
            facts = {
                "RequestID": ("String", event.request_id),
                "ErrorCode": ("Number", "200"),
                "ErrorMessage": ("String", outcome.message or outcome.error or condition),
            }
            attributes = {
                name: {"DataType": kind, "StringValue": text[:_MESSAGE_CHARACTERS]}
                for name, (kind, text) in facts.items()
            }
            found.append(
                NewDelivery(
                    event.request_id,
                    source,
                    self.dead_letter,
                    "DeadLetterConfig",
                    event.payload,
                    {"MessageAttributes": attributes},
                )
            )
        return found

    def _invocation_record(self, event: FunctionEvent, outcome: Outcome, condition: str) -> str:
        response: dict[str, Any] = {"statusCode": 200, "executedVersion": outcome.version}
        if outcome.kind != "succeeded":
            response["functionError"] = "Unhandled"
        now = datetime.now(UTC)
        return jsonvalue.dumps(
            {
                "version": "1.0",
                "timestamp": now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z",
                "requestContext": {
                    "requestId": event.request_id,
                    "functionArn": f"{self.function_arn}:{outcome.version}",
                    "condition": condition,
                    "approximateInvokeCount": event.tries + 1,
                },
                "requestPayload": _policy_payload(event.payload),
                "responseContext": response,
                "responsePayload": _policy_payload(outcome.payload),
            }
        )


def invocation_policy(
    function_ref: str, functions: Functions, stored: FunctionSettings, settings: Settings
) -> InvocationPolicy:
    """Returns the settings for a function reference, NAME or NAME:QUALIFIER."""
    name, qualifier = function_reference(function_ref)
    setting = stored.find(name, EVENT_INVOKE, qualifier or LATEST)
    value: Any = setting.value if setting is not None else {}
    destinations = value.get("DestinationConfig") or {}
    function = functions.find(name)
    letter: Any = (function.configuration.get("DeadLetterConfig") if function is not None else None) or {}
    age = value.get("MaximumEventAgeInSeconds")
    retries = value.get("MaximumRetryAttempts")
    return InvocationPolicy(
        arn.function_arn(settings.region, settings.account_id, name),
        EVENT_RETRIES if retries is None else retries,
        (LONGEST_AGE_SECONDS if age is None else age) * 1000,
        (destinations.get("OnSuccess") or {}).get("Destination") or None,
        (destinations.get("OnFailure") or {}).get("Destination") or None,
        letter.get("TargetArn") or None,
    )


def _destination_options(destination: str, event: FunctionEvent, condition: str) -> dict[str, Any]:
    service = destination.split(":")[2:3]
    if service == ["events"]:
        what = "Success" if condition == SUCCESS else "Failure"
        detail_type = f"Lambda Function Invocation Result - {what}"
        return {"EventBridgeParameters": {"Source": "lambda", "DetailType": detail_type}}
    if service == ["s3"]:
        name = function_reference(event.function_ref).name
        return {"S3Parameters": {"Key": f"aws/lambda/async/{name}/{event.request_id}"}}
    return {}


def _policy_payload(text: str) -> Any:
    try:
        return jsonvalue.loads(text or "null")
    except (RecursionError, ValueError):
        return text
