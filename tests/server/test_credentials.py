"""`sfn serve --credentials FILE`: requests must be signed, as AWS's own signer signs them."""

from __future__ import annotations

import http.client
import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from sfn_cli.errors import ConfigurationError
from sfn_cli.server import credentials
from tests.processes import sfn
from tests.server.served import Served, refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = """
[default]
aws_access_key_id = AKIDEXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY

# Passed over: it has no key of its own.
[by-role]
role_arn = arn:aws:iam::123456789012:role/r
source_profile = default

[temporary]
aws_access_key_id=ASIAEXAMPLE
aws_secret_access_key=%secret%
aws_session_token=token==
"""
LONG = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
TEMPORARY = Credentials("ASIAEXAMPLE", "%secret%", "token==")
LIST = {"X-Amz-Target": "AWSStepFunctions.ListStateMachines", "Content-Type": "application/x-amz-json-1.0"}

MISSING = ("MissingAuthenticationTokenException", "Missing Authentication Token")
UNRECOGNIZED = ("UnrecognizedClientException", "The security token included in the request is invalid.")
MISMATCH = (
    "InvalidSignatureException",
    (
        "The request signature we calculated does not match the signature you provided. "
        "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
    ),
)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with the credentials in FILE."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "credentials").write_text(FILE)
    served = Served(str(folder / "home"), "--credentials", str(folder / "credentials"))
    yield served
    served.stop()


