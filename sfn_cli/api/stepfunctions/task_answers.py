"""Answers to tasks by their token: SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import json_text
from sfn_cli.errors import ApiError
from sfn_cli.store.records.tasks import AnswerOutcome

if TYPE_CHECKING:
    from types_boto3_stepfunctions.type_defs import (
        SendTaskFailureInputTypeDef,
        SendTaskHeartbeatInputTypeDef,
        SendTaskSuccessInputTypeDef,
    )

    from sfn_cli.api.model.answers import EmptyAnswer
    from sfn_cli.api.service import Service


def send_task_success(service: Service, request: SendTaskSuccessInputTypeDef) -> EmptyAnswer:
    """Sends the output of a task.

    An unknown token is refused before an output that is not JSON, and that before a task that has
    ended (both observed).
    """
    token, output = _given_token(request["taskToken"]), request["output"]
    try:
        json_text.read_json(output)
    except json_text.NotJson:
        if not service.tasks.knows(token):
            raise _invalid_task_token() from None
        raise ApiError("InvalidOutput", f"Invalid Output: '{output}' is not valid JSON.") from None
    outcome = service.tasks.answer(token, "taskSucceeded", {"output": output}, service.clock())
    return _task_answer_response(service, token, outcome)


def send_task_failure(service: Service, request: SendTaskFailureInputTypeDef) -> EmptyAnswer:
    body = {"error": request.get("error"), "cause": request.get("cause")}
    token = _given_token(request["taskToken"])
    outcome = service.tasks.answer(token, "taskFailed", body, service.clock())
    return _task_answer_response(service, token, outcome)


def send_task_heartbeat(service: Service, request: SendTaskHeartbeatInputTypeDef) -> EmptyAnswer:
    token = _given_token(request["taskToken"])
    return _task_answer_response(service, token, service.tasks.beat(token, service.clock()))


def _given_token(token: str) -> str:
    """Returns the token; one in double quotes without them.

    Functions of AWS's published samples send `JSON.stringify(token)`.
    """
    return token[1:-1] if len(token) > 1 and token[0] == token[-1] == '"' else token


def _task_answer_response(service: Service, token: str, outcome: AnswerOutcome) -> EmptyAnswer:
    match outcome:
        case AnswerOutcome.ACCEPTED:
            return {}
        case AnswerOutcome.TOO_LATE:
            # Observed: AWS names the activity of a task that is over.
            task = service.tasks.activity_of(token) or "Provided task does not exist anymore"
            raise ApiError("TaskTimedOut", f"Task Timed Out: '{task}'")
        case AnswerOutcome.UNKNOWN:
            raise _invalid_task_token()


def _invalid_task_token() -> ApiError:
    return ApiError("InvalidToken", "Invalid Token: 'Invalid token'")
