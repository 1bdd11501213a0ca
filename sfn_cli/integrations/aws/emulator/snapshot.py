"""Snapshots of the local AWS services (SFN_AWS_PERSIST=1): their data, in a file in the home.

A snapshot is written when the services stop, and while they run: some seconds after a request, and
rarely enough to take at most a twentieth of the time. So a service that is killed loses what was stored
after its last snapshot. Other threads do not run while a snapshot is taken, so it has a request
completely or not at all, unless moto waits for something in the middle of it.

A snapshot of another version of moto or Python is not loaded.
"""

from __future__ import annotations

import importlib
import json
import os
import pickle
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli import private_files
from sfn_cli.integrations.aws.emulator.handover import report_handover
from sfn_cli.integrations.aws.emulator.pickling import pickle_moto, unpickle_moto

if TYPE_CHECKING:
    from collections.abc import Iterator

SNAPSHOT_NAME = "aws.snapshot"

LEAST_SECONDS = 2.0
"""The least time between two snapshots."""

_SHARE = 20
"""A snapshot is taken again after this many times its own duration."""

_TRIES = 3
"""How often to try to take one, if moto's objects change meanwhile."""

_UNINTERRUPTED_SECONDS = 3600.0


class LoadedSnapshot(NamedTuple):
    """A snapshot that was loaded."""

    start: str
    """The start of the services that wrote it."""
    at: int
    """When it was written, in ms since 1970."""


class Snapshots:
    """The snapshots of one start of the services."""

    def __init__(self, home: str, start: str) -> None:
        self._path = os.path.join(home, SNAPSHOT_NAME)
        self._start = start
        self._reported: set[str] = set()
        self._of_call = 0.0
        self._next_at = 0.0

    def load(self) -> LoadedSnapshot | None:
        """Loads the data of an earlier start into moto, if there is a usable snapshot."""
        try:
            with open(private_files.open_file(self._path, os.O_RDONLY), "rb") as file:
                header, data = json.loads(file.readline()), file.read()
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self._report(f"The snapshot {self._path} cannot be read: {error}")
            return None
        if header.get("versions") != _snapshot_versions():
            self._report(f"The snapshot {self._path} is of other versions, and not loaded: {header}")
            return None
        for place, accounts in pickle.loads(data).items():
            try:
                _fill_backends(place, unpickle_moto(accounts))
            except Exception as error:
                self._report(f"The snapshot {self._path} has no usable {place}: {error!r}")
        return LoadedSnapshot(str(header["start"]), int(header["at"]))

    def take_if_due(self, called_at: float) -> None:
        """Takes a snapshot if there was a request since the last one. `called_at` is its monotonic time."""
        if called_at > self._of_call and time.monotonic() >= self._next_at:
            began_at = time.monotonic()
            self.take()
            taken_at = time.monotonic()
            self._of_call = began_at
            self._next_at = taken_at + max(LEAST_SECONDS, _SHARE * (taken_at - began_at))

    def take(self) -> None:
        """Writes a snapshot. An error is reported, and the last one stays."""
        header = {"versions": _snapshot_versions(), "start": self._start, "at": time.time_ns() // 1_000_000}
        try:
            self._write(json.dumps(header).encode() + b"\n" + self._data())
        except OSError as error:
            self._report(f"The snapshot {self._path} cannot be written: {error}")

    def _data(self) -> bytes:
        """Returns the services' data, each by itself: a fault of one does not affect another."""
        pickled = {}
        with _alone():
            for place, accounts in _used_backends().items():
                try:
                    pickled[place] = _pickle_repeatedly(accounts)
                except Exception as error:
                    self._report(f"{place} is not part of snapshots: {error!r}")
        return pickle.dumps(pickled)

    def _write(self, data: bytes) -> None:
        beside = f"{self._path}.new"
        with open(private_files.open_file(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, self._path)

    def _report(self, line: str) -> None:
        if line not in self._reported:
            self._reported.add(line)
            report_handover(line)


def _pickle_repeatedly(accounts: object) -> bytes:
    for _ in range(_TRIES - 1):
        with suppress(RuntimeError):  # a dict has changed meanwhile
            return pickle_moto(accounts)
    return pickle_moto(accounts)


@contextmanager
def _alone() -> Iterator[None]:
    """Keeps the interpreter from switching to another thread, unless this one waits for something."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(_UNINTERRUPTED_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)


def _snapshot_versions() -> dict[str, str]:
    import moto

    return {"moto": moto.__version__, "python": sys.version.split()[0]}


def _used_backends() -> dict[str, dict[str, dict[str, Any]]]:
    """Returns moto's backends: "module:variable" → account → region → backend."""
    from moto.core import base_backend

    all_backends: Any = base_backend.BackendDict
    return {
        place: {account: dict(regions) for account, regions in backends.items()}
        for backends in list(all_backends._instances)
        if (place := _place(backends)) is not None
    }


def _place(backends: Any) -> str | None:
    """Returns the module and the variable of a service's backends."""
    name = backends.backend.__module__
    for variable, value in vars(sys.modules[name]).items():
        if value is backends:
            return f"{name}:{variable}"
    return None


def _fill_backends(place: str, accounts: dict[str, dict[str, Any]]) -> None:
    module, _, variable = place.partition(":")
    backends: Any = getattr(importlib.import_module(module), variable)
    for account, regions in accounts.items():
        for region, backend in regions.items():
            backends[account][region] = backend
