"""What Lambda refuses, in its words: recordings of AWS from November 2025 to January 2026."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli import api
from sfn_cli.api.model import load_model
from sfn_cli.errors import ApiError
from tests.api.fakes import make_service
from tests.functions.workbench import ROLE, RUNTIME, zip_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.api.service import Service

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function"
CREATED = {
    "FunctionName": "new",
    "Runtime": RUNTIME,
    "Handler": "app.handler",
    "Role": ROLE,
    "Code": {"ZipFile": zip_of({"app.py": "def handler(event, context): return event"})},
}
UNABLE = (
    "Lambda was unable to configure your environment variables because the environment variables you have "
    "provided "
)
RUNTIMES = (
    "[nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, java25, "
    "python3.10, python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, nodejs16.x, "
    "dotnet10, dotnet8, java11, dotnet6, nodejs18.x, provided.al2, java8.al2]"
)
NAMES = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?"
    r"(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?"
)
NOT_A_POLICY = "The resource you requested does not exist."
INVALID = ("InvalidParameterValueException", 400)
BROKEN = ("ValidationException", 400)
GONE = ("ResourceNotFoundException", 404)
NO_JSON = ("InvalidRequestContentException", 400)
SOURCE = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: "
VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"


def broken(value: object, member: str, constraint: str) -> str:
    return (
        f"1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: {constraint}"
    )


def unparsed(reason: str, column: int) -> str:
    return (
        f"Could not parse request body into json: Could not parse payload into json: {reason}\n"
        f" at {SOURCE}{column}]"
    )


REFUSED: list[tuple[str, dict[str, Any], tuple[str, int], str]] = [
    # Limits of CreateFunction
    (
        "CreateFunction",
        {"Runtime": "PYTHON3.9"},
        INVALID,
        (
            f"Value PYTHON3.9 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
            f"{RUNTIMES} or be a valid ARN"
        ),
    ),
    (
        "CreateFunction",
        {"FunctionName": "a" * 65},
        INVALID,
        broken(f"'{'a' * 65}'", "functionName", "Member must have length less than or equal to 64"),
    ),
    (
        "CreateFunction",
        {"FunctionName": "invalid:function:name"},
        BROKEN,
        broken(
            "'invalid:function:name'",
            "functionName",
            f"Member must satisfy regular expression pattern: {NAMES}",
        ),
    ),
    (
        "CreateFunction",
        {"Role": "r1"},
        BROKEN,
        broken(
            "'r1'",
            "role",
            "Member must satisfy regular expression pattern: "
            r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+",
        ),
    ),
    (
        "CreateFunction",
        {"Architectures": ["x86_64", "arm64"]},
        BROKEN,
        broken("'[x86_64, arm64]'", "architectures", "Member must have length less than or equal to 1"),
    ),
    (
        "CreateFunction",
        {"Architectures": ["X86_64"]},
        BROKEN,
        broken(
            "'[X86_64]'",
            "architectures",
            "Member must satisfy constraint: "
            "[Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
        ),
    ),
    (
        "CreateFunction",
        {"VpcConfig": {"SubnetIds": ["net"]}},
        BROKEN,
        broken(
            "'[net]'",
            "vpcConfig.subnetIds",
            "Member must satisfy constraint: [Member must have length less than or equal to 1024, "
            "Member must have length greater than or equal to 0, "
            "Member must satisfy regular expression pattern: subnet-[0-9a-z]*]",
        ),
    ),
    (
        "CreateFunction",
        {"Environment": {"Variables": {"LARGE_VAR": "x" * 4081}}},
        INVALID,
        f'{UNABLE}exceeded the 4KB limit. String measured: {{"LARGE_VAR":"{"x" * 4081}"}}',
    ),
    # Users' reports (aws-cdk pull request 28048, LocalStack issue 2951)
    (
        "CreateFunction",
        {"Environment": {"Variables": {"AWS_REGION": "mars", "AB": "1", "AWS_SESSION_TOKEN": "t"}}},
        INVALID,
        (
            f"{UNABLE}contains reserved keys that are currently not supported for modification. Reserved "
            "keys used in this request: AWS_REGION, AWS_SESSION_TOKEN"
        ),
    ),
    (
        "CreateFunction",
        {"Environment": {"Variables": {"1": "a"}}},
        BROKEN,
        (
            "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map "
            "keys must satisfy constraint: "
            "[Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]"
        ),
    ),
    (
        "UpdateFunctionConfiguration",
        {"Timeout": 901},
        BROKEN,
        broken("'901'", "timeout", "Member must have value less than or equal to 900"),
    ),
    (
        "UpdateFunctionConfiguration",
        {"MemorySize": 10241, "EphemeralStorage": {"Size": 10241}},
        BROKEN,
        (
            "2 validation errors detected: Value '10241' at 'memorySize' failed to satisfy constraint: "
            "Member must have value less than or equal to 10240; Value '10241' at 'ephemeralStorage.size' "
            "failed to satisfy constraint: Member must have value less than or equal to 10240"
        ),
    ),
    # What does not exist
    ("Invoke", {"FunctionName": "gone"}, GONE, f"Function not found: {FUNCTION}:gone:$LATEST"),
    ("Invoke", {"Qualifier": "gone"}, GONE, f"Function not found: {FUNCTION}:fn:gone"),
    ("GetFunction", {"FunctionName": "gone"}, GONE, f"Function not found: {FUNCTION}:gone"),
    ("GetFunction", {"Qualifier": "1221"}, GONE, f"Function not found: {FUNCTION}:fn:1221"),
    (
        "DeleteFunction",
        {"FunctionName": "gone", "Qualifier": "1"},
        GONE,
        f"Function not found: {FUNCTION}:gone",
    ),
    (
        "DeleteFunction",
        {"FunctionName": "gone", "Qualifier": "live"},
        INVALID,
        "Deletion of aliases is not currently supported.",
    ),
    (
        "PutFunctionConcurrency",
        {"FunctionName": "gone", "ReservedConcurrentExecutions": 1},
        GONE,
        f"Function not found: {FUNCTION}:gone:$LATEST",
    ),
    (
        "PutFunctionConcurrency",
        {"FunctionName": f"{FUNCTION}:fn:1", "ReservedConcurrentExecutions": 1},
        INVALID,
        (
            "This operation is permitted on Lambda functions only. Aliases and versions do not support this "
            "operation. Please specify either a function name or an unqualified function ARN."
        ),
    ),
    ("GetPolicy", {"FunctionName": "gone"}, GONE, NOT_A_POLICY),
    ("GetPolicy", {"Qualifier": "42"}, GONE, NOT_A_POLICY),
    (
        "RemovePermission",
        {"FunctionName": "gone", "StatementId": "s"},
        GONE,
        f"No policy found for: {FUNCTION}:gone",
    ),
    ("RemovePermission", {"StatementId": "s"}, GONE, "No policy is associated with the given resource."),
    (
        "RemovePermission",
        {"StatementId": "s", "Qualifier": "gone"},
        GONE,
        f"Cannot find alias arn: {FUNCTION}:fn:gone",
    ),
    *(
        (
            "AddPermission",
            {"Qualifier": qualifier, "StatementId": "s", "Action": "lambda:*", "Principal": "*"},
            *is_,
        )
        for qualifier, *is_ in (
            ("$LATEST", INVALID, "We currently do not support adding policies for $LATEST."),
            ("gone", GONE, f"Cannot find alias arn: {FUNCTION}:fn:gone"),
            ("42", GONE, f"Function not found: {FUNCTION}:fn:42"),
            ("with-$", GONE, f"Function not found: {FUNCTION}:fn:with-$"),
        )
    ),
    # Aliases
    (
        "CreateAlias",
        {"Name": "a", "FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 2.0}}},
        BROKEN,
        broken(
            "'{2=2.0}'",
            "routingConfig.additionalVersionWeights",
            "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, "
            "Member must have value greater than or equal to 0.0, Member must not be null]",
        ),
    ),
    (
        "CreateAlias",
        {
            "Name": "a",
            "FunctionVersion": "1",
            "RoutingConfig": {"AdditionalVersionWeights": {"$LATEST": 0.5}},
        },
        BROKEN,
        broken(
            "'{$LATEST=0.5}'",
            "routingConfig.additionalVersionWeights",
            "Map keys must satisfy constraint: [Member must have length less than or equal to 1024, "
            "Member must have length greater than or equal to 1, "
            "Member must satisfy regular expression pattern: [0-9]+]",
        ),
    ),
    # Payloads: the first two are recorded
    (
        "Invoke",
        {"Payload": b"\x99\xeb,j"},
        NO_JSON,
        unparsed(f"Unexpected character ((CTRL-CHAR, code 153)): expected a valid value {VALUES}", 1),
    ),
    ("Invoke", {"Payload": b"n\x87r"}, NO_JSON, unparsed("Invalid UTF-8 start byte 0x87", 3)),
    ("Invoke", {"Payload": b'{"a": "\xe9b"}'}, NO_JSON, unparsed("Invalid UTF-8 middle byte 0x62", 10)),
    (
        "Invoke",
        {"Payload": b"nope"},
        NO_JSON,
        unparsed(f"Unrecognized token 'nope': was expecting {VALUES}", 5),
    ),
    (
        "Invoke",
        {"Payload": b'{"a": 1'},
        NO_JSON,
        unparsed(
            f"Unexpected end-of-input: expected close marker for Object (start marker at {SOURCE}1])", 8
        ),
    ),
    (
        "Invoke",
        {"ClientContext": "no base64"},
        NO_JSON,
        "Client context must be a valid Base64-encoded JSON object.",
    ),
    (
        "CreateEventSourceMapping",
        {"EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:q", "StartingPosition": "invalid"},
        BROKEN,
        broken(
            "'invalid'",
            "startingPosition",
            "Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]",
        ),
    ),
]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = make_service(tmp_path_factory.mktemp("lambda"))
    api.answer_api(service, load_model("lambda", "CreateFunction"), {**CREATED, "FunctionName": "fn"})
    api.answer_api(service, load_model("lambda", "PublishVersion"), {"FunctionName": "fn"})
    yield service
    service.close()


@pytest.mark.parametrize(
    "operation, request_, refusal, message", REFUSED, ids=[f"{row[0]}-{n}" for n, row in enumerate(REFUSED)]
)
def test_refusal(
    service: Service, operation: str, request_: dict[str, Any], refusal: tuple[str, int], message: str
) -> None:
    """Code, status and words are AWS's."""
    base = CREATED if operation == "CreateFunction" else {"FunctionName": "fn"}
    with pytest.raises(ApiError) as refused:
        api.answer_api(service, load_model("lambda", operation), {**base, **request_})
    assert (refused.value.code, refused.value.status) == refusal
    assert refused.value.message == message


def test_limits_that_are_kept(service: Service) -> None:
    """The environment has 4,096 bytes as JSON text at most; a name may be an ARN."""
    variables = {"LARGE_VAR": "x" * 4080}
    assert len(json.dumps(variables, separators=(",", ":"))) == 4096
    request = {"FunctionName": f"{FUNCTION}:full", "Timeout": 900, "MemorySize": 10240}
    created = api.answer_api(
        service,
        load_model("lambda", "CreateFunction"),
        {**CREATED, **request, "Environment": {"Variables": variables}},
    )
    assert created["FunctionArn"] == f"{FUNCTION}:full"
