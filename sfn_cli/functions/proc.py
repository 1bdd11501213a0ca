"""Facts about processes from /proc: none on systems other than Linux, or about ended processes."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import NamedTuple

START_POLLS, START_POLL_SECONDS = 20, 0.005
"""How often, and at what interval, the environment of a process that has just started is read."""


class ProcessStat(NamedTuple):
    ended: bool
    group: int
    session: int
    started: int
    """The start time in clock ticks since boot: with the process id, it identifies a process."""


def process_ids() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdecimal()]
    except OSError:
        return []


def process_stat(pid: int) -> ProcessStat | None:
    """Returns None if there is no such process.

    Raises OSError if it cannot be known: when too many files are open.
    """
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return ProcessStat(fields[0] in (b"Z", b"X"), int(fields[2]), int(fields[3]), int(fields[19]))


def process_children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with suppress(OSError), open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                found += map(int, file.read().split())
    return found


def process_descendants(pid: int) -> list[int]:
    found = process_children(pid)
    for each in found:
        found += process_children(each)
    return found


def process_environment(pid: int) -> dict[str, str]:
    """Returns the environment with which a process started; empty if it cannot be read.

    Waits for a process that is just starting, because it has no environment at first.
    """
    variables = b""
    for _ in range(START_POLLS):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                variables = file.read()
        except OSError:
            return {}
        if variables or not _is_young_process(pid):
            break
        time.sleep(START_POLL_SECONDS)
    return {
        name.decode(errors="replace"): value.decode(errors="replace")
        for name, _, value in (each.partition(b"=") for each in variables.split(b"\0"))
    }


def _is_young_process(pid: int) -> bool:
    """Whether a process that has not ended was started less than a second ago."""
    found = None
    with suppress(OSError):
        found = process_stat(pid)
    if found is None or found.ended:
        return False
    ticks = os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) * ticks - found.started < ticks


def process_name(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/comm", errors="replace") as file:
            return "".join(
                character if character.isprintable() else "?" for character in file.read().rstrip("\n")
            )
    except OSError:
        return "?"


def process_namespace() -> int:
    """Returns the namespace (a container's) in which process ids are unique."""
    try:
        return os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        return 0
