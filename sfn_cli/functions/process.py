"""One child: a process that runs one function, and the messages to and from it.

The child's side, with the protocol on the socket, is bootstrap.py. Nothing here blocks: the selector
says when to read. Children are started with posix_spawn, which is fast however much memory this
process has, and safe in a process with threads.
"""

from __future__ import annotations

import fcntl
import json
import os
import selectors
import signal
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from sfn_cli.detached import FUNCTION_MARK
from sfn_cli.functions import strays

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PIPE_BYTES = 65536
"""The capacity of a pipe."""

SOME_BYTES = 16 * 1024
MORE_BYTES = 256 * 1024
MAX_HEAD_BYTES = 65536
MAX_BODY_BYTES = 8 * 1024 * 1024

_LOWEST = 10  # above the child's descriptors, 0 to 4, so that ours do not overlap them
_OWN_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)


class ProcessWatcher(Protocol):
    """Receives the events of a child."""

    def child_printed(self, data: bytes) -> None: ...

    def child_sent(self, head: Mapping[str, Any], body: bytes) -> None: ...

    def child_ended(self, status: int | None) -> None:
        """Called once. `status` is the exit code, negative for a signal, None if unknown."""


class Process:
    """A running child."""

    def __init__(
        self,
        command: list[str],
        environment: Mapping[str, str],
        selector: selectors.BaseSelector,
        watcher: ProcessWatcher,
        mark: str | None = None,
    ) -> None:
        """Starts the child; `mark` identifies its strays (strays.py). Raises OSError."""
        self._mark = mark
        self._selector = selector
        self._watcher = watcher
        self._received = bytearray()
        self._unsent = memoryview(b"")
        ours: list[int] = []
        theirs: list[int] = []
        try:
            control, their_control = socket.socketpair()
            ours.append(control.detach())
            theirs.append(their_control.detach())
            output, their_output = os.pipe()
            ours.append(output)
            theirs.append(their_output)
            their_lifeline, lifeline = os.pipe()
            ours.append(lifeline)
            theirs.append(their_lifeline)
            theirs.append(os.open(os.devnull, os.O_RDONLY))
            marked = environment if mark is None else {**environment, FUNCTION_MARK: mark}
            with strays.start_that_may_leave_strays():
                self.pid = _spawn_process(command, marked, theirs)
                strays.watch_child_for_strays(self.pid, mark)
        except OSError:
            _close_process_descriptors(ours)
            raise
        finally:
            _close_process_descriptors(theirs)
        control_descriptor, self._output, self._lifeline = ours
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, control_descriptor)
        self._alive = self._output_open = True
        self._socket.setblocking(False)
        os.set_blocking(self._output, False)
        selector.register(self._output, selectors.EVENT_READ, self._read_output)
        selector.register(self._socket, selectors.EVENT_READ, self._on_socket)

    def send(self, head: Mapping[str, Any], body: str) -> None:
        """Sends a message; the part that the socket does not accept yet is sent later."""
        text, data = json.dumps(head).encode(), body.encode()
        self._unsent = memoryview(
            b"".join((len(text).to_bytes(4, "big"), len(data).to_bytes(4, "big"), text, data))
        )
        self._write()
        if self._unsent:
            self._selector.modify(self._socket, selectors.EVENT_READ | selectors.EVENT_WRITE, self._on_socket)

    def kill(self) -> None:
        """Kills the child and all its descendants, without notifying the watcher; `reap` it later."""
        self._kill_and_close()

    def reap(self, *, wait: bool = False) -> bool:
        """Whether a killed child has ended; removes its zombie process."""
        try:
            reaped = os.waitpid(self.pid, 0 if wait else os.WNOHANG)[0] != 0
        except ChildProcessError:
            reaped = True
        if reaped:
            strays.unwatch_child_for_strays(self.pid)
        return reaped

    def _kill_and_close(self) -> None:
        if not self._alive:
            return
        self._alive = False
        left = strays.strays_to_kill_with_child(self.pid, self._mark)
        with suppress(OSError):  # ended, or (macOS) the whole group is dying
            os.killpg(self.pid, signal.SIGKILL)
        strays.kill_stray_processes(left)
        self._close_output()
        self._selector.unregister(self._socket)
        self._socket.close()
        os.close(self._lifeline)

    def _close_output(self) -> None:
        if self._output_open:
            self._output_open = False
            self._selector.unregister(self._output)
            os.close(self._output)

    def _read_output(self) -> None:
        """Reads at most one pipe's content, so that endless output does not block the loop."""
        left = PIPE_BYTES
        while left > 0 and self._output_open:
            try:
                data = os.read(self._output, left)
            except BlockingIOError:
                return
            if not data:
                self._close_output()
                return
            left -= len(data)
            self._watcher.child_printed(data)

    def _on_socket(self) -> None:
        if self._unsent:
            self._write()
            if self._alive and not self._unsent:
                self._selector.modify(self._socket, selectors.EVENT_READ, self._on_socket)
        if self._alive:
            self._read()

    def _write(self) -> None:
        try:
            while self._unsent:
                self._unsent = self._unsent[self._socket.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:  # it has ended: the next read detects that
            self._unsent = memoryview(b"")

    def _read(self) -> None:
        try:
            # Little at first: a buffer larger than most answers is slow to allocate.
            data = self._socket.recv(MORE_BYTES if self._received else SOME_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._on_end()
            return
        received = self._received
        received += data
        while self._alive and len(received) >= 8:
            head_length, body_length = (
                int.from_bytes(received[:4], "big"),
                int.from_bytes(received[4:8], "big"),
            )
            end = 8 + head_length + body_length
            if head_length > MAX_HEAD_BYTES or body_length > MAX_BODY_BYTES:
                self._on_end()
                return
            if len(received) < end:
                return
            try:
                head = json.loads(received[8 : 8 + head_length])
            except ValueError:
                head = None
            body = bytes(received[8 + head_length : end])
            del received[:end]
            if not isinstance(head, dict):
                self._on_end()  # the handler wrote to the socket
                return
            self._read_output()
            self._watcher.child_sent(head, body)

    def _on_end(self) -> None:
        """Reaps a child that closed its socket.

        It has ended or is about to, unless the handler tampered with its descriptors.
        """
        self._read_output()
        self._kill_and_close()
        try:
            # Does not block: the kernel closes a process's descriptors just before the process ends.
            status: int | None = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        except (ChildProcessError, ValueError):
            status = None
        strays.unwatch_child_for_strays(self.pid)
        self._watcher.child_ended(status)


def _spawn_process(command: list[str], environment: Mapping[str, str], theirs: Sequence[int]) -> int:
    control, output, lifeline, null = theirs
    lifted: list[int] = []
    try:
        for descriptor in (null, output, output, control, lifeline):
            lifted.append(fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _LOWEST))
        actions = [(os.POSIX_SPAWN_DUP2, descriptor, number) for number, descriptor in enumerate(lifted)]
        # Children do not inherit ignored or blocked signals.
        common: dict[str, Any] = {"file_actions": actions, "setsigmask": (), "setsigdef": _OWN_SIGNALS}
        try:
            return os.posix_spawn(command[0], command, environment, setsid=True, **common)
        except NotImplementedError:
            return os.posix_spawn(command[0], command, environment, setpgroup=0, **common)
    finally:
        _close_process_descriptors(lifted)


def _close_process_descriptors(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
