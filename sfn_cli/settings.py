"""Every environment variable that sfn reads: its meaning, its default and its possible values.

`GROUPS` is the only table of them; `docs/reference/settings.md` is generated from it. Each process reads
its environment once, as `Settings`. Every command does so before it writes or starts anything, so that a
bad value is one line and exit code 253. Settings of the terminal alone are read from the same table, by
`value`. A variable whose value is empty counts as not set; only an empty pager means none.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MOCK_CONFIG_FILE = "MockConfigFile.json"
"""Read in the folder of the process where SFN_MOCK_CONFIG names no file, as Step Functions Local does."""

MAX_WORKERS = 16
"""The number of slots for workers that a store has."""

OUTPUTS = ("json", "text", "table", "yaml", "yaml-stream", "off")
ERROR_FORMATS = ("legacy", "json", "yaml", "text", "table", "enhanced")
BINARY_FORMATS = ("base64", "raw-in-base64-out")

_YEAR_SECONDS = 31_536_000
_REGION_LENGTH = 63
_SHOWN_LENGTH = 60

FUNCTION_MARK = "SFN_FUNCTION_PROCESS"
"""Marks a function's process and what that starts (functions/strays.py), but no process of sfn's own."""

_ON_LINUX: bool = sys.platform == "linux"

_LABEL = "[A-Za-z0-9-]{1,63}"
_URL = rf"(?i:https?)://({_LABEL}(\.{_LABEL})*\.?|\[(?P<ipv6>[0-9A-Fa-f:.]+)\])(:(?P<port>[0-9]{{1,5}}))?(/[!-~]*)?"
"""Not compiled here: that would cost every command more than the rest of this module."""


class Kind:
    """A kind of value. `must` completes the sentence "it must be …"; `parse` raises ValueError.

    A plain class: each NamedTuple costs every command a fifth of a millisecond.
    """

    __slots__ = ("must", "parse")

    def __init__(self, must: str, parse: Callable[[str], Any]) -> None:
        self.must = must
        self.parse = parse


class Variable(NamedTuple):
    """One environment variable. Without a `kind`, any text is accepted here; its user may refuse it."""

    name: str
    meaning: str
    default: str = ""
    """The value that an unset variable stands for, as text; empty for none, or for a computed one."""
    kind: Kind | None = None
    computed: str = ""
    """The default in words, where it depends on the machine."""

    def read(self, environ: Mapping[str, str]) -> Any:
        """The value, or that of the default; None where there is neither. Raises ConfigurationError."""
        text = environ.get(self.name) or self.default
        return self.parse(text) if text else None

    def parse(self, text: str) -> Any:
        """The value that `text` stands for. Raises ConfigurationError."""
        if self.kind is None:
            return text
        try:
            return self.kind.parse(text)
        except ValueError:
            raise ConfigurationError(f"{self.name} is {_quote(text)}: it must be {self.kind.must}.") from None


def _digits(text: str, *, most: int = 9) -> str:
    """The text, if it is ASCII digits, `most` at most. Raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= most):
        raise ValueError(text)
    return text


def _decimal(text: str) -> float:
    """A number as people write it: no exponent, no sign, no infinity. Raises ValueError."""
    whole, point, fraction = text.partition(".")
    return float(_digits(whole) + (f".{_digits(fraction)}" if point else ""))


def _seconds(*, more_than: int) -> Kind:
    def parse(text: str) -> float:
        seconds = _decimal(text)
        if not more_than < seconds <= _YEAR_SECONDS:
            raise ValueError(text)
        return seconds

    return Kind(f"a number of seconds, more than {more_than} and at most {_YEAR_SECONDS}", parse)


def _whole(least: int, most: int) -> Kind:
    def parse(text: str) -> int:
        number = int(_digits(text))
        if not least <= number <= most:
            raise ValueError(text)
        return number

    return Kind(f"a whole number from {least} to {most}", parse)


def _choice(*words: str) -> Kind:
    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    *others, last = words
    return Kind(f"{', '.join(others)} or {last}" if others else f"{last}, or not set", parse)


