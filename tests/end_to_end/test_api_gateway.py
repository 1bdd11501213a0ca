"""apigateway:invoke: tasks that call an API, by the installed command and real workers."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from tests.http_api import Api, api
from tests.processes import create_machine, ended, sfn_json, start_execution, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow  # an HTTP API and a worker for each

AWS_NAME = "example.execute-api.eu-west-1.amazonaws.com"
_NUMBERS = count()


@pytest.fixture
def there() -> Iterator[Api]:
    with api() as played:
        yield played


def started(
    home: Path, endpoint: str, method: str = "GET", *, pattern: str = "", environment: Any = None, **more: Any
) -> str:
    """Starts an execution of one task. Returns its ARN."""
    resource = f"arn:aws:states:::apigateway:invoke{pattern}"
    state = {
        "Type": "Task",
        "Resource": resource,
        "Parameters": {"ApiEndpoint": endpoint, "Method": method, **more},
        "End": True,
    }
    machine = create_machine(home, f"M{next(_NUMBERS)}", {"StartAt": "T", "States": {"T": state}})
    return start_execution(home, machine, environment=environment)


def output(home: Path, *arguments: Any, **more: Any) -> Any:
    return json.loads(ended(home, started(home, *arguments, **more))["output"])


def test_an_api_on_this_machine(home: Path, there: Api) -> None:
    """Stage and Path form the URL's path; lists have several values; null is left out unless allowed."""
    response = output(
        home, there.url.removeprefix("http://"), "POST", Stage="prod", Path="bills/due today",
        QueryParameters={"id": ["1", "2"]}, Headers={"key": ["v1", "v2"], "one": "v"},
        RequestBody={"type": "turtle", "category": None},
    )  # fmt: skip
    assert (response["StatusCode"], response["StatusText"], response["Headers"]["Content-Type"]) == (
        200,
        "OK",
        ["application/json"],
    )
    echoed = response["ResponseBody"]
    assert (echoed["method"], echoed["path"], echoed["body"]) == (
        "POST",
        "/prod/bills/due%20today?id=1&id=2",
        '{"type":"turtle"}',
    )
    assert (echoed["headers"]["key"], echoed["headers"]["one"]) == ("v1, v2", "v")

    body = {"RequestBody": {"category": None}, "AllowNullValues": True}
    assert output(home, there.url, "PUT", **body)["ResponseBody"]["body"] == '{"category":null}'
    assert output(home, there.url, "POST", RequestBody="HelloWorld")["ResponseBody"]["body"] == '"HelloWorld"'
    assert output(home, there.url, "GET", RequestBody={"a": 1})["ResponseBody"]["body"] == ""


def test_errors(home: Path, there: Api) -> None:
    """The error has the status, and the body as its cause; without a response, it has AWS's exception."""
    failed = ended(home, started(home, there.url, Path="status/403"))
    assert (failed["error"], failed["cause"]) == ("ApiGateway.403", '{"why": "hidden by AWS"}')
    failed = ended(home, started(home, "127.0.0.1:1"))
    assert (failed["error"], failed["cause"]) == (
        "ApiGateway.ConnectException",
        "http://127.0.0.1:1: Connection refused",
    )


def test_an_aws_api_without_an_endpoint(home: Path, there: Api) -> None:
    """An API that is not in the store: the error says what to do."""
    failed = ended(home, started(home, AWS_NAME, Stage="prod"))
    assert failed["error"] == "ApiGateway.SdkClientException"
    assert failed["cause"].startswith(f"{AWS_NAME} is no API of this store. ")


@pytest.mark.parametrize("more, key", [({}, "sfn"), ({"SFN_AWS": "real"}, "the-user")])
def test_a_named_endpoint_of_an_api(home: Path, there: Api, more: dict[str, str], key: str) -> None:
    """Requests to an AWS API go to the named endpoint under its own name, signed on request.

    The user's credentials sign only with permission.
    """
    environment = {
        "AWS_ENDPOINT_URL_API_GATEWAY": there.url,
        "AWS_ACCESS_KEY_ID": "the-user",
        "AWS_SECRET_ACCESS_KEY": "secret",
        **more,
    }
    response = output(
        home, AWS_NAME, "POST", Stage="prod", RequestBody={}, AuthType="IAM_ROLE", environment=environment
    )
    echoed = response["ResponseBody"]
    assert (echoed["path"], echoed["headers"]["Host"]) == ("/prod", AWS_NAME)
    assert echoed["headers"]["Authorization"].startswith(f"AWS4-HMAC-SHA256 Credential={key}/")
    assert "/eu-west-1/execute-api/aws4_request" in echoed["headers"]["Authorization"]


def test_a_task_that_waits(home: Path, there: Api) -> None:
    """The API gets the token, and its holder ends the task; the API's response is only recorded."""
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::apigateway:invoke.waitForTaskToken",
        "Parameters": {
            "ApiEndpoint": there.url,
            "Method": "POST",
            "Headers": {"TaskToken.$": "States.Array($$.Task.Token)"},
        },
        "End": True,
    }
    execution = start_execution(home, create_machine(home, "Waits", {"StartAt": "T", "States": {"T": state}}))
    until(lambda: there.requests, "the call of the API")
    token = there.requests[0]["headers"]["TaskToken"]
    sfn_json(home, "send-task-success", "--task-token", token, "--task-output", '{"paid": true}')
    assert ended(home, execution)["output"] == '{"paid": true}'
    events = sfn_json(home, "get-execution-history", "--execution-arn", execution)["events"]
    assert [event["type"] for event in events if event["type"].startswith("Task")] == [
        "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded",
        "TaskStateExited",
    ]  # fmt: skip