def signed(
    served: Served,
    by: Credentials,
    method: str = "POST",
    path: str = "/",
    body: bytes = b"{}",
    auth: Any = SigV4Auth,
    **headers: str,
) -> AWSRequest:
    """Returns a request signed by botocore; `_` in a header's name stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = AWSRequest(method, served.url + path, named, body or None)
    auth(by, "states", "eu-central-1").add_auth(request)
    return request


def send(
    served: Served, request: AWSRequest, *, body: bytes | None = None, repeated: tuple[str, ...] = ()
) -> tuple[int, str, str]:
    """Returns the status, the code and the message of the answer to a request.

    `body` replaces the signed one.
    """
    content = (request.data or b"") if body is None else body
    url = urlsplit(request.url)
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    connection.putrequest(
        request.method, url.path + (f"?{url.query}" if url.query else ""), skip_accept_encoding=True
    )
    for name, value in request.headers.items():
        connection.putheader(name, value)
    for value in repeated:
        connection.putheader("X-Odd", value)
    connection.putheader("Content-Length", str(len(content)))
    connection.endheaders(content)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    assert response.headers["x-amzn-requestid"]
    if "xml" in response.headers["content-type"]:
        code, message = (
            re.search("<Code>(.*)</Code><Message>(.*)</Message>", text).groups()
            if response.status >= 300
            else ("", "")
        )
        return response.status, code, message
    answer = json.loads(text)
    code = response.headers.get("x-amzn-errortype", "")
    assert answer.get("Type") == "User" or answer.get("__type", "") == code  # Lambda's own errors: no __type
    return response.status, code, answer.get("message", "")


@pytest.mark.parametrize("by", [LONG, TEMPORARY])
@pytest.mark.parametrize(
    "request_of",
    [
        {"headers": LIST},
        {"headers": {**LIST, "X-Odd": "  a   b  ", "X-Empty": "", "x-lower": "é"}},
        {"headers": {**LIST, "Date": "set below"}},
        {"path": "/?b=2&a=1&a=0&empty&pl%2Bus=%20~", "headers": LIST},
        {"method": "GET", "path": "/2015-03-31/functions/?MaxItems=5", "body": b""},
        {"path": "/./x/..//", "headers": LIST},
        {
            "body": b"Action=GetCallerIdentity&Version=2011-06-15",
            "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        },
    ],
    ids=["json", "headers", "date", "query", "get", "path", "form"],
)  # fmt: skip
def test_accepted(guarded: Served, by: Credentials, request_of: dict[str, Any]) -> None:
    """A request that botocore signs is accepted, whatever region and service it names."""
    headers = dict(request_of.get("headers", {}))
    if "Date" in headers:
        headers["Date"] = f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S GMT}"
    given = {name: value for name, value in request_of.items() if name != "headers"}
    assert send(guarded, signed(guarded, by, **given, **headers)) == (200, "", "")


def test_repeated_headers(guarded: Served) -> None:
    """A header that comes twice is signed as one, its values in order."""
    request = signed(guarded, LONG, X_Odd="one,two  three", **LIST)
    del request.headers["X-Odd"]
    assert send(guarded, request, repeated=(" one ", "two  three"))[0] == 200


def test_a_functions_arn_in_the_path(guarded: Served) -> None:
    """The path is signed as it was sent, encoded once more."""
    arn = "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Agone"
    answer = send(guarded, signed(guarded, LONG, "GET", f"/2015-03-31/functions/{arn}", b""))
    assert answer[:2] == (404, "ResourceNotFoundException")


@pytest.mark.parametrize("by", [LONG, TEMPORARY])
def test_a_presigned_url(guarded: Served, by: Credentials) -> None:
    """The signature may be in the query."""
    request = signed(guarded, by, "GET", "/2015-03-31/functions/?MaxItems=5", b"", auth=SigV4QueryAuth)
    assert "X-Amz-Signature=" in request.url
    assert send(guarded, request)[0] == 200
    request.url = request.url.replace("MaxItems=5", "MaxItems=6")
    assert send(guarded, request) == (403, *MISMATCH)


def at(shift: timedelta) -> Any:
    """A signer whose clock is so far from the right time."""

    class Shifted(SigV4Auth):
        def add_auth(self, request: AWSRequest) -> None:
            self.shifted = datetime.now(UTC) + shift
            request.context["timestamp"] = f"{self.shifted:%Y%m%dT%H%M%SZ}"
            self._modify_request_before_signing(request)
            canonical = self.canonical_request(request)
            self._inject_signature_to_request(
                request, self.signature(self.string_to_sign(request, canonical), request)
            )

    return Shifted


@pytest.mark.parametrize(
    "shift, refusal",
    [
        (timedelta(minutes=-4), None),
        (timedelta(minutes=4), None),
        (
            timedelta(minutes=-6),
            r"Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)",
        ),
        (
            timedelta(minutes=6),
            (
                r"Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z "
                r"\(\d{8}T\d{6}Z \+ 5 min\.\)"
            ),
        ),
    ],
)
def test_clocks(guarded: Served, shift: timedelta, refusal: str | None) -> None:
    """A signature is good for five minutes, either way."""
    status, code, message = send(guarded, signed(guarded, LONG, auth=at(shift), **LIST))
    if refusal is None:
        assert (status, code) == (200, "")
    else:
        assert (status, code) == (403, "InvalidSignatureException")
        assert re.fullmatch(refusal, message)


def test_what_is_changed_on_the_way(guarded: Served) -> None:
    """Body, method, path, query and headers are what was signed, or the request is refused."""
    request = signed(guarded, LONG, **LIST)
    assert send(guarded, request, body=b'{"maxResults":1}') == (403, *MISMATCH)
    for attribute, value in (("url", guarded.url + "/?a=1"), ("url", guarded.url + "/x"), ("method", "PUT")):
        request = signed(guarded, LONG, **LIST)
        setattr(request, attribute, value)
        assert send(guarded, request) == (403, *MISMATCH), value
    request = signed(guarded, LONG, **LIST)
    request.headers.replace_header("X-Amz-Target", "AWSStepFunctions.ListActivities")
    assert send(guarded, request) == (403, *MISMATCH)
    request = signed(guarded, LONG, X_Amz_Content_SHA256="0" * 64, **LIST)
    assert send(guarded, request) == (403, *MISMATCH)


def test_what_must_be_signed(guarded: Served) -> None:
    """A header that decides which operation is called must be signed."""
    request = signed(guarded, LONG, Content_Type=LIST["Content-Type"])
    request.headers["X-Amz-Target"] = LIST["X-Amz-Target"]
    code, message = send(guarded, request)[1:]
    assert (code, message) == (
        "InvalidSignatureException",
        "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.",
    )
    request = signed(guarded, LONG, **LIST)
    request.headers.replace_header("Authorization", request.headers["Authorization"].replace("host;", ""))
    assert "'Host' or ':authority' must be a 'SignedHeader'" in send(guarded, request)[2]


@pytest.mark.parametrize(
    "by, refusal",
    [
        (Credentials("AKIDEXAMPLE", "another"), MISMATCH),
        (Credentials("AKIDOTHER", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), UNRECOGNIZED),
        (Credentials("ASIAEXAMPLE", "%secret%"), UNRECOGNIZED),
        (Credentials("ASIAEXAMPLE", "%secret%", "token=x"), UNRECOGNIZED),
        (Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "token=="), UNRECOGNIZED),
    ],
)
@pytest.mark.parametrize("protocol", ["json", "rest", "query"])
def test_who_is_not_known(guarded: Served, by: Credentials, refusal: tuple[str, str], protocol: str) -> None:
    """Each protocol has the error in its own shape; that of queries has names of its own."""
    if protocol == "json":
        request = signed(guarded, by, **LIST)
    elif protocol == "rest":
        request = signed(guarded, by, "GET", "/2015-03-31/functions/", b"")
    else:
        request = signed(
            guarded, by, body=b"Action=GetCallerIdentity", Content_Type="application/x-www-form-urlencoded"
        )
        names = {
            "UnrecognizedClientException": "InvalidClientTokenId",
            "InvalidSignatureException": "SignatureDoesNotMatch",
        }
        refusal = (names[refusal[0]], refusal[1])
    assert send(guarded, request) == (403, *refusal)


SCOPE = "AKIDEXAMPLE/20260101/us-east-1/states/aws4_request"


@pytest.mark.parametrize(
    "authorization, refusal",
    [
        (None, MISSING),
        ("Basic YTpi", ("IncompleteSignatureException", "Unsupported AWS 'algorithm': 'Basic'.")),
        (
            "AWS4-HMAC-SHA256 Signature=00",
            (
                "IncompleteSignatureException",
                (
                    "Authorization header requires 'Credential' parameter. "
                    "Authorization header requires 'SignedHeaders' parameter. "
                    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
                ),
            ),
        ),
        (
            f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host, Signature=00",
            (
                "IncompleteSignatureException",
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
            ),
        ),
    ],
)
def test_who_did_not_sign(guarded: Served, authorization: str | None, refusal: tuple[str, str]) -> None:
    """An unsigned request is refused with the missing parts, before its body is read."""
    headers = LIST | ({} if authorization is None else {"Authorization": authorization})
    assert send(guarded, AWSRequest("POST", guarded.url + "/", headers, b"{}")) == (403, *refusal)


@pytest.mark.parametrize(
    "credential, date, refusal",
    [
        (
            "AKIDEXAMPLE/us-east-1/states/aws4_request",
            "20260101T000000Z",
            "Credential must have exactly 5 slash-delimited elements",
        ),
        (
            "AKIDEXAMPLE/20260101/us-east-1/states/aws3",
            "20260101T000000Z",
            "Credential should be scoped with a valid terminator",
        ),
        (SCOPE, "20260102T000000Z", "Date in Credential scope does not match"),
        (SCOPE, "soon", "Date must be in ISO-8601 'basic format'"),
        (SCOPE, "20260101T000000Z", "Signature expired: 20260101T000000Z is now earlier than"),
    ],
)
def test_scopes_and_dates(guarded: Served, credential: str, date: str, refusal: str) -> None:
    """An invalid AWS signature is refused in AWS's words."""
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host;x-amz-date;x-amz-target, Signature=é"
    )
    headers = {**LIST, "Authorization": authorization.encode().decode("latin-1"), "X-Amz-Date": date}
    assert refusal in send(guarded, AWSRequest("POST", guarded.url + "/", headers, b"{}"))[2]


