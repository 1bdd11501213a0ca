"""arn:aws:states:::lambda:invoke: Lambda's Invoke, with its metadata as the SDK gives it.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli.integrations.integration import Cancel, Errand, World, nothing_to_cancel
from sfn_cli.integrations.lambda_function import signal_of
from sfn_cli.integrations.sdk import http_date, metadata
from sfn_cli.interpreter.signals import TaskFailed
from sfn_cli.jsonvalue import Json, dumps, loads

if TYPE_CHECKING:
    from sfn_cli.functions.outcome import Outcome


def invoke(errand: Errand, world: World) -> Cancel:
    """Invokes Parameters' FunctionName (with Qualifier, if given) on Payload, and waits for its answer."""
    task, answer = errand.task, errand.answer
    arguments = task.arguments.value
    function_ref = arguments.get("FunctionName") if isinstance(arguments, dict) else None
    if not isinstance(function_ref, str):
        answer(TaskFailed(task.id, "States.Runtime", "The field 'FunctionName' is required but was missing"))
        return nothing_to_cancel
    qualifier = arguments.get("Qualifier")
    named = f"{function_ref}:{qualifier}" if qualifier else function_ref

    def done(outcome: Outcome) -> None:
        answer(signal_of(task, outcome, named, world, lambda result: _response(result, outcome, world)))

    return world.pool.invoke(named, _event(arguments.get("Payload")), done).cancel


def _event(payload: Json) -> str:
    """The JSON text that the function is given."""
    if payload is None:
        return "{}"  # Observed: null is as no Payload.
    if isinstance(payload, str):
        # Observed: a text that is JSON itself is passed on as it is, as Lambda's own API has it.
        with suppress(ValueError):
            loads(payload)
            return payload
    return dumps(payload)


def _response(result: Json, outcome: Outcome, world: World) -> dict[str, Json]:
    headers = {
        "Connection": "keep-alive",
        "Content-Length": str(len(outcome.payload.encode())),
        "Content-Type": "application/json",
        "Date": http_date(world.clock()),
        "X-Amz-Executed-Version": "$LATEST",
        "x-amzn-Remapped-Content-Length": "0",
        "x-amzn-RequestId": outcome.request_id,
        "X-Amzn-Trace-Id": f"root=1-{world.clock() // 1000:08x}-{outcome.request_id.replace('-', '')[:24]};sampled=0",
    }
    return {"ExecutedVersion": "$LATEST", "Payload": result, **metadata(outcome.request_id, headers), "StatusCode": 200}