def _boolean(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(text)
    return text.lower() == "true"


def _clock(text: str) -> str:
    if text != "virtual" and _decimal(text) < 1:
        raise ValueError(text)
    return text


def _account(text: str) -> str:
    if len(_digits(text, most=12)) < 12:
        raise ValueError(text)
    return text


def _url(text: str) -> str:
    if not is_url(text):
        raise ValueError(text)
    return text


def _path(text: str) -> str:
    try:
        return os.path.abspath(text)
    except OSError:
        raise ValueError(text) from None


_BOOLEAN = Kind("true or false", _boolean)
_PATH = Kind("a path (an absolute one, if the current folder was deleted)", _path)
_ENDPOINT = Kind("an http or https URL, such as http://127.0.0.1:4566", _url)
_CLOCK_KIND = Kind("virtual, or how many times faster time passes (1 or more)", _clock)
_ACCOUNT_KIND = Kind("the 12 digits of an AWS account", _account)

_STORE = (
    Variable(
        "SFN_HOME",
        "The folder of the store.",
        kind=_PATH,
        computed="the user data folder, on Linux `~/.local/share/sfn`",
    ),
    Variable("XDG_DATA_HOME", "The user data folder on Linux.", kind=_PATH, computed="`~/.local/share`"),
    Variable("AWS_REGION", "The region in ARNs; `--region` wins over it.", computed="`AWS_DEFAULT_REGION`"),
    Variable("AWS_DEFAULT_REGION", "The region in ARNs where `AWS_REGION` is not set.", "us-east-1"),
    Variable("SFN_ACCOUNT_ID", "The account in ARNs.", "123456789012", _ACCOUNT_KIND),
)
_EXECUTIONS = (
    Variable(
        "SFN_CLOCK",
        "How time passes for executions that a command starts: waits are skipped, or time runs faster.",
        kind=_CLOCK_KIND,
        computed="the wall clock",
    ),
    Variable(
        "SFN_MOCK_CONFIG",
        "The mock configuration file, with the test cases that `ARN#CASE` names.",
        kind=_PATH,
        computed=f"`{MOCK_CONFIG_FILE}` in the current folder",
    ),
    Variable(
        "SFN_ON_CRASH",
        "Whether a task that was in flight when its worker died is called again or fails.",
        "retry",
        _choice("retry", "fail"),
    ),
    Variable(
        "SFN_MAX_EVENTS",
        "The most events in the history of a STANDARD execution.",
        "25000",
        _whole(10, 65_535),
    ),
)
_WORKERS = (
    Variable(
        "SFN_WORKERS",
        "The most workers that run at once.",
        kind=_whole(1, MAX_WORKERS),
        computed="one per core, at most 4",
    ),
    Variable("SFN_WORKER_IDLE_SECONDS", "How long an idle worker stays.", "60", _seconds(more_than=0)),
    Variable(
        "SFN_LEASE_SECONDS",
        "How long a worker may show no sign of life (one is due every second) before others take over.",
        "15",
        _seconds(more_than=1),
    ),
    Variable(
        "SFN_MAX_CHILDREN",
        "The most processes of Lambda functions that one worker keeps.",
        "64",
        _whole(1, 1000),
    ),
)
_SERVICES = (
    Variable(
        "SFN_AWS",
        "`real` lets tasks call AWS itself where no endpoint is set.",
        kind=_choice("real"),
        computed="tasks call services on this machine",
    ),
    Variable(
        "SFN_AWS_IDLE_SECONDS",
        "How long the store's own AWS services stay without a request.",
        "900",
        _seconds(more_than=0),
    ),
    Variable(
        "AWS_ENDPOINT_URL",
        "The endpoint that tasks call and status events go to.",
        kind=_ENDPOINT,
    ),
    Variable(
        "AWS_ENDPOINT_URL_*",
        "The endpoint of one service (`AWS_ENDPOINT_URL_SQS`).",
        kind=_ENDPOINT,
    ),
    Variable(
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "`true` ignores the endpoints above and those in `~/.aws/config`.",
        "false",
        _BOOLEAN,
    ),
)
_CREDENTIALS = (
    Variable("AWS_ACCESS_KEY_ID", "Signs requests to `--endpoint-url`, and to AWS with `SFN_AWS=real`."),
    Variable("AWS_SECRET_ACCESS_KEY", "The secret of that key."),
    Variable("AWS_SESSION_TOKEN", "The token of temporary credentials."),
    Variable("AWS_PROFILE", "The profile in these files; `--profile` wins over it.", computed="`default`"),
    Variable("AWS_CONFIG_FILE", "The shared config file.", "~/.aws/config"),
    Variable("AWS_SHARED_CREDENTIALS_FILE", "The shared credentials file.", "~/.aws/credentials"),
    Variable("AWS_CA_BUNDLE", "Certificates to trust; `--ca-bundle` wins over it.", computed="the system's"),
    Variable("AWS_MAX_ATTEMPTS", "How often a request to `--endpoint-url` is tried.", "3", _whole(1, 1000)),
    Variable(
        "AWS_DISABLE_HOST_PREFIX_INJECTION",
        "`true` puts no `sync-` before the host of `--endpoint-url`.",
        "false",
        _BOOLEAN,
    ),
)
_TERMINAL = (
    Variable("AWS_DEFAULT_OUTPUT", f"The output format: {', '.join(OUTPUTS)}.", "json"),
    Variable(
        "AWS_CLI_ERROR_FORMAT",
        "The format of errors; `--cli-error-format` wins over it.",
        "enhanced",
        _choice(*ERROR_FORMATS),
    ),
    Variable(
        "AWS_CLI_BINARY_FORMAT",
        "How blobs are given; `--cli-binary-format` wins over it.",
        "base64",
        _choice(*BINARY_FORMATS),
    ),
    Variable(
        "AWS_PAGER", "The program that shows long output; an empty value turns it off.", computed="`PAGER`"
    ),
    Variable("PAGER", "The same, where `AWS_PAGER` is not set.", computed="`less`"),
    Variable("NO_COLOR", "Any text turns colours off; `--color on` wins over it."),
)
_RUNTIMES = (
    Variable(
        "ASDF_DATA_DIR",
        "Where asdf keeps interpreters for functions, beside those on `PATH`.",
        computed="`~/.asdf`",
    ),
    Variable("PYENV_ROOT", "The same for pyenv.", computed="`~/.pyenv`"),
    Variable("NVM_DIR", "The same for nvm.", computed="`~/.nvm`"),
    Variable("VOLTA_HOME", "The same for Volta.", computed="`~/.volta`"),
)

GROUPS: Mapping[str, tuple[Variable, ...]] = {
    "The store": _STORE,
    "Executions": _EXECUTIONS,
    "Workers": _WORKERS,
    "AWS's services": _SERVICES,
    "Requests to an endpoint": _CREDENTIALS,
    "The terminal": _TERMINAL,
    "Interpreters of functions": _RUNTIMES,
}
VARIABLES: Mapping[str, Variable] = {row.name: row for group in GROUPS.values() for row in group}

_ENDPOINTS = "AWS_ENDPOINT_URL"
"""The common variable, and the prefix of the variables for one service."""


def value(name: str, environ: Mapping[str, str]) -> Any:
    """The value of one variable. Raises ConfigurationError."""
    return VARIABLES[name].read(environ)


def is_set(name: str, environ: Mapping[str, str]) -> bool:
    """Whether the environment has a value for this variable."""
    return bool(environ.get(VARIABLES[name].name))


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
    ) -> Settings:
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


