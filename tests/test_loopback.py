"""The user of a loopback connection, as Linux reports it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from functools import cache

import pytest

from sfn_cli import loopback
from sfn_cli.loopback import NO_USER, is_own_loopback, loopback_peer_user

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this information")

CONNECT = """
import socket, sys
family, host = (socket.AF_INET6, "::ffff:127.0.0.1") if sys.argv[2] == "6" else (socket.AF_INET, "127.0.0.1")
connection = socket.socket(family)
connection.connect((host, int(sys.argv[1])))
print("connected", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("kernel_answers", [True, False])
@pytest.mark.parametrize("family", ["4", "6"])
@pytest.mark.parametrize(
    "user", [None, pytest.param(65534, marks=pytest.mark.skipif(os.geteuid() != 0, reason="needs root"))]
)
def test_peer_user(
    family: str, user: int | None, kernel_answers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user of the process at the other end, over IPv4 and its addresses within IPv6.

    A closed connection has no user.
    """
    if not kernel_answers:
        monkeypatch.setattr(loopback, "_SOCK_DIAG", 31)  # a protocol that Linux does not have
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = subprocess.Popen(
            [_python(user), "-I", "-S", "-c", CONNECT, str(server.getsockname()[1]), family],
            user=user, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/",
        )  # fmt: skip
        with client:
            assert client.stdout is not None
            assert client.stdin is not None
            assert client.stdout.readline() == b"connected\n"
            connection, _ = server.accept()
            with connection:
                assert loopback_peer_user(connection) == (os.geteuid() if user is None else user)
                assert is_own_loopback(connection) is (user is None)
                client.stdin.close()
                client.wait()
                assert (loopback_peer_user(connection), is_own_loopback(connection)) == (NO_USER, False)


@cache
def _python(user: int | None) -> str:
    """Returns a Python that this user may run."""
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            if (
                subprocess.run(
                    [python, "-I", "-S", "-c", ""], user=user, cwd="/", capture_output=True
                ).returncode
                == 0
            ):
                return python
        except OSError:
            continue
    pytest.skip("no Python that another user may run")
