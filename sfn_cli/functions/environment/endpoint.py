"""The home's local endpoint, as the functions of one process find it.

The process that first runs a function takes the endpoint (local_endpoint/hold.py): it binds the socket and
watches it. The first connection starts the serving process, which inherits lock and socket. So
functions that never call AWS cost only a socket, and the functions of all processes share one
endpoint. In a process that comes later, functions get the address that is written in the home.

Rule 1: The serving process lives on its own. The process that started it keeps the socket too: if
the serving process is killed, it is replaced at the next connection. After STARTS processes that died
before they served, the socket is closed: a client's call then fails immediately, and never reaches AWS.
Rule 2: If the process that has the socket is killed, another one of the home takes the endpoint,
at the same port and with the same access key: each looks once a second (`check`).
Rule 3: Time in which the serving process or the local AWS services start does not count for the time
limits of invocations: on AWS, services are always running. The starts are written in the home, so
every process finds them (`starting_milliseconds`).
"""

from __future__ import annotations

import os
import selectors
from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli import detached
from sfn_cli.errors import ConfigurationError, StoreError
from sfn_cli.local_endpoint.hold import find_or_take_endpoint, take_endpoint
from sfn_cli.local_endpoint.record import (
    EndpointAddress,
    look_for_endpoint,
    milliseconds_of_starts,
    remembered_endpoint,
)
from sfn_cli.local_endpoint.serving_process import LOG_NAME, SERVES, start_serving_process

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from sfn_cli.local_endpoint.hold import EndpointHold
    from sfn_cli.settings import Settings

STARTS = 3
"""How many serving processes in a row may die before they are ready."""

CHECK_MILLISECONDS = 1000


class Endpoint:
    """The endpoint of one process. As for the pool, the selector's owner calls the ready callbacks."""

    def __init__(
        self,
        settings: Settings,
        selector: selectors.BaseSelector,
        report: Callable[[str], None],
        served_at: EndpointAddress | None = None,
    ) -> None:
        """`report` writes a line to the log of this process.

        With `served_at`, this process serves the endpoint itself.
        """
        self._settings = settings
        self._selector = selector
        self._report = report
        self._is_serving = served_at is not None
        self._address = served_at
        self._hold: EndpointHold | None = None
        self._control: socket.socket | None = None
        self._pid = 0
        self._starts = 0
        self._checked_at = 0

    def open(self) -> EndpointAddress | None:
        """Returns the endpoint's address, and takes the endpoint if no process has it. Raises OSError.

        None if functions call AWS itself.
        """
        if self._is_serving or self._settings.calls_aws:
            return self._address
        if self._hold is None:
            try:
                record, hold = find_or_take_endpoint(self._settings.home, self._address)
            except (ConfigurationError, StoreError) as error:
                raise OSError(str(error)) from error
            if record is not None:
                self._address = record.address
            elif hold is not None:
                self._watch(hold)
        return self._address

    @property
    def address(self) -> EndpointAddress | None:
        """Returns the address that functions have now."""
        return self._address

    def check(self, now: int) -> bool:
        """Takes the endpoint if the home has an address and no process that listens; looks once a second.

        The home has one as soon as something has named it: a function, a queue, an API, a command.
        Returns whether functions have an address that is no longer the endpoint's.
        """
        before = self._address
        self._take_free_endpoint(now)
        return before is not None and self._address != before

    def _take_free_endpoint(self, now: int) -> None:
        if now - self._checked_at < CHECK_MILLISECONDS or self._is_serving or self._hold is not None:
            return
        self._checked_at = now
        with suppress(OSError, StoreError):
            held, record = look_for_endpoint(self._settings.home)
            if held:
                if record is not None and self._address is not None:
                    self._address = record.address
            elif (record is not None or self._address is not None) and (
                hold := take_endpoint(self._settings.home, self._address)
            ) is not None:
                self._watch(hold)

    def starting_milliseconds(self, begin: int, end: int) -> int:
        """Returns for how long the endpoint or local services were starting, between two times."""
        with suppress(OSError, StoreError):
            if (record := remembered_endpoint(self._settings.home)) is not None:
                return milliseconds_of_starts(record.starts, begin, end)
        return 0

    def close(self) -> None:
        """Closes this process's copy of the socket. A serving process lives on."""
        if self._control is not None:
            self._drop_control()
            detached.adopt_detached(self._pid)
        self._let_go()

    def _watch(self, hold: EndpointHold) -> None:
        self._hold = hold
        self._address = hold.address
        self._selector.register(hold.listening, selectors.EVENT_READ, self._on_connection)

    def _on_connection(self) -> None:
        """Starts the serving process, which accepts the connection."""
        assert self._hold is not None
        self._starts += 1
        if self._starts > STARTS:
            log = os.path.join(self._settings.home, LOG_NAME)
            self._report(f"the local endpoint does not start; see {log}")
            self._let_go()
            return
        try:
            self._pid, self._control = start_serving_process(self._settings, self._hold)
        except (OSError, StoreError) as error:
            self._report(f"the local endpoint does not start: {error}")
            self._let_go()
            return
        self._control.setblocking(False)
        self._selector.unregister(self._hold.listening)
        self._selector.register(self._control, selectors.EVENT_READ, self._on_control)

    def _on_control(self) -> None:
        """Reads that the serving process is ready, or its end."""
        assert self._control is not None
        try:
            received = self._control.recv(64)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if received:
            if SERVES in received:
                self._starts = 0
            return
        self._drop_control()
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)  # its end of the pair was closed as it ended
        if self._hold is None:
            return
        if self._hold.is_in_place():
            self._hold.be("armed")
            self._selector.register(self._hold.listening, selectors.EVENT_READ, self._on_connection)
        else:
            self._let_go()

    def _drop_control(self) -> None:
        assert self._control is not None
        self._selector.unregister(self._control)
        self._control.close()
        self._control = None

    def _let_go(self) -> None:
        if self._hold is not None:
            with suppress(KeyError):  # not registered while a serving process watches it
                self._selector.unregister(self._hold.listening)
            self._hold.close()
            self._hold = None
