"""Every environment variable that sfn reads: its meaning, its default and its possible values.

`GROUPS` is the only table of them; `docs/reference/settings.md` is generated from it. A variable whose value
is empty counts as not set; only an empty pager means none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import quotas
from sfn_cli.errors import ConfigurationError
from sfn_cli.settings.kinds import (
    ACCOUNT,
    BOOLEAN,
    CLOCK,
    ENDPOINT,
    PATH,
    choice_kind,
    seconds_kind,
    whole_number_kind,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.settings.kinds import Kind

MOCK_CONFIG_FILE = "MockConfigFile.json"
"""Read in the folder of the process where SFN_MOCK_CONFIG names no file, as Step Functions Local does."""

MAX_WORKERS = 16
"""The number of slots for workers that a store has."""

OUTPUTS = ("json", "text", "table", "yaml", "yaml-stream", "off")
ERROR_FORMATS = ("legacy", "json", "yaml", "text", "table", "enhanced")
BINARY_FORMATS = ("base64", "raw-in-base64-out")

_SHOWN_LENGTH = 60


class SettingVariable:
    """One environment variable. Without a `kind`, any text is accepted here; its user may refuse it.

    `default` is the value that an unset variable stands for, as text; empty for none, or for one that depends
    on the machine: `computed` describes that. A plain class, since a NamedTuple costs every command
    a fifth of a millisecond.
    """

    __slots__ = ("computed", "default", "kind", "meaning", "name")

    def __init__(
        self, name: str, meaning: str, default: str = "", kind: Kind | None = None, *, computed: str = ""
    ) -> None:
        self.name = name
        self.meaning = meaning
        self.default = default
        self.kind = kind
        self.computed = computed

    def read(self, environ: Mapping[str, str]) -> Any:
        """The value, or that of the default; None where there is neither. Raises ConfigurationError."""
        text = environ.get(self.name) or self.default
        return self.parse(text) if text else None

    def parse(self, text: str, *, name: str = "") -> Any:
        """The value that `text` stands for. Raises ConfigurationError.

        `name` is the variable that has the text, where this one stands for several (AWS_ENDPOINT_URL_*).
        """
        if self.kind is None:
            return text
        try:
            return self.kind.parse(text)
        except ValueError:
            message = f"{name or self.name} is {_quote_setting(text)}: it must be {self.kind.must}."
            raise ConfigurationError(message) from None


_STORE = (
    SettingVariable(
        "SFN_HOME",
        "The folder of the store.",
        kind=PATH,
        computed="the user data folder, on Linux `~/.local/share/sfn`",
    ),
    SettingVariable(
        "XDG_DATA_HOME", "The user data folder on Linux.", kind=PATH, computed="`~/.local/share`"
    ),
    SettingVariable(
        "AWS_REGION", "The region in ARNs; `--region` wins over it.", computed="`AWS_DEFAULT_REGION`"
    ),
    SettingVariable("AWS_DEFAULT_REGION", "The region in ARNs where `AWS_REGION` is not set.", "us-east-1"),
    SettingVariable("SFN_ACCOUNT_ID", "The account in ARNs.", "123456789012", ACCOUNT),
)
_EXECUTIONS = (
    SettingVariable(
        "SFN_CLOCK",
        "How time passes for executions that a command starts: waits are skipped, or time runs faster.",
        kind=CLOCK,
        computed="the wall clock",
    ),
    SettingVariable(
        "SFN_MOCK_CONFIG",
        "The mock configuration file, with the test cases that `ARN#CASE` names.",
        kind=PATH,
        computed=f"`{MOCK_CONFIG_FILE}` in the current folder",
    ),
    SettingVariable(
        "SFN_ON_CRASH",
        "Whether a task that was in flight when its worker died is called again or fails.",
        "retry",
        choice_kind("retry", "fail"),
    ),
    SettingVariable(
        "SFN_MAX_EVENTS",
        "The most events in the history of a STANDARD execution.",
        str(quotas.HISTORY_EVENTS),
        whole_number_kind(10, 65_535),
    ),
)
_WORKERS = (
    SettingVariable(
        "SFN_WORKERS",
        "The most workers that run at once.",
        kind=whole_number_kind(1, MAX_WORKERS),
        computed="one per core, at most 4",
    ),
    SettingVariable(
        "SFN_WORKER_IDLE_SECONDS", "How long an idle worker stays.", "60", seconds_kind(more_than=0)
    ),
    SettingVariable(
        "SFN_LEASE_SECONDS",
        "How long a worker may show no sign of life (one is due every second) before others take over.",
        "15",
        seconds_kind(more_than=1),
    ),
    SettingVariable(
        "SFN_MAX_CHILDREN",
        "The most processes of Lambda functions that one worker keeps.",
        "64",
        whole_number_kind(1, 1000),
    ),
)
_SERVICES = (
    SettingVariable(
        "SFN_AWS",
        "`real` lets tasks call AWS itself where no endpoint is set.",
        kind=choice_kind("real"),
        computed="tasks call services on this machine",
    ),
    SettingVariable(
        "SFN_AWS_IDLE_SECONDS",
        "How long the store's own AWS services stay without a request.",
        "900",
        seconds_kind(more_than=0),
    ),
    SettingVariable(
        "AWS_ENDPOINT_URL",
        "The endpoint that tasks call and status events go to.",
        kind=ENDPOINT,
    ),
    SettingVariable(
        "AWS_ENDPOINT_URL_*",
        "The endpoint of one service (`AWS_ENDPOINT_URL_SQS`).",
        kind=ENDPOINT,
    ),
    SettingVariable(
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "`true` ignores the endpoints above and those in `~/.aws/config`.",
        "false",
        BOOLEAN,
    ),
)
_CREDENTIALS = (
    SettingVariable(
        "AWS_ACCESS_KEY_ID", "Signs requests to `--endpoint-url`, and to AWS with `SFN_AWS=real`."
    ),
    SettingVariable("AWS_SECRET_ACCESS_KEY", "The secret of that key."),
    SettingVariable("AWS_SESSION_TOKEN", "The token of temporary credentials."),
    SettingVariable(
        "AWS_PROFILE", "The profile in these files; `--profile` wins over it.", computed="`default`"
    ),
    SettingVariable("AWS_CONFIG_FILE", "The shared config file.", "~/.aws/config"),
    SettingVariable("AWS_SHARED_CREDENTIALS_FILE", "The shared credentials file.", "~/.aws/credentials"),
    SettingVariable(
        "AWS_CA_BUNDLE", "Certificates to trust; `--ca-bundle` wins over it.", computed="the system's"
    ),
    SettingVariable(
        "AWS_MAX_ATTEMPTS",
        "How often a request to `--endpoint-url` is tried.",
        "3",
        whole_number_kind(1, 1000),
    ),
    SettingVariable(
        "AWS_DISABLE_HOST_PREFIX_INJECTION",
        "`true` puts no `sync-` before the host of `--endpoint-url`.",
        "false",
        BOOLEAN,
    ),
)
_TERMINAL = (
    SettingVariable("AWS_DEFAULT_OUTPUT", f"The output format: {', '.join(OUTPUTS)}.", "json"),
    SettingVariable(
        "AWS_CLI_ERROR_FORMAT",
        "The format of errors; `--cli-error-format` wins over it.",
        "enhanced",
        choice_kind(*ERROR_FORMATS),
    ),
    SettingVariable(
        "AWS_CLI_BINARY_FORMAT",
        "How blobs are given; `--cli-binary-format` wins over it.",
        "base64",
        choice_kind(*BINARY_FORMATS),
    ),
    SettingVariable(
        "AWS_PAGER", "The program that shows long output; an empty value turns it off.", computed="`PAGER`"
    ),
    SettingVariable("PAGER", "The same, where `AWS_PAGER` is not set.", computed="`less`"),
    SettingVariable("NO_COLOR", "Any text turns colours off; `--color on` wins over it."),
)
_RUNTIMES = (
    SettingVariable(
        "ASDF_DATA_DIR",
        "Where asdf keeps interpreters for functions, beside those on `PATH`.",
        computed="`~/.asdf`",
    ),
    SettingVariable("PYENV_ROOT", "The same for pyenv.", computed="`~/.pyenv`"),
    SettingVariable("NVM_DIR", "The same for nvm.", computed="`~/.nvm`"),
    SettingVariable("VOLTA_HOME", "The same for Volta.", computed="`~/.volta`"),
    SettingVariable(
        "SFN_EXACT_RUNTIMES",
        "`true` runs no function by another version of its language where its runtime is not installed.",
        "false",
        BOOLEAN,
    ),
)

GROUPS: Mapping[str, tuple[SettingVariable, ...]] = {
    "The store": _STORE,
    "Executions": _EXECUTIONS,
    "Workers": _WORKERS,
    "AWS's services": _SERVICES,
    "Requests to an endpoint": _CREDENTIALS,
    "The terminal": _TERMINAL,
    "Interpreters of functions": _RUNTIMES,
}
VARIABLES: Mapping[str, SettingVariable] = {row.name: row for group in GROUPS.values() for row in group}


def setting_value(name: str, environ: Mapping[str, str]) -> Any:
    """The value of one variable. Raises ConfigurationError."""
    return VARIABLES[name].read(environ)


def is_setting_set(name: str, environ: Mapping[str, str]) -> bool:
    """Whether the environment has a value for this variable."""
    return bool(environ.get(VARIABLES[name].name))


def _quote_setting(text: str) -> str:
    """The text quoted on one line, shortened."""
    return repr(text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 3] + "...")
