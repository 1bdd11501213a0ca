"""The endpoints and credentials of clients; no calls are made."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import EndpointConnectionError, ParamValidationError

from sfn_cli.errors import ConfigurationError
from sfn_cli.integrations.aws.clients import Clients
from sfn_cli.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Protocol

    class MakeClients(Protocol):
        def __call__(self, environment: Mapping[str, str], *, config: str = "") -> Clients: ...


HERE = "http://127.0.0.1:9"
THERE = "http://there.example:9"
REAL = "https://sqs.us-east-1.amazonaws.com"
USER = {"AWS_ACCESS_KEY_ID": "the-user", "AWS_SECRET_ACCESS_KEY": "secret"}
MADE_UP, OWN = "sfn", "the-user"

CONFIG = """
[default]
endpoint_url = http://127.0.0.1:9
[profile there]
services = there
[services there]
sqs =
  endpoint_url = http://there.example:9
"""
CREDENTIALS = """
[default]
aws_access_key_id = the-user
aws_secret_access_key = secret
[only-here]
aws_access_key_id = the-user
aws_secret_access_key = secret
"""


@pytest.fixture
def clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeClients:
    """Returns a function that creates Clients for an environment, with an AWS user's files."""

    def make(environment: Mapping[str, str], *, config: str = "") -> Clients:
        for name in [name for name in os.environ if name.startswith(("AWS_", "SFN_"))]:
            monkeypatch.delenv(name)
        for name, text in (("config", config), ("credentials", CREDENTIALS)):
            (tmp_path / name).write_text(text)
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return Clients(Settings.from_environment({**os.environ, "SFN_HOME": str(tmp_path)}))

    return make


@pytest.mark.parametrize(
    "environment, config, endpoint, key",
    [
        ({"AWS_ENDPOINT_URL": HERE}, "", HERE, MADE_UP),
        ({"AWS_ENDPOINT_URL": HERE, "AWS_ENDPOINT_URL_SQS": THERE}, "", THERE, MADE_UP),
        ({"AWS_ENDPOINT_URL": HERE, "AWS_ENDPOINT_URL_S3": THERE}, "", HERE, MADE_UP),
        ({"AWS_ENDPOINT_URL": HERE, **USER}, "", HERE, MADE_UP),
        ({"AWS_ENDPOINT_URL": HERE, "AWS_PROFILE": "only-here"}, "", HERE, MADE_UP),
        ({}, CONFIG, HERE, MADE_UP),
        ({"AWS_PROFILE": "there"}, CONFIG, THERE, MADE_UP),
        # To AWS itself, because the user allows it: as in botocore.
        ({"SFN_AWS": "real"}, "", REAL, OWN),
        ({"SFN_AWS": "real", **USER}, "", REAL, OWN),
        ({"SFN_AWS": "real", "AWS_ENDPOINT_URL": HERE}, "", HERE, OWN),
        ({"AWS_ENDPOINT_URL_SQS": REAL}, "", REAL, OWN),
    ],
)  # fmt: skip
def test_endpoints_of_calls(
    clients: MakeClients, environment: dict[str, str], config: str, endpoint: str, key: str
) -> None:
    """An endpoint that is set wins.

    The user's credentials are used for AWS only, and for endpoints that are set with SFN_AWS=real.
    """
    client = clients(environment, config=config).get("sqs")
    assert (client.meta.endpoint_url, client._request_signer._credentials.access_key) == (endpoint, key)


def test_another_word_than_real(clients: MakeClients) -> None:
    """A misspelt SFN_AWS is reported, and does not allow calls to AWS."""
    with pytest.raises(ConfigurationError, match="SFN_AWS is 'Real'"):
        clients({"SFN_AWS": "Real"})


@pytest.mark.parametrize(
    "sdk_name, botocore_name",
    [
        ("sfn", "stepfunctions"),
        ("s3", "s3"),
        ("cloudwatchlogs", "logs"),
        ("eventbridge", "events"),
        ("acmpca", "acm-pca"),
        ("none", None),
    ],
)
def test_names_of_services(clients: MakeClients, sdk_name: str, botocore_name: str | None) -> None:
    """aws-sdk tasks name a service by the id in its model, in lower case without spaces."""
    assert clients({}).service_name(sdk_name) == botocore_name


def test_clients_with_similar_time_limits_are_shared(clients: MakeClients) -> None:
    """A long time limit needs a client that waits as long; similar limits share a client."""
    made = clients({"AWS_ENDPOINT_URL": HERE})
    budget = {
        seconds: made.get("sqs", timeout_seconds=seconds).meta.config.read_timeout
        for seconds in (None, 1, 10, 11, 900, 5000)
    }
    assert budget == {None: 60, 1: 10, 10: 10, 11: 60, 900: 900, 5000: 900}
    assert made.get("sqs", timeout_seconds=3) is made.get("sqs", timeout_seconds=7)


def test_a_request_without_a_target(clients: MakeClients) -> None:
    """The service reports the problems of a request, unless the URI is incomplete."""
    made = clients({"AWS_ENDPOINT_URL": HERE})
    with pytest.raises(ParamValidationError, match='Missing required parameter in input: "Key"'):
        made.get("s3").get_object(Bucket="b")
    with pytest.raises(EndpointConnectionError):
        made.get("sqs").send_message()
