"""A child's output as events of its function's log, with the lines that Lambda adds.

https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
"""

from __future__ import annotations

import math
import os
import time
from collections import deque
from collections.abc import Callable, Iterator

from sfn_cli import quotas
from sfn_cli.functions.bootstrap import EVENT_BREAK

TAIL_CHARACTERS = 4096

Log = Callable[[str, str, int, str], None]
"""Stores one event: log(group, stream, at, message)."""


def output_stream_name(now: int, version: str) -> str:
    """Returns the name of a new stream; as in Lambda, each execution environment has its own."""
    return f"{time.strftime('%Y/%m/%d', time.gmtime(now / 1000))}/[{version}]{os.urandom(16).hex()}"


class OutputLines:
    """Splits bytes into lines.

    An unfinished line waits for its end; one that is too long for an event is split.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[str]:
        *lines, rest = (self._rest + data).split(b"\n")
        while len(rest) > quotas.LOG_EVENT_BYTES:
            lines.append(rest[: quotas.LOG_EVENT_BYTES])
            rest = rest[quotas.LOG_EVENT_BYTES :]
        self._rest = rest
        return (_output_text(line) for line in lines)

    def flush(self) -> Iterator[str]:
        """Yields the unfinished line, if any."""
        rest, self._rest = self._rest, b""
        return iter([_output_text(rest)] if rest else [])


def _output_text(line: bytes) -> str:
    return line.decode(errors="replace").replace(EVENT_BREAK, "\n") + "\n"


class OutputJournal:
    """The log of one child: its own stream in its function's group."""

    def __init__(self, group: str, memory_size: int, version: str, now: int, log: Log) -> None:
        """`memory_size` is in MB; `now`, here and below, is in milliseconds."""
        self.group = group
        self.stream = output_stream_name(now, version)
        self._version = version
        self._memory_size = memory_size
        self._memory_used = 0
        self._log = log
        self._lines = OutputLines()
        self._request_id = ""
        self._tail: deque[str] = deque()
        self._tail_length = 0

    @property
    def tail(self) -> str:
        """The last 4 KB of the log of the latest invocation."""
        return "".join(self._tail)[-TAIL_CHARACTERS:]

    def add_output(self, data: bytes, now: int) -> None:
        for line in self._lines.feed(data):
            self._write(now, line)

    def start(self, request_id: str, now: int) -> None:
        self._flush(now)
        self._tail.clear()
        self._tail_length = 0
        self._request_id = request_id
        self._write(now, f"START RequestId: {request_id} Version: {self._version}\n")

    def end(self, now: int, duration: float, memory_kb: int, init_duration: float | None) -> None:
        """Ends an answered invocation; durations are in milliseconds."""
        self._memory_used = -(-memory_kb // 1024)
        self._flush(now)
        self._report(
            now, duration, "" if init_duration is None else f"\tInit Duration: {init_duration:.2f} ms"
        )

    def end_timed_out(self, now: int, duration: float, seconds: float) -> None:
        self._flush(now)
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now / 1000))
        self._write(
            now, f"{at}.{now % 1000:03d}Z {self._request_id} Task timed out after {seconds:.2f} seconds\n"
        )
        self._report(now, duration, "\tStatus: timeout")

    def end_exited(self, now: int, duration: float, message: str) -> None:
        self._flush(now)
        self._write(now, f"{message}\nRuntime.ExitError\n")
        self._report(now, duration, "\tStatus: error\tError Type: Runtime.ExitError")

    def _report(self, now: int, duration: float, more: str) -> None:
        self._write(now, f"END RequestId: {self._request_id}\n")
        self._write(
            now,
            f"REPORT RequestId: {self._request_id}\tDuration: {duration:.2f} ms\tBilled Duration: "
            f"{math.ceil(duration)} ms"
            f"\tMemory Size: {self._memory_size} MB\tMax Memory Used: {self._memory_used} MB{more}\t\n",
        )

    def _flush(self, now: int) -> None:
        for line in self._lines.flush():
            self._write(now, line)

    def _write(self, now: int, message: str) -> None:
        self._log(self.group, self.stream, now, message)
        self._tail.append(message)
        self._tail_length += len(message)
        while self._tail_length - len(self._tail[0]) > TAIL_CHARACTERS:
            self._tail_length -= len(self._tail.popleft())
