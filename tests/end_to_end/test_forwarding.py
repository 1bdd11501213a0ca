"""`sfn serve` forwards requests for other AWS services to the services that tasks call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.processes import serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

pytestmark = pytest.mark.slow  # AWS's services take seconds to start

KEY = "a b/ü"


class Server:
    """A server, and boto3's clients of it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.port = int(url.rpartition(":")[2])

    def client(self, service: str, **options: Any) -> Any:
        keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any", **options}
        return boto3.client(service, "us-east-1", endpoint_url=self.url, **keys)

    def get(self, path: str, headers: Mapping[str, str]) -> bytes:
        with urlopen(Request(f"{self.url}{path}", headers=dict(headers)), timeout=60) as answer:
            content: bytes = answer.read()
            return content


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("forwarding") / "home"
    with serving(home) as url:
        server = Server(url)
        s3 = server.client("s3")
        s3.create_bucket(Bucket="photos")
        s3.put_object(Bucket="photos", Key=KEY, Body=b"hello", ACL="public-read")
        yield server


@pytest.mark.parametrize(
    "path, host",
    [
        ("/photos/", "127.0.0.1"),
        ("/photos/", "localhost"),
        ("/", "photos.localhost"),
        ("/", "photos.s3.localhost"),
    ],
)
def test_bucket_in_path_or_host(server: Server, path: str, host: str) -> None:
    """A bucket can be named in the path, or before the host."""
    assert server.get(path + quote(KEY), {"Host": f"{host}:{server.port}"}) == b"hello"


def test_a_presigned_url(server: Server) -> None:
    url = server.client("s3").generate_presigned_url("get_object", Params={"Bucket": "photos", "Key": KEY})
    assert server.get(url.removeprefix(server.url), {}) == b"hello"


def test_a_bucket_that_is_called_as_the_console(server: Server) -> None:
    """A signed request to /console is S3's; without a signature, it is the console's."""
    s3 = server.client("s3")
    s3.create_bucket(Bucket="console")
    s3.put_object(Bucket="console", Key="tasks", Body=b"mine", ACL="public-read")
    assert s3.get_object(Bucket="console", Key="tasks")["Body"].read() == b"mine"
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "console", "Key": "tasks"})
    assert server.get(url.removeprefix(server.url), {}) == b"mine"
    assert server.get("/tasks", {"Host": f"console.localhost:{server.port}"}) == b"mine"
    assert b"<!DOCTYPE html>" in server.get("/console/tasks?text=X-Amz-Signature", {})


def test_a_queue_is_found_at_this_server(server: Server) -> None:
    """The URL of a queue points to the server that created it."""
    sqs = server.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    assert url == f"{server.url}/123456789012/q"
    sqs.send_message(QueueUrl=url, MessageBody="hello")
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "hello"


def test_a_large_object(server: Server) -> None:
    """An object may be larger than the bodies that sfn itself accepts."""
    s3, body = server.client("s3"), b"0123456789" * 8_000_000
    s3.put_object(Bucket="photos", Key="large", Body=body)
    assert s3.get_object(Bucket="photos", Key="large")["Body"].read() == body


def test_an_unsupported_operation_of_sfn(server: Server) -> None:
    """Functions belong to sfn: unsupported operations are not forwarded to the local services."""
    with pytest.raises(ClientError, match="UnknownOperationException"):
        server.client("lambda").list_code_signing_configs()


@pytest.mark.parametrize("secret", ["right", "wrong"])
def test_signatures_are_checked(tmp_path: Path, secret: str) -> None:
    """With --credentials, a request is forwarded only if its signature is right."""
    file = tmp_path / "credentials"
    file.write_text("[default]\naws_access_key_id = me\naws_secret_access_key = right\n")
    home = tmp_path / "home"
    with serving(home, arguments=["--credentials", str(file)]) as url:
        client = Server(url).client("sqs", aws_access_key_id="me", aws_secret_access_key=secret)
        if secret == "right":
            assert "QueueUrls" not in client.list_queues()
        else:
            with pytest.raises(ClientError, match="InvalidSignatureException"):
                client.list_queues()


def test_another_server_is_named(tmp_path: Path) -> None:
    """If tasks call another server for all services, requests are not forwarded to the local services."""
    home = tmp_path / "home"
    with (
        serving(home, environment={"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}) as url,
        pytest.raises(ClientError, match="sfn does not support"),
    ):
        Server(url).client("sqs").list_queues()