def test_boto3(guarded: Served) -> None:
    """Clients need nothing but the right keys."""

    def client(service: str, secret: str) -> Any:
        keys = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": secret}
        config = Config(retries={"total_max_attempts": 1})
        return boto3.client(service, "us-east-1", endpoint_url=guarded.url, config=config, **keys)

    for service, operation in (
        ("stepfunctions", "list_activities"),
        ("logs", "describe_log_groups"),
        ("lambda", "list_functions"),
        ("sts", "get_caller_identity"),
    ):
        assert (
            getattr(client(service, str(LONG.secret_key)), operation)()["ResponseMetadata"]["HTTPStatusCode"]
            == 200
        )
        assert refused(getattr(client(service, "wrong"), operation))[2] == 403


@pytest.mark.parametrize("secret, code", [(str(LONG.secret_key), 0), ("wrong", 254)])
def test_the_terminal(guarded: Served, tmp_path: Path, secret: str, code: int) -> None:
    """sfn itself signs what it sends to an endpoint."""
    keys = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": secret}
    done = sfn(tmp_path, "list-activities", "--endpoint-url", guarded.url, environment=keys)
    assert (done.returncode, "InvalidSignatureException" in done.stderr) == (code, code != 0)


def test_assumed_roles(guarded: Served) -> None:
    """The credentials of a session are accepted, with their token."""

    def client(service: str, key: str, secret: str, token: str | None = None) -> Any:
        return boto3.client(
            service, "us-east-1", endpoint_url=guarded.url, aws_access_key_id=key,
            aws_secret_access_key=secret, aws_session_token=token,
        )  # fmt: skip

    role = client("sts", LONG.access_key, LONG.secret_key).assume_role(
        RoleArn="arn:aws:iam::111122223333:role/any", RoleSessionName="me"
    )["Credentials"]
    session = role["AccessKeyId"], role["SecretAccessKey"], role["SessionToken"]
    assert client("stepfunctions", *session).list_activities()["activities"] == []
    with pytest.raises(Exception, match="UnrecognizedClientException"):
        client("stepfunctions", *session[:2], "another").list_activities()