def is_region(text: str) -> bool:
    """Whether the text could be part of a host's name, as the region is in AWS's endpoints."""
    letters = text.replace("-", "")
    is_label = letters.isascii() and letters.isalnum() and "-" not in (text[0], text[-1])
    return is_label and not text.isdigit() and len(text) <= _REGION_LENGTH


def is_url(text: str) -> bool:
    """Whether the text is an http or https URL that an endpoint can have, without a user name in it."""
    found = re.fullmatch(_URL, text)
    if found is None or int(found["port"] or 0) > 65535:
        return False
    if found["ipv6"]:
        from ipaddress import IPv6Address

        try:
            IPv6Address(found["ipv6"])
        except ValueError:
            return False
    return True


def clock_reading(clock: str | None, started_at: int, wall: int) -> int:
    """Returns what the clock of an execution shows that has not jumped, all in milliseconds since
    1970.
    """
    return wall if clock is None or clock == "virtual" else fast_time(float(clock), started_at, wall)


def fast_time(factor: float, started_at: int, wall: int) -> int:
    """The time of an execution for which time passes so many times faster."""
    return started_at + int((wall - started_at) * factor)


def _endpoints(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in environ:
        if (name == _ENDPOINTS or name.startswith(f"{_ENDPOINTS}_")) and environ[name]:
            yield name, VARIABLES[_ENDPOINTS]._replace(name=name).parse(environ[name])


def _quote(text: str) -> str:
    """Quotes the text on one line, shortened."""
    return repr(text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 3] + "...")


def _default_home(data: str | None) -> str:
    """The user data folder that platformdirs names; on Linux `data`, where it is set."""
    if _ON_LINUX:
        # What platformdirs does here, by the XDG specification; importing it would add a tenth
        # to every command. tests/test_settings.py holds the two together.
        return os.path.join(data or os.path.expanduser("~/.local/share"), "sfn")
    from platformdirs import user_data_dir

    return user_data_dir("sfn", appauthor=False)
