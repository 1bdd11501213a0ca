"""http:invoke: tasks that call an HTTP API with a connection's additions.

They run by the installed command and real workers.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.http_api import Api, api
from tests.processes import ROLE, create_machine, ended, serving, sfn, sfn_json, start_execution

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARN = "arn:aws:events:us-east-1:123456789012:connection"
AWS_ID = "81210c42-8af1-456b-9c4a-6ff02fc664ac"
"""The id that AWS has for a connection, where the definition was written for AWS."""


@pytest.fixture
def there() -> Iterator[Api]:
    with api() as played:
        yield played


def connect(home: Path, name: str, type_: str, parameters: dict[str, Any]) -> str:
    """The ARN of a new connection."""
    created = sfn_json(
        home,
        "events",
        "create-connection",
        "--name",
        name,
        "--authorization-type",
        type_,
        "--auth-parameters",
        json.dumps(parameters),
    )
    return str(created["ConnectionArn"])


def connect_by_key(home: Path, name: str = "Key", **http_parameters: Any) -> str:
    parameters = {
        "ApiKeyAuthParameters": {"ApiKeyName": "ApiKey", "ApiKeyValue": "hidden"},
        "InvocationHttpParameters": http_parameters,
    }
    return connect(home, name, "API_KEY", parameters)


def connect_by_oauth(home: Path, there: Api, *, secret: str = "hidden") -> str:
    oauth = {
        "ClientParameters": {"ClientID": "client", "ClientSecret": secret},
        "AuthorizationEndpoint": f"{there.url}/token",
        "HttpMethod": "POST",
        "OAuthHttpParameters": {
            "BodyParameters": [{"Key": "scope", "Value": "read", "IsValueSecret": False}]
        },
    }
    return connect(home, "OAuth", "OAUTH_CLIENT_CREDENTIALS", {"OAuthParameters": oauth})


def task(url: str, connection: str, method: str = "GET", **parameters: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::http:invoke",
        "Parameters": {
            "ApiEndpoint": url,
            "Method": method,
            "InvocationConfig": {"ConnectionArn": connection},
            **parameters,
        },
        "End": True,
    }


def run(home: Path, state: dict[str, Any], name: str = "M") -> dict[str, Any]:
    """Returns the description of an ended execution of one state."""
    return ended(
        home, start_execution(home, create_machine(home, name, {"StartAt": "T", "States": {"T": state}}))
    )


def test_a_connection_is_merged(home: Path, there: Api) -> None:
    """As in AWS's example, the connection's parameters override the definition's.

    The history has no secret.
    """
    connection = connect_by_key(
        home,
        BodyParameters=[{"Key": "BodyParam", "Value": "connection_body_param"}],
        HeaderParameters=[{"Key": "Header-Param", "Value": "connection_header_param"}],
        QueryStringParameters=[{"Key": "QueryParam", "Value": "connection_query_param"}],
    )
    state = task(
        f"{there.url}/json", connection, "POST",
        Headers={
            "Request-Id": "my_request_id", "header-param": "state_machine_header_param", "Many": ["a", "b"],
        },
        RequestBody={
            "Job": "Software Engineer", "Company": "AnyCompany", "BodyParam": "state_machine_body_param",
        },
        QueryParameters={"QueryParam": "state_machine_query_param"},
    )  # fmt: skip
    done = run(home, state)
    output = json.loads(done["output"])
    body = '{"Job":"Software Engineer","Company":"AnyCompany","BodyParam":"connection_body_param"}'
    assert output["ResponseBody"] == there.requests[0] == {
        "method": "POST",
        "path": "/json?QueryParam=connection_query_param",
        "headers": {
            "Host": there.url.removeprefix("http://"),
            "Request-Id": "my_request_id",
            "Many": "a, b",
            "ApiKey": "hidden",
            "Header-Param": "connection_header_param",
            "User-Agent": "Amazon|StepFunctions|HttpInvoke|us-east-1",
            "Range": "bytes=0-262144",
            "Content-Type": "application/json; charset=UTF-8",
            "Content-Length": str(len(body)),
        },
        "body": body,
    }  # fmt: skip
    assert (output["StatusCode"], output["StatusText"], output["Headers"]["content-type"]) == (
        200,
        "OK",
        ["application/json"],
    )
    events = sfn_json(home, "get-execution-history", "--execution-arn", done["executionArn"])["events"]
    scheduled = next(
        event["taskScheduledEventDetails"] for event in events if event["type"] == "TaskScheduled"
    )
    assert (scheduled["resourceType"], scheduled["resource"], "hidden" in scheduled["parameters"]) == (
        "http",
        "invoke",
        False,
    )


def test_bodies(home: Path, there: Api) -> None:
    """A body is JSON, a form, text of another type, or absent."""
    basic = connect(
        home, "Basic", "BASIC", {"BasicAuthParameters": {"Username": "ada", "Password": "hidden"}}
    )
    url = f"{there.url}/json"
    form = {"RequestBodyEncoding": "URL_ENCODED", "RequestEncodingOptions": {"ArrayFormat": "BRACKETS"}}
    typed = {"Content-Type": "application/x-www-form-urlencoded"}
    states = {
        "Text": task(url, basic, "PUT", RequestBody="one"),
        "Xml": task(url, basic, "PUT", RequestBody="<one/>", Headers={"Content-Type": "text/xml"}),
        "Form": task(url, basic, "POST", RequestBody={"a": ["b", "c"]}, Headers=typed, Transform=form),
        "None": task(url, basic, "DELETE"),
    }
    branches = [{"StartAt": name, "States": {name: state}} for name, state in states.items()]
    done = run(home, {"Type": "Parallel", "Branches": branches, "End": True})
    echoed = [entry["ResponseBody"] for entry in json.loads(done["output"])]
    assert [entry["body"] for entry in echoed] == ['"one"', "<one/>", "a%5B%5D=b&a%5B%5D=c", ""]
    assert [entry["headers"].get("Content-Type") for entry in echoed] == [
        "application/json; charset=UTF-8", "text/xml", "application/x-www-form-urlencoded", None,
    ]  # fmt: skip
    assert {entry["headers"]["Authorization"] for entry in echoed} == {"Basic YWRhOmhpZGRlbg=="}


def test_tokens(home: Path, there: Api) -> None:
    """A token is requested once, and again when it is about to expire or an API refuses it."""
    connection = connect_by_oauth(home, there)
    machine = create_machine(
        home, "M", {"StartAt": "T", "States": {"T": task(f"{there.url}/private", connection)}}
    )

    def succeeds() -> bool:
        return bool(ended(home, start_execution(home, machine))["status"] == "SUCCEEDED")

    assert succeeds()
    assert succeeds()
    assert there.tokens == 1
    assert (
        there.requests_to("/token")[0]["body"]
        == "grant_type=client_credentials&client_id=client&client_secret=hidden&scope=read"
    )

    there.tokens += 1  # another client got one: the first is no longer valid
    there.expires_in = 30  # so soon that the next task requests another
    assert succeeds()
    assert [len(there.requests_to(path)) for path in ("/token", "/private")] == [2, 4]
    assert succeeds()
    assert [len(there.requests_to(path)) for path in ("/token", "/private")] == [3, 5]
    described = sfn(home, "events", "describe-connection", "--name", "OAuth").stdout
    assert "hidden" not in described
    assert "token-" not in described


def test_failures(home: Path, there: Api) -> None:
    """Each failure has its error, which Catch matches."""
    key = connect_by_key(home, BodyParameters=[{"Key": "a", "Value": "b"}])
    wrong_secret = connect_by_oauth(home, there, secret="wrong")
    forgotten = connect_by_key(home, "Forgotten")
    sfn_json(home, "events", "deauthorize-connection", "--name", "Forgotten")
    caught = [
        (task(f"{there.url}/status/404", key), "States.Http.StatusCode.404", "Not Found"),
        (task(f"{there.url}/status/503", key, "HEAD"), "States.Http.StatusCode.503", "Service Unavailable"),
        (
            task("http://127.0.0.1:1/", key), "States.TaskFailed",
            "GET http://127.0.0.1:1/ failed: [Errno 111] Connection refused",
        ),
        (
            task(there.url, f"{ARN}/None/x"), "Events.ConnectionResource.ResourceNotFound",
            f"Connection '{ARN}/None/x' does not exist. Create it with: sfn events create-connection",
        ),
        (
            task(there.url, forgotten), "Events.ConnectionResource.InvalidConnectionState",
            "The connection Forgotten is DEAUTHORIZED.",
        ),
        (
            task(there.url, wrong_secret), "Events.ConnectionResource.InvalidConnectionState",
            "The authorization endpoint of the connection OAuth did not return a token: 401 Unauthorized",
        ),
    ]  # fmt: skip
    branches = []
    for number, (state, _, _) in enumerate(caught):
        name, after = f"T{number}", f"After{number}"
        tried = {**state, "Next": after, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": after}]}
        del tried["End"]
        branches.append({"StartAt": name, "States": {name: tried, after: {"Type": "Pass", "End": True}}})
    done = run(home, {"Type": "Parallel", "Branches": branches, "End": True}, "Caught")
    reported = [
        (entry["Error"], entry["Cause"].replace("[Errno 61]", "[Errno 111]"))
        for entry in json.loads(done["output"])
    ]
    assert reported == [(error, cause) for _, error, cause in caught]


@pytest.mark.slow
def test_a_request_that_is_traced(home: Path, there: Api) -> None:
    """TestState shows the request and the response; the connection's additions only on request."""
    key = connect_by_key(home, QueryStringParameters=[{"Key": "added", "Value": "hidden"}])
    state = json.dumps(
        task(
            f"{there.url}/status/404",
            key,
            Headers={"h": "1"},
            QueryParameters={"q": "1"},
            RequestBody={"m": 1},
        )
    )

    def traced(*options: str) -> dict[str, Any]:
        answer: dict[str, Any] = sfn_json(
            home, "test-state", "--definition", state, "--role-arn", ROLE, *options
        )
        assert (answer["error"], answer["cause"]) == ("States.Http.StatusCode.404", "Not Found")
        return answer["inspectionData"]

    own = "User-Agent: Amazon|StepFunctions|HttpInvoke|us-east-1, Range: bytes=0-262144"
    data = traced("--inspection-level", "TRACE")
    assert data["request"] == {
        "protocol": "http",
        "method": "GET",
        "url": f"{there.url}/status/404?q=1",
        "headers": f"[h: 1, {own}]",
        "body": '{"m":1}',
    }
    assert (data["response"]["statusCode"], data["response"]["statusMessage"]) == ("404", "Not Found")
    assert data["response"]["body"] == '{"why": "hidden by AWS"}'
    data = traced("--inspection-level", "TRACE", "--reveal-secrets")
    assert data["request"]["url"].endswith("?q=1&added=hidden")
    assert data["request"]["headers"] == f"[h: 1, ApiKey: hidden, {own}]"
    assert "request" not in traced("--inspection-level", "DEBUG")


