"""`sfn serve --certfile FILE --keyfile FILE`: https, for clients that check the certificate."""

from __future__ import annotations

import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import SSLError

from tests.processes import sfn, until
from tests.server.raw_requests import HOST, LIST, framed, get
from tests.server.served import Served

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).with_name("certificates")
CERTIFICATE, KEY, OTHER_KEY, ENCRYPTED_KEY = (
    str(FOLDER / name) for name in ("localhost.crt", "localhost.key", "other.key", "encrypted.key")
)
AWS = str(Path(sys.executable).with_name("aws"))
USER = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that speaks https."""
    folder = tmp_path_factory.mktemp("https")
    served = Served(str(folder / "home"), "--certfile", CERTIFICATE, "--keyfile", KEY)
    yield served
    served.stop()


def connect(served: Served, sent: bytes = b"") -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=CERTIFICATE)
    client = context.wrap_socket(
        socket.create_connection(("127.0.0.1", served.port), timeout=30), server_hostname="localhost"
    )
    client.sendall(sent)
    return client


def test_boto3(https: Served) -> None:
    """A client that trusts the certificate is answered; one that does not refuses the server."""
    assert https.line.startswith(f"Listening on https://127.0.0.1:{https.port} ")
    assert https.client("stepfunctions", CERTIFICATE).list_state_machines()["stateMachines"] == []
    with pytest.raises(SSLError):
        https.client("stepfunctions").list_state_machines()


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [[AWS, "stepfunctions"], [str(Path(AWS).with_name("sfn"))]], ids=["aws", "sfn"]
)
def test_commands(https: Served, command: list[str], tmp_path: Path) -> None:
    """The aws CLI and the terminal's own commands take the certificate with --ca-bundle."""
    more = [
        "list-state-machines",
        "--endpoint-url",
        f"https://localhost:{https.port}",
        "--ca-bundle",
        CERTIFICATE,
    ]
    environment = {**os.environ, **USER, "SFN_HOME": str(tmp_path), "AWS_PAGER": ""}
    done = subprocess.run([*command, *more], env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, json.loads(done.stdout)) == (0, {"stateMachines": []}), done.stderr


def test_both_in_one_file(tmp_path: Path) -> None:
    """The private key may be in the certificate's file."""
    (tmp_path / "both.pem").write_text(Path(KEY).read_text() + Path(CERTIFICATE).read_text())
    served = Served(str(tmp_path / "home"), "--certfile", str(tmp_path / "both.pem"))
    assert served.client("stepfunctions", CERTIFICATE).list_activities()["activities"] == []
    assert served.stop() == 0


@pytest.mark.parametrize("origin, status", [("https", 404), ("http", 403)])
def test_origins(https: Served, origin: str, status: int) -> None:
    """The server's own origin is an https one; its gateway answers pages of that origin."""
    context = ssl.create_default_context(cafile=CERTIFICATE)
    client = http.client.HTTPSConnection("localhost", https.port, timeout=30, context=context)
    headers = {
        "Origin": f"{origin}://localhost:{https.port}",
        "X-Amz-Target": "AWSStepFunctions.ListStateMachines",
    }
    client.request("POST", "/gateway/X", b"{}", headers)
    found = client.getresponse().status
    client.close()
    assert found == status  # there is no machine of this name


def test_what_is_not_tls(https: Served) -> None:
    """A client that does not speak TLS, or only half, logs one line at most.

    It blocks no other client.
    """
    for sent in (get(), b"\x16\x03\x01\x02\x00" + b"x" * 600, b"\x00" * 100, b"\x16", b""):
        with socket.create_connection(("127.0.0.1", https.port), timeout=30) as client:
            client.sendall(sent)
            if len(sent) > 1:
                assert b"HTTP" not in client.recv(1000)
    until(lambda: "TLS handshake failed" in https.printed(), "the line that says so")
    assert https.client("stepfunctions", CERTIFICATE).list_state_machines()["stateMachines"] == []
    assert "Traceback" not in https.printed()


@pytest.mark.parametrize(
    "sent, status",
    [
        (get(), b"200"),
        (framed(b"Content-Length: 2\r\n", b"{}"), b"200"),
        (framed(b"Content-Length: 5000000\r\n", b"{" * 5_000_000), b"413"),
        (b"POST / HTTP/1.1\r\n" + HOST + LIST + b"Content-Length: x\r\n\r\n", b"400"),
        (b"GARBAGE\r\n\r\n", b"400"),
    ],
)
def test_requests(https: Served, sent: bytes, status: bytes) -> None:
    """A request that is refused over http is refused over https, too.

    Each connection is closed after its answer.
    """
    with connect(https, sent) as client:
        answer = b""
        while received := client.recv(65536):
            answer += received
    assert answer[9:12] == status


def test_handshakes_that_hang(tmp_path: Path) -> None:
    """Connections without a handshake count too: they give way to a client that speaks."""
    served = Served(str(tmp_path / "home"), "--certfile", CERTIFICATE, "--keyfile", KEY, open_files=256)
    silent = [socket.create_connection(("127.0.0.1", served.port), timeout=30) for _ in range(300)]
    assert served.client("stepfunctions", CERTIFICATE).list_state_machines()["stateMachines"] == []
    for client in silent:
        client.close()
    assert served.stop() == 0
    assert "Traceback" not in served.printed()


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments, code, complaint",
    [
        (["--certfile", "gone.pem"], 253, "Cannot read --certfile gone.pem: No such file or directory."),
        (
            ["--certfile", CERTIFICATE, "--keyfile", "gone.pem"], 253,
            "Cannot read --keyfile gone.pem: No such file or directory.",
        ),
        (["--certfile", "."], 253, "Cannot read --certfile .: Is a directory."),
        (
            ["--certfile", CERTIFICATE], 253,
            "must hold a certificate and its private key, as PEM; or name the key with --keyfile.",
        ),
        (["--certfile", KEY, "--keyfile", KEY], 253, "must hold a certificate and --keyfile"),
        (["--certfile", CERTIFICATE, "--keyfile", CERTIFICATE], 253, "its private key, both as PEM."),
        (
            ["--certfile", CERTIFICATE, "--keyfile", OTHER_KEY], 253,
            "does not belong to the certificate in --certfile",
        ),
        (
            ["--certfile", CERTIFICATE, "--keyfile", ENCRYPTED_KEY], 253,
            "is encrypted. Decrypt it first: openssl pkey -in",
        ),
        (["--keyfile", KEY], 252, "--keyfile needs --certfile"),
    ],
)  # fmt: skip
def test_what_cannot_be_used(tmp_path: Path, arguments: list[str], code: int, complaint: str) -> None:
    """One line names the invalid file and the reason, before the server listens.

    No password is prompted for.
    """
    done = sfn(tmp_path / "home", "serve", "--port", "0", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout, len(done.stderr.strip().splitlines())) == (code, "", 1), done.stderr
    assert complaint in done.stderr
