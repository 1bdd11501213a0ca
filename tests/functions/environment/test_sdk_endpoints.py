"""SDKs in functions that do not read AWS_ENDPOINT_URL also call the endpoint."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from tests.thoroughness import THOROUGH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.functions.workbench import Workbench

pytestmark = pytest.mark.slow  # packages are downloaded

INSTALL_SECONDS = 120


class Answering(BaseHTTPRequestHandler):
    """Answers as DynamoDB with a table, and as Step Functions with a finished execution."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        name = self.headers["X-Amz-Target"].rpartition(".")[2]
        answer = {"ListTables": {"TableNames": ["here"]}, "StartSyncExecution": {"output": "7"}}[name]
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.fixture
def variables() -> Iterator[dict[str, str]]:
    """The variables that set a function's endpoint to this test's server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}"}
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Installs packages into a new folder; skips the test if that is not possible."""

    def install(*command: str, option: str) -> Path:
        folder = tmp_path_factory.mktemp("packages")
        try:
            done = subprocess.run(
                [*command, option, str(folder)], capture_output=True, timeout=INSTALL_SECONDS, cwd=folder
            )
        except (OSError, subprocess.TimeoutExpired):
            pytest.skip("packages cannot be installed")
        if done.returncode:
            pytest.skip("packages cannot be installed")
        return folder

    return install


PYTHON_HANDLER = """
import boto3
def handler(event, context):
    run = boto3.client("stepfunctions").start_sync_execution(stateMachineArn="arn:aws:x")
    named = boto3.client("sqs", endpoint_url="http://127.0.0.1:9").meta.endpoint_url
    return [boto3.client("dynamodb").list_tables()["TableNames"], run["output"], named]
"""


@pytest.mark.parametrize("version", ["boto3>=1.24,<1.28", *(["boto3>=1.33,<1.36"] if THOROUGH else [])])
def test_boto3(
    bench: Workbench, installed: Callable[..., Path], variables: dict[str, str], version: str
) -> None:
    """Older versions do not support the variables for the endpoint or against host prefixes."""
    packages = installed(sys.executable, "-m", "pip", "install", "--quiet", version, option="--target")
    bench.function(
        PYTHON_HANDLER, Timeout=60, Environment={"Variables": {**variables, "PYTHONPATH": str(packages)}}
    )
    assert bench.answer() == [["here"], "7", "http://127.0.0.1:9"]


V2_HANDLER = """
const AWS = require("aws-sdk");
exports.handler = async () => [
    (await new AWS.DynamoDB().listTables().promise()).TableNames,
    (await new AWS.StepFunctions().startSyncExecution({ stateMachineArn: "arn" }).promise()).output,
    new AWS.SQS({ endpoint: "http://127.0.0.1:9" }).endpoint.host,
];
"""

V3_HANDLER = """
const { DynamoDBClient, ListTablesCommand } = require("@aws-sdk/client-dynamodb");
const { SFNClient, StartSyncExecutionCommand } = require("@aws-sdk/client-sfn");
exports.handler = async () => {
    const named = new DynamoDBClient({ endpoint: "http://127.0.0.1:9", maxAttempts: 1 });
    return [
        (await new DynamoDBClient().send(new ListTablesCommand({}))).TableNames,
        (await new SFNClient().send(new StartSyncExecutionCommand({ stateMachineArn: "arn" }))).output,
        await named.send(new ListTablesCommand({})).catch((error) => `${error.address}:${error.port}`),
    ];
};
"""


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
@pytest.mark.parametrize(
    "source, packages",
    [
        (V2_HANDLER, ["aws-sdk@2"]),
    ]
    + (
        [
            (V3_HANDLER, ["@aws-sdk/client-dynamodb@>=3.30 <3.42", "@aws-sdk/client-sfn@>=3.30 <3.42"]),
            (V3_HANDLER, ["@aws-sdk/client-dynamodb@>=3.398 <3.410", "@aws-sdk/client-sfn@>=3.398 <3.410"]),
            (V3_HANDLER, ["@aws-sdk/client-dynamodb@3", "@aws-sdk/client-sfn@3"]),
        ]
        if THOROUGH
        else []
    ),
)
def test_node(
    bench: Workbench,
    installed: Callable[..., Path],
    variables: dict[str, str],
    source: str,
    packages: list[str],
) -> None:
    version = subprocess.run(["node", "-p", "process.versions.node"], capture_output=True, text=True).stdout
    modules = installed("npm", "install", "--silent", "--no-audit", *packages, option="--prefix")
    folder = bench.function(
        source,
        Runtime=f"nodejs{version.partition('.')[0]}.x",
        Handler="index.handler",
        Timeout=60,
        Environment={"Variables": {**variables, "NODE_PATH": str(modules / "node_modules")}},
    )
    (folder / "index.js").write_text(source)
    assert bench.answer() == [["here"], "7", "127.0.0.1:9"]