@pytest.mark.slow
def test_connections_over_http(home: Path, there: Api) -> None:
    """EventBridge's clients create, show and delete connections.

    A task, and an aws-sdk task, find them by AWS's own ARN.
    """
    with serving(home) as url:
        events = boto3.client(
            "events", "us-east-1", endpoint_url=url, aws_access_key_id="any", aws_secret_access_key="any"
        )
        created = events.create_connection(
            Name="Stripe", AuthorizationType="API_KEY",
            AuthParameters={"ApiKeyAuthParameters": {"ApiKeyName": "k", "ApiKeyValue": "hidden"}},
        )  # fmt: skip
        assert events.list_connections()["Connections"][0]["ConnectionArn"] == created["ConnectionArn"]
        described = events.describe_connection(Name="Stripe")
        assert described["AuthParameters"] == {"ApiKeyAuthParameters": {"ApiKeyName": "k"}}
        done = run(home, task(f"{there.url}/json", f"{ARN}/Stripe/{AWS_ID}"))
        assert json.loads(done["output"])["ResponseBody"]["headers"]["k"] == "hidden"
        sdk = {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:eventbridge:describeConnection",
            "Parameters": {"Name": "Stripe"},
        }
        reported = json.loads(run(home, {**sdk, "End": True}, "Sdk")["output"])
        assert (reported["ConnectionArn"], reported["AuthParameters"]) == (
            created["ConnectionArn"],
            described["AuthParameters"],
        )
        events.delete_connection(Name="Stripe")
        with pytest.raises(events.exceptions.ResourceNotFoundException):
            events.describe_connection(Name="Stripe")
