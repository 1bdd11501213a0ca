"""The settings of one process, from the environment variables of `table`.

Each process reads its environment once. Every command does so before it writes or starts anything, so that a
bad value is one line and exit code 253. Settings of the terminal alone are read from the same table, by
`table.value`.
"""

# No `from __future__ import annotations` here, nor in other modules of NamedTuples that every command
# imports: a NamedTuple then compiles each of its annotations, which takes as long as the rest of the import.

import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Self

from sfn_cli.settings.table import VARIABLES, value

_ON_LINUX: bool = sys.platform == "linux"

_ENDPOINTS = "AWS_ENDPOINT_URL"
"""The common variable, and the prefix of the variables for one service."""


def _default(name: str) -> Any:
    return value(name, {})


class Settings(NamedTuple):
    """The settings of one process, which do not change; `home` is the path of the store's folder.

    A plain string: pathlib would cost each command some milliseconds.
    """

    home: str
    region: str = _default("AWS_DEFAULT_REGION")
    account_id: str = _default("SFN_ACCOUNT_ID")
    clock: str | None = None
    """How time passes for executions that are started: "virtual", a factor, or the wall clock (None)."""
    mock_config: str | None = None
    """The absolute path of SFN_MOCK_CONFIG."""
    on_crash: str = _default("SFN_ON_CRASH")
    max_events: int = _default("SFN_MAX_EVENTS")
    workers: int = 1
    worker_idle_seconds: float = _default("SFN_WORKER_IDLE_SECONDS")
    lease_seconds: float = _default("SFN_LEASE_SECONDS")
    max_children: int = _default("SFN_MAX_CHILDREN")
    calls_aws: bool = False
    """Whether tasks may call AWS itself."""
    aws_idle_seconds: float = _default("SFN_AWS_IDLE_SECONDS")
    endpoints: tuple[tuple[str, str], ...] = ()
    """The endpoints of AWS's services: (variable, URL)."""

    @classmethod
    def from_environment(
        cls,
        environ: Mapping[str, str] = os.environ,
        *,
        region: str | None = None,
    ) -> Self:
        """`region` (the --region option) wins over AWS_REGION, which wins over AWS_DEFAULT_REGION.

        Every variable is checked, whether or not the command uses it. Raises ConfigurationError.
        """
        read = {name: variable.read(environ) for name, variable in VARIABLES.items()}
        endpoints = tuple(_endpoints(environ))
        return cls(
            home=read["SFN_HOME"] or _default_home(read["XDG_DATA_HOME"]),
            region=region or read["AWS_REGION"] or read["AWS_DEFAULT_REGION"],
            account_id=read["SFN_ACCOUNT_ID"],
            clock=read["SFN_CLOCK"],
            mock_config=read["SFN_MOCK_CONFIG"],
            on_crash=read["SFN_ON_CRASH"],
            max_events=read["SFN_MAX_EVENTS"],
            workers=read["SFN_WORKERS"] or min(4, os.cpu_count() or 1),
            worker_idle_seconds=read["SFN_WORKER_IDLE_SECONDS"],
            lease_seconds=read["SFN_LEASE_SECONDS"],
            max_children=read["SFN_MAX_CHILDREN"],
            calls_aws=read["SFN_AWS"] is not None,
            aws_idle_seconds=read["SFN_AWS_IDLE_SECONDS"],
            endpoints=() if read["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] else endpoints,
        )

    def endpoint(self, service_id: str) -> str | None:
        """The endpoint that a variable of its own sets for a service, by AWS's id of it ("API Gateway")."""
        return dict(self.endpoints).get(f"{_ENDPOINTS}_{service_id.upper().replace(' ', '_')}")

    @property
    def common_endpoint(self) -> str | None:
        """The endpoint that AWS_ENDPOINT_URL sets for the services that have none of their own."""
        return dict(self.endpoints).get(_ENDPOINTS)

    def environment(self) -> dict[str, str]:
        """What a process needs beside this one's environment to read the same settings, wherever it runs."""
        found = {"SFN_HOME": self.home, "AWS_REGION": self.region}
        if self.mock_config is not None:
            found["SFN_MOCK_CONFIG"] = self.mock_config
        return found


def clock_reading(clock: str | None, started_at: int, wall: int) -> int:
    """Returns what the clock of an execution shows that has not jumped, in milliseconds since 1970."""
    return wall if clock is None or clock == "virtual" else fast_time(float(clock), started_at, wall)


def fast_time(factor: float, started_at: int, wall: int) -> int:
    """The time of an execution for which time passes so many times faster."""
    return started_at + int((wall - started_at) * factor)


def _endpoints(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in environ:
        if (name == _ENDPOINTS or name.startswith(f"{_ENDPOINTS}_")) and environ[name]:
            yield name, VARIABLES[_ENDPOINTS].parse(environ[name], name=name)


def _default_home(data: str | None) -> str:
    """The user data folder that platformdirs names; on Linux `data`, where it is set."""
    if _ON_LINUX:
        # What platformdirs does here, by the XDG specification; importing it would add a tenth
        # to every command. tests/test_settings.py holds the two together.
        return os.path.join(data or os.path.expanduser("~/.local/share"), "sfn")
    from platformdirs import user_data_dir

    return user_data_dir("sfn", appauthor=False)
