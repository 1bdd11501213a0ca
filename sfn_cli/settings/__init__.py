"""The settings of one process, from the environment variables of `table`.

Each process reads its environment once. Every command does so before it writes or starts anything,
so that a bad value is reported in one line with exit code 253. Settings of the terminal alone are
read from the same table, by `table.value`.
"""

# No `from __future__ import annotations` here, nor in other modules of NamedTuples that every command
# imports: a NamedTuple then compiles each of its annotations, which takes as long as the rest of the import.

import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Self

from sfn_cli.settings.table import VARIABLES, setting_value

_ON_LINUX: bool = sys.platform == "linux"

_ENDPOINTS = "AWS_ENDPOINT_URL"
"""The common variable, and the prefix of the variables for one service."""

_AWS_HOSTS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


def _default_setting(name: str) -> Any:
    return setting_value(name, {})


class Settings(NamedTuple):
    """The settings of one process, which do not change; `home` is the path of the store's folder.

    It is a plain string: pathlib would cost each command some milliseconds.
    """

    home: str
    region: str = _default_setting("AWS_DEFAULT_REGION")
    account_id: str = _default_setting("SFN_ACCOUNT_ID")
    clock: str | None = None
    """The clock of new executions: "virtual", a factor, or None for the wall clock."""
    mock_config: str | None = None
    """The absolute path of SFN_MOCK_CONFIG."""
    on_crash: str = _default_setting("SFN_ON_CRASH")
    max_events: int = _default_setting("SFN_MAX_EVENTS")
    workers: int = 1
    worker_idle_seconds: float = _default_setting("SFN_WORKER_IDLE_SECONDS")
    lease_seconds: float = _default_setting("SFN_LEASE_SECONDS")
    max_children: int = _default_setting("SFN_MAX_CHILDREN")
    calls_aws: bool = False
    """Whether tasks may call AWS itself."""
    aws_idle_seconds: float = _default_setting("SFN_AWS_IDLE_SECONDS")
    aws_persist: bool = False
    """Whether the local AWS services keep their data when they stop."""
    endpoints: tuple[tuple[str, str], ...] = ()
    """The endpoints of AWS's services: (variable, URL)."""
    exact_runtimes: bool = False
    """Whether a function runs by its own runtime's version only."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ, *, region: str | None = None) -> Self:
        """Reads the settings from the environment. Raises ConfigurationError.

        `region` (the --region option) wins over AWS_REGION, which wins over AWS_DEFAULT_REGION.
        Every variable is checked, whether or not the command uses it.
        """
        read = {name: variable.read(environ) for name, variable in VARIABLES.items()}
        endpoints = tuple(_endpoint_settings(environ))
        return cls(
            home=read["SFN_HOME"] or _default_home_setting(read["XDG_DATA_HOME"]),
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
            aws_persist=read["SFN_AWS_PERSIST"] is not None,
            endpoints=() if read["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] else endpoints,
            exact_runtimes=read["SFN_EXACT_RUNTIMES"],
        )

    def endpoint(self, service_id: str) -> str | None:
        """Returns the endpoint that a service's own variable sets, by AWS's id ("API Gateway")."""
        return dict(self.endpoints).get(f"{_ENDPOINTS}_{service_id.upper().replace(' ', '_')}")

    @property
    def common_endpoint(self) -> str | None:
        """Returns the AWS_ENDPOINT_URL endpoint, for services without one of their own."""
        return dict(self.endpoints).get(_ENDPOINTS)

    def environment(self) -> dict[str, str]:
        """Returns the environment in which another process reads the same settings, in any folder.

        It comes in addition to this process's environment.
        """
        found = {"SFN_HOME": self.home, "AWS_REGION": self.region}
        if self.mock_config is not None:
            found["SFN_MOCK_CONFIG"] = self.mock_config
        if self.exact_runtimes:
            found["SFN_EXACT_RUNTIMES"] = "true"
        return found


def is_aws_endpoint(url: str | None) -> bool:
    """Whether an endpoint is one of AWS's own."""
    from urllib.parse import urlsplit

    return (urlsplit(url or "").hostname or "").endswith(_AWS_HOSTS)


VIRTUAL_CLOCK = "virtual"
"""The clock of an execution that jumps to what is due next."""


def clock_reading(clock: str | None, started_at: int, wall: int) -> int:
    """Returns the time on an execution's clock that has not jumped, in milliseconds since 1970."""
    return wall if clock in (None, VIRTUAL_CLOCK) else fast_time(float(clock), started_at, wall)


def fast_time(factor: float, started_at: int, wall: int) -> int:
    """Returns the time of an execution whose time passes faster by this factor."""
    return started_at + int((wall - started_at) * factor)


def _endpoint_settings(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in environ:
        if (name == _ENDPOINTS or name.startswith(f"{_ENDPOINTS}_")) and environ[name]:
            yield name, VARIABLES[_ENDPOINTS].parse(environ[name], name=name)


def _default_home_setting(data: str | None) -> str:
    """Returns the user data folder as platformdirs names it; on Linux `data`, where it is set."""
    if _ON_LINUX:
        # What platformdirs does here, by the XDG specification; importing it would add a tenth
        # to every command. tests/test_settings.py checks that they agree.
        return os.path.join(data or os.path.expanduser("~/.local/share"), "sfn")
    from platformdirs import user_data_dir

    return user_data_dir("sfn", appauthor=False)
