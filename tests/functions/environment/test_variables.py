"""The AWS variables of a function: credentials, region, trace id and endpoints."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import create_function, sfn

if TYPE_CHECKING:
    from pathlib import Path

    from tests.functions.workbench import Workbench

HERE = "http://127.0.0.1:9"
REAL = "https://sqs.us-east-1.amazonaws.com"
OWN = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "token",
    "AWS_PROFILE": "mine",
    "AWS_SHARED_CREDENTIALS_FILE": "/home/me/credentials",
    "AWS_CONFIG_FILE": "config",
}
MADE_UP = {
    "AWS_ACCESS_KEY_ID": "SFN…",
    "AWS_SECRET_ACCESS_KEY": "sfn",
    "AWS_SESSION_TOKEN": "sfn",
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
LOCAL = {"AWS_ENDPOINT_URL": "http://127.0.0.1:…", "AWS_DISABLE_HOST_PREFIX_INJECTION": "true"}
NAMES = [*OWN, *MADE_UP, *LOCAL, "AWS_ENDPOINT_URL_SQS"]

CONFIG = f"""
[default]
endpoint_url = {HERE}
[profile mine]
region = us-east-1
[profile there]
services = there
[services there]
sqs =
  endpoint_url = {HERE}
[profile real]
endpoint_url = {REAL}
"""

HANDLER = """
import os
def handler(event, context):
    return {name: os.environ[name] for name in event if name in os.environ}
"""


@pytest.mark.parametrize(
    "environment, variables, seen",
    [
        (OWN, {}, {**MADE_UP, **LOCAL}),
        # An endpoint that the user set wins.
        ({"AWS_ENDPOINT_URL": HERE}, {}, {**MADE_UP, **LOCAL, "AWS_ENDPOINT_URL": HERE}),
        ({"AWS_ENDPOINT_URL_SQS": HERE}, {}, {**MADE_UP, **LOCAL, "AWS_ENDPOINT_URL_SQS": HERE}),
        # The function's own variables win.
        ({}, {"AWS_ENDPOINT_URL": HERE}, {**MADE_UP, **LOCAL, "AWS_ENDPOINT_URL": HERE}),
        # Functions call AWS itself, and find the user's credentials like any program.
        ({"SFN_AWS": "real", **OWN}, {}, {}),
        ({"SFN_AWS": "real", "AWS_ENDPOINT_URL_SQS": HERE}, {}, {"AWS_ENDPOINT_URL_SQS": HERE}),
        ({"AWS_ENDPOINT_URL_SQS": REAL}, {}, {**LOCAL, "AWS_ENDPOINT_URL_SQS": REAL}),
        # The same is true of an endpoint in the shared config file, which functions cannot read.
        ({"AWS_CONFIG_FILE": "config"}, {}, {**MADE_UP, **LOCAL, "AWS_ENDPOINT_URL": HERE}),
        (
            {"AWS_CONFIG_FILE": "config", "AWS_PROFILE": "there"},
            {},
            {**MADE_UP, **LOCAL, "AWS_ENDPOINT_URL_SQS": HERE},
        ),
        (
            {"AWS_CONFIG_FILE": "config", "AWS_PROFILE": "there", "AWS_ENDPOINT_URL": HERE},
            {},
            {**MADE_UP, **LOCAL, "AWS_ENDPOINT_URL": HERE},
        ),
        (
            {"AWS_CONFIG_FILE": "config", "AWS_PROFILE": "real"},
            {},
            {"AWS_DISABLE_HOST_PREFIX_INJECTION": "true", "AWS_ENDPOINT_URL": REAL},
        ),
        (
            {"AWS_CONFIG_FILE": "config", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
            {},
            {**MADE_UP, **LOCAL},
        ),
    ],
)
def test_credentials_and_endpoints(
    tmp_path: Path, environment: dict[str, str], variables: dict[str, str], seen: dict[str, str]
) -> None:
    """Credentials are made up, and the user's are hidden, unless functions call AWS itself."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "app.py").write_text(HANDLER)
    home = tmp_path / "home"
    if environment.get("AWS_CONFIG_FILE") == "config":
        (tmp_path / "config").write_text(CONFIG)
        environment = {**environment, "AWS_CONFIG_FILE": str(tmp_path / "config")}
    options = ["--environment", json.dumps({"Variables": variables})] if variables else []
    create_function(home, "fn", code, *options)
    answer = tmp_path / "answer"
    names = json.dumps(NAMES)
    done = sfn(
        home, "lambda", "invoke", "--function-name", "fn", "--payload", names,
        "--cli-binary-format", "raw-in-base64-out", str(answer), environment=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = {
        name: re.sub(r"^(SFN)[0-9A-F]{32}$|(?<=^http://127\.0\.0\.1:)\d{2,}$", r"\1…", value)
        for name, value in json.loads(answer.read_text()).items()
    }
    assert found == seen


@pytest.mark.parametrize(
    "name, value",
    [
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"),
        ("AWS_LAMBDA_FUNCTION_NAME", "fn"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
        ("_HANDLER", "app.handler"),
    ],
)
def test_lambda_variables(bench: Workbench, name: str, value: str) -> None:
    bench.function(HANDLER)
    assert bench.answer([name]) == {name: value}


def test_a_trace_for_each_invocation(bench: Workbench) -> None:
    """Each invocation has its own trace header."""
    bench.function(HANDLER)
    traces: list[Any] = [bench.answer(["_X_AMZN_TRACE_ID"])["_X_AMZN_TRACE_ID"] for _ in range(2)]
    assert traces[0] != traces[1]
    for trace in traces:
        assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0", trace)
