"""http:invoke and apigateway:invoke: invalid requests and answers fail with States.Runtime.

TestState runs each task, with a separate store.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli import api, app
from sfn_cli.api import model
from sfn_cli.asl.validation.validate import validate
from sfn_cli.settings import Settings
from tests.http_api import api as http_api
from tests.processes import ROLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.http_api import Api

    Run = Callable[[str, dict[str, Any]], dict[str, Any]]


@pytest.fixture
def there() -> Iterator[Api]:
    with http_api() as server:
        yield server


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Yields a function that runs a task of a service with TestState.

    The store has a connection with a body parameter.
    """
    service = app.build_app(Settings(str(tmp_path), "us-east-1", "123456789012"))
    connection = {
        "ApiKeyAuthParameters": {"ApiKeyName": "k", "ApiKeyValue": "v"},
        "InvocationHttpParameters": {"BodyParameters": [{"Key": "a", "Value": "b"}]},
    }
    created = {"Name": "Key", "AuthorizationType": "API_KEY", "AuthParameters": connection}
    arn = api.call_api(service, model.load_model("events", "CreateConnection"), created)["ConnectionArn"]

    def run_task(name: str, given: dict[str, Any]) -> dict[str, Any]:
        more = {"InvocationConfig": {"ConnectionArn": arn}} if name == "http" else {}
        resource = f"arn:aws:states:::{name}:invoke"
        fixed = {"Method.$": "$.Method", "ApiEndpoint.$": "$.ApiEndpoint", **more}
        paths = {f"{field}.$": f"$.{field}" for field in given if field not in ("Method", "ApiEndpoint")}
        state = {"Type": "Task", "Resource": resource, "Parameters": {**fixed, **paths}, "End": True}
        request = {
            "definition": json.dumps(state),
            "roleArn": ROLE,
            "input": json.dumps({"Method": "GET", **given}),
        }
        return api.call_api(service, model.load_model("stepfunctions", "TestState"), request)

    yield run_task
    service.close()


HERE = "http://127.0.0.1:1"
METHODS = "should be one of [GET, POST, PUT, DELETE, PATCH, HEAD, OPTIONS] but was"


@pytest.mark.parametrize(
    "service, given, cause",
    [
        (
            "http",
            {"ApiEndpoint": "http://api.example.com/"},
            "should be an https URL (or http on this machine) but was http://api.exam",
        ),
        ("http", {"ApiEndpoint": "ftp://127.0.0.1/"}, "should be an https URL"),
        ("http", {"ApiEndpoint": "https://host:port/"}, "should be an https URL"),
        ("http", {"ApiEndpoint": 1}, "The field 'ApiEndpoint' is required but was missing"),
        ("http", {"ApiEndpoint": HERE, "Method": "TRACE"}, f"The field 'Method' {METHODS} \"TRACE\""),
        (
            "http",
            {"ApiEndpoint": HERE, "Headers": {"Host": "x", "X-Amz-A": ""}},
            "contains unsupported values: [host, x-amz-a]",
        ),
        ("http", {"ApiEndpoint": HERE, "Headers": ["x"]}, "The field 'Headers' must be an object"),
        ("http", {"ApiEndpoint": HERE, "Headers": {"a\nb": "x"}}, "Invalid header name"),
        (
            "http",
            {"ApiEndpoint": HERE, "Transform": {"RequestBodyEncoding": "XML"}},
            "should be one of [NONE, URL_ENCODED] but was",
        ),
        (
            "http",
            {"ApiEndpoint": HERE, "RequestBody": "text"},
            "RequestBody must be an object",
        ),
        ("http", {"ApiEndpoint": HERE, "Body": {}}, 'The field "Body" is not supported by Step Functions'),
        ("apigateway", {"ApiEndpoint": HERE, "Method": "get"}, f"The field 'Method' {METHODS} \"get\""),
        (
            "apigateway",
            {"ApiEndpoint": "api.example.com"},
            "should be ID.execute-api.REGION.amazonaws.com (or be on this machine)",
        ),
        (
            "apigateway",
            {"ApiEndpoint": "a.execute-api.us-east-1.amazonaws.com.example.com"},
            "should be ID.execute-api.REGION.",
        ),
        (
            "apigateway",
            {"ApiEndpoint": HERE, "AuthType": "API_KEY"},
            "should be one of [NO_AUTH, IAM_ROLE, RESOURCE_POLICY] but was",
        ),
        ("apigateway", {"ApiEndpoint": HERE, "Headers": {"Via": "x"}}, "contains unsupported values: [via]"),
        (
            "apigateway",
            {"ApiEndpoint": HERE, "Transform": {}},
            'The field "Transform" is not supported by Step Functions',
        ),
    ],
)
def test_invalid_requests(run: Run, service: str, given: dict[str, Any], cause: str) -> None:
    """A problem in the input is found when the task runs; nothing is sent."""
    answer = run(service, given)
    assert (answer["status"], answer["error"]) == ("FAILED", "States.Runtime")
    assert cause in answer["cause"]


