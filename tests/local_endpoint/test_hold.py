"""Who has the endpoint of a home, and where it listens."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sfn_cli.local_endpoint.hold import find_or_take_endpoint, reserve_endpoint, take_endpoint
from sfn_cli.local_endpoint.record import (
    EndpointRecord,
    endpoint_lock_path,
    look_for_endpoint,
    milliseconds_of_starts,
    remembered_endpoint,
)

if TYPE_CHECKING:
    from pathlib import Path

    from sfn_cli.local_endpoint.hold import EndpointHold
    from sfn_cli.local_endpoint.record import Interval


def taken(home: Path) -> EndpointHold:
    hold = take_endpoint(str(home))
    assert hold is not None
    return hold


def remembered(home: Path) -> EndpointRecord:
    record = remembered_endpoint(str(home))
    assert record is not None
    return record


def test_one_process_has_it(home: Path) -> None:
    """Others find its address; once it has let go, they may take it, at the same address."""
    first = taken(home)
    assert take_endpoint(str(home)) is None
    record, none = find_or_take_endpoint(str(home))
    assert none is None
    assert record is not None
    assert (record.address, record.state, record.pid) == (first.address, "armed", os.getpid())
    first.close()
    none, second = find_or_take_endpoint(str(home))
    assert none is None
    assert second is not None
    assert second.address == first.address
    second.close()


def test_the_port_of_a_killed_process(home: Path) -> None:
    """The lock and the port of a killed process are free; its address stays."""
    program = (
        "import os, signal, sys; from sfn_cli.local_endpoint.hold import take_endpoint\n"
        "hold = take_endpoint(sys.argv[1]); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", program, str(home)], check=False)
    before = remembered(home)
    assert look_for_endpoint(str(home))[0] is False
    hold = taken(home)
    assert hold.address == before.address
    hold.close()


def test_a_port_that_is_taken(home: Path) -> None:
    """If another program listens at the port, the home gets another one, and remembers that."""
    reserve_endpoint(str(home))
    first = remembered(home).port
    with socket.create_server(("127.0.0.1", first)):
        hold = taken(home)
        assert hold.address.url != f"http://127.0.0.1:{first}"
    hold.close()
    again = taken(home)
    assert again.address == hold.address
    again.close()


def test_the_port_is_the_home_s(home: Path) -> None:
    """A home whose file was deleted gets its port again."""
    reserve_endpoint(str(home))
    first = remembered(home).port
    os.unlink(endpoint_lock_path(str(home)))
    reserve_endpoint(str(home))
    assert remembered(home).port == first


@pytest.mark.parametrize("keeps_key", [True, False])
def test_the_access_key_of_the_next(home: Path, keeps_key: bool) -> None:
    """An endpoint that ends in order leaves another access key, unless running functions have this one."""
    hold = taken(home)
    before = hold.address.access_key
    hold.end(keeps_key=keeps_key)
    hold.close()
    assert (remembered(home).access_key == before) is keeps_key


@pytest.mark.parametrize("damage", ["", "{}", "[1]", '{"port": 0}', "x" * 2000])
def test_a_damaged_file(home: Path, damage: str) -> None:
    """A file that cannot be read is written again."""
    reserve_endpoint(str(home))
    with open(endpoint_lock_path(str(home)), "w") as file:
        file.write(damage)
    assert remembered_endpoint(str(home)) is None
    hold = taken(home)
    assert remembered(home).address == hold.address
    hold.close()


def test_starts_are_written(home: Path) -> None:
    """What starts is open until it has started; a killed start ends with the next state."""
    hold = taken(home)
    hold.be("starting")
    assert [end for _, end in remembered(home).starts] == [None]
    hold.be("armed")
    hold.note_start(True)
    hold.note_start(False)
    assert [end is None for _, end in remembered(home).starts] == [False, False]
    for _ in range(40):
        hold.note_start(True)
    assert len(remembered(home).starts) <= 16
    hold.close()


@pytest.mark.parametrize(
    "starts, milliseconds",
    [
        ([], 0),
        ([(0, 50)], 0),
        ([(90, 110)], 10),
        ([(120, 130), (150, 190)], 50),
        ([(150, None)], 50),
        ([(0, None)], 100),
        ([(190, 500)], 10),
        ([(300, None)], 0),
    ],
)
def test_time_of_starts(starts: list[Interval], milliseconds: int) -> None:
    """Between 100 and 200."""
    assert milliseconds_of_starts(starts, 100, 200) == milliseconds