def test_the_gateway(guarded: Served) -> None:
    """The gateway requires a signature, too, like an API Gateway with AWS_IAM."""
    assert _gateway(guarded, AWSRequest("POST", f"{guarded.url}/gateway/Gone", {}, b"{}")) == (
        403,
        "Missing Authentication Token",
    )
    status, message = _gateway(guarded, signed(guarded, LONG, path="/gateway/Gone"))
    assert (status, "State Machine Does Not Exist" in message) == (404, True)


def _gateway(served: Served, request: AWSRequest) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    connection.request(
        request.method, urlsplit(request.url).path, request.data, dict(request.headers.items())
    )
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())["message"]
    connection.close()
    return answer


def test_health_needs_no_signature(guarded: Served) -> None:
    """A client that waits for the server to start has no keys."""
    connection = http.client.HTTPConnection("127.0.0.1", guarded.port, timeout=30)
    connection.request("GET", "/")
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize(
    "content, complaint",
    [
        (None, "No such file or directory"),
        (b"", "no profile has an aws_access_key_id and an aws_secret_access_key"),
        (b"[a]\nregion = x\n", "no profile has an aws_access_key_id and an aws_secret_access_key"),
        (b"[a]\naws_access_key_id = A\n", "profile a has no aws_secret_access_key"),
        (b"[a]\naws_secret_access_key = S\n", "profile a has no aws_access_key_id"),
        (b"aws_access_key_id = A\n", "line 1 is neither [profile] nor name = value below one"),
        (
            b"[a]\naws_access_key_id = A\naws_secret_access_key S\n",
            "line 3 is neither [profile] nor name = value below one",
        ),
        (b"\xff\xfe", "it is not UTF-8 text"),
        (
            (
                b"[a]\naws_access_key_id = A\naws_secret_access_key = S\n"
                b"[b]\naws_access_key_id = A\naws_secret_access_key = T\n"
            ),
            "profile b has another secret or token for an aws_access_key_id of an earlier profile",
        ),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, content: bytes | None, complaint: str) -> None:
    """One line says which file and what is wrong, and shows no secret."""
    path = tmp_path / "credentials"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError) as error:
        credentials.read_server_credentials(str(path))
    assert str(error.value) == f"Cannot use the credentials in {path}: {complaint}."