@pytest.mark.parametrize(
    "path, error, cause",
    [
        ("/type/image/png", "States.Runtime", "content type image/png"),
        ("/type/text/plain", "States.Runtime", "cannot be read as text"),
        ("/large", "States.DataLimitExceeded", "exceeding the maximum number of bytes service limit"),
    ],
)
@pytest.mark.parametrize("service", ["http", "apigateway"])
def test_unusable_responses(run: Run, there: Api, service: str, path: str, error: str, cause: str) -> None:
    """A result must be text of at most 262,144 bytes."""
    answer = run(service, {"ApiEndpoint": there.url + path})
    assert (answer["status"], answer["error"]) == ("FAILED", error)
    assert cause in answer["cause"]


@pytest.mark.parametrize(
    "endpoint, field, valid",
    [
        ("https://api.example.com/x", "Parameters", True),
        ("https://api.example.com:8443", "Parameters", True),
        ("http://127.0.0.1:3000/", "Parameters", True),  # (ours) for APIs on this machine
        ("{% $url %}", "Arguments", True),
        # aws/aws-cdk#30749 quotes the message; which texts AWS refuses is not known.
        ("notaurl", "Parameters", False),
        ("notaurl", "Arguments", False),
        ("https://", "Parameters", False),
        ("ftp://x", "Parameters", False),
        ("http://api.example.com/", "Parameters", False),
        ("$.url", "Parameters", False),
    ],
)
def test_validated_endpoints(endpoint: str, field: str, *, valid: bool) -> None:
    """An ApiEndpoint that is not an expression must be an https URL when the machine is created."""
    request = {"ApiEndpoint": endpoint, "Method": "GET", "Authentication": {"ConnectionArn": "arn:c"}}
    state = {"Type": "Task", "Resource": "arn:aws:states:::http:invoke", field: request, "End": True}
    language = {"QueryLanguage": "JSONata"} if field == "Arguments" else {}
    found = validate(json.dumps({"StartAt": "S", "States": {"S": state}, **language}), "STANDARD")
    expected = [] if valid else [("The value for the 'ApiEndpoint' field is not valid", f"/States/S/{field}")]
    assert [(fault.message, fault.location) for fault in found if fault.severity == "ERROR"] == expected


@pytest.mark.parametrize(
    "method, path, more",
    [
        ("GET", "/status/204", {}),  # stackd
        ("GET", "/status/205", {}),  # HTTP allows no body
        ("HEAD", "/status/200", {}),
        ("GET", "/empty", {"ResponseBody": ""}),
    ],
)
def test_results_without_a_body(run: Run, there: Api, method: str, path: str, more: dict[str, Any]) -> None:
    """Where HTTP allows no body, the result has no ResponseBody."""
    output = json.loads(run("http", {"ApiEndpoint": f"{there.url}{path}", "Method": method})["output"])
    assert {name: output[name] for name in ("ResponseBody",) if name in output} == more
