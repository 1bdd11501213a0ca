"""Which requests are sfn's own, and which are forwarded."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from sfn_cli.server.endpoint.routing import is_for_storage, is_own_action, is_own_request
from sfn_cli.server.messages import HttpRequest

FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


def signed(service: str) -> dict[str, str]:
    return {
        "authorization": f"AWS4-HMAC-SHA256 Credential=key/20300101/us-east-1/{service}/aws4_request, "
        "SignedHeaders=host, Signature=ab",
        "x-amz-date": "20300101T000000Z",
    }


TRAIL = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101"


def target(name: str) -> dict[str, str]:
    return {"x-amz-target": name}


PRESIGNED = (
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=key%2F20300101%2Fus-east-1%2F{}%2Faws4_request"
    "&X-Amz-Date=20300101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=ab"
)


@pytest.mark.parametrize(
    "method, url, headers, is_own",
    [
        # The service that it was signed for
        ("POST", "/", {**signed("states"), **target("AWSStepFunctions.StartExecution")}, True),
        ("POST", "/2015-03-31/functions/f/invocations", signed("lambda"), True),
        ("POST", "/", {**signed("logs"), **target("Logs_20140328.FilterLogEvents")}, True),
        ("POST", "/", {**signed("dynamodb"), **target("DynamoDB_20120810.PutItem")}, False),
        ("POST", "/", {**signed("iam"), **FORM}, False),
        ("GET", "/", signed("s3"), False),
        ("PUT", "/2015-03-31/functions/key", signed("s3"), False),
        ("GET", "/2015-03-31/functions/key", {"authorization": "AWS key:signature"}, False),
        ("GET", "/bucket/key?" + PRESIGNED.format("s3"), {}, False),
        ("GET", "/2015-03-31/functions?" + PRESIGNED.format("lambda"), {}, True),
        # EventBridge: sfn has the operations of connections
        ("POST", "/", {**signed("events"), **target("AWSEvents.CreateConnection")}, True),
        # CloudTrail: sfn has LookupEvents
        ("POST", "/", {**signed("cloudtrail"), **target(f"{TRAIL}.LookupEvents")}, True),
        ("POST", "/", {**signed("cloudtrail"), **target(f"{TRAIL}.CreateTrail")}, False),
        # All of these are sfn's, also to refuse them
        ("POST", "/", {**signed("cloudformation"), **FORM}, True),
        ("POST", "/", {**signed("cloudcontrolapi"), **target("CloudApiService.ListResources")}, True),
        ("POST", "/schedules/s", signed("scheduler"), True),
        # STS: the body says which
        ("POST", "/", {**signed("sts"), **FORM}, None),
        ("POST", "/", FORM, None),
        ("GET", "/?Action=GetCallerIdentity&Version=2011-06-15", {}, None),
        # Not signed: the target, the host, the path
        ("POST", "/", target("AWSStepFunctions.SendTaskSuccess"), True),
        ("POST", "/", target("AWSCognitoIdentityProviderService.InitiateAuth"), False),
        ("GET", "/", {}, True),
        ("HEAD", "/", {}, True),
        ("GET", "/2015-03-31/functions/", {}, True),
        ("GET", "/bucket/key", {}, False),
        ("GET", "/", {"host": "photos.localhost:8083"}, False),
        ("GET", "/2015-03-31/key", {"host": "photos.s3.localhost:8083"}, False),
        ("GET", "/", {"host": "sync-127.0.0.1:8083"}, True),
        ("POST", "/gateway/Machine", signed("s3"), True),
        # Names below localhost are S3's
        ("POST", "/gateway/Machine", {"host": "photos.localhost"}, False),
        ("GET", "/", {"host": "photos.localhost", **signed("states")}, False),
    ],
)
def test_whose_request_it_is(method: str, url: str, headers: dict[str, str], is_own: bool | None) -> None:
    path, _, query = url.partition("?")
    request = HttpRequest(method, path, query, Headers({"host": "127.0.0.1:8083", **headers}), b"")
    assert is_own_request(request) is is_own


@pytest.mark.parametrize(
    "form, is_own",
    [
        ({"Action": "GetCallerIdentity", "Version": "2011-06-15"}, True),
        ({"Action": "AssumeRole", "Version": "2011-06-15"}, True),
        ({"Action": "GetFederationToken", "Version": "2011-06-15"}, False),
        ({"Action": "CreateStackInstances", "Version": "2010-05-15"}, True),
        ({"Action": "GetCallerIdentity", "Version": "2010-05-08"}, False),
        ({}, False),
    ],
)
def test_whose_action_it_is(form: dict[str, str], is_own: bool) -> None:
    assert is_own_action(form) is is_own


@pytest.mark.parametrize(
    "headers, is_for_s3",
    [
        ({}, True),
        (signed("s3"), True),
        (signed("states"), False),
        (FORM, False),
        (target("AWSStepFunctions.ListActivities"), False),
    ],
)
def test_what_is_for_s3(headers: dict[str, str], is_for_s3: bool) -> None:
    request = HttpRequest("POST", "/a", "", Headers({"host": "photos.localhost:8083", **headers}), b"")
    assert is_for_storage(request) is is_for_s3
