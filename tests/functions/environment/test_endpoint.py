"""The local endpoint as the functions of several processes find it."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sfn_cli.functions.environment.endpoint import CHECK_MILLISECONDS, Endpoint
from sfn_cli.local_endpoint.hold import take_endpoint
from sfn_cli.local_endpoint.record import look_for_endpoint, remembered_endpoint
from sfn_cli.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOLD = """
import signal, sys
from sfn_cli.local_endpoint.hold import take_endpoint
hold = take_endpoint(sys.argv[1])
print(hold.address.url, hold.address.access_key, flush=True)
signal.pause()
"""


@pytest.fixture
def other(home: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process, which has the endpoint."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(home)], stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


@pytest.fixture
def endpoint(home: Path) -> Iterator[Endpoint]:
    with selectors.DefaultSelector() as selector:
        endpoint = Endpoint(Settings(str(home)), selector, pytest.fail)
        yield endpoint
        endpoint.close()


def test_a_killed_process_is_replaced(home: Path, other: subprocess.Popen[str], endpoint: Endpoint) -> None:
    """Another process of the home takes the endpoint within a second, at the same address."""
    assert other.stdout is not None
    address = tuple(other.stdout.readline().split())
    assert endpoint.open() == address
    endpoint.check(CHECK_MILLISECONDS)
    assert look_for_endpoint(str(home))[0]
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    endpoint.check(CHECK_MILLISECONDS + 1)  # not yet
    assert look_for_endpoint(str(home))[0] is False
    endpoint.check(2 * CHECK_MILLISECONDS)
    assert endpoint.open() == address
    is_held, record = look_for_endpoint(str(home))
    assert is_held
    assert record is not None
    assert (record.address, record.pid) == (address, os.getpid())
    socket.create_connection(("127.0.0.1", record.port)).close()


def test_the_port_is_taken_meanwhile(home: Path, other: subprocess.Popen[str], endpoint: Endpoint) -> None:
    """If another program has taken the port of a killed process, functions get another address."""
    address = endpoint.open() if other.stdout is not None and other.stdout.readline() else None
    assert address is not None
    other.kill()
    other.wait()
    with socket.create_server(("127.0.0.1", int(address.url.rpartition(":")[2]))):
        assert endpoint.check(CHECK_MILLISECONDS)
        assert endpoint.address == endpoint.open() != address
        assert not endpoint.check(3 * CHECK_MILLISECONDS)


def test_a_worker_listens_once_the_home_has_an_address(home: Path, endpoint: Endpoint) -> None:
    """It does so without functions: a queue or an API has the address. Otherwise, it takes no port."""
    endpoint.check(CHECK_MILLISECONDS)
    assert remembered_endpoint(str(home)) is None
    hold = take_endpoint(str(home))
    assert hold is not None
    hold.end(keeps_key=True)
    hold.close()
    endpoint.check(2 * CHECK_MILLISECONDS)
    is_held, record = look_for_endpoint(str(home))
    assert is_held
    assert record is not None
    assert record.address == hold.address


def test_functions_that_call_aws(home: Path) -> None:
    """With SFN_AWS=real, there is no endpoint."""
    with selectors.DefaultSelector() as selector:
        endpoint = Endpoint(Settings(str(home), calls_aws=True), selector, pytest.fail)
        assert endpoint.open() is None
        endpoint.check(CHECK_MILLISECONDS)
        assert remembered_endpoint(str(home)) is None
