"""Every environment variable that sfn reads: its meaning, its default and its possible values.

`GROUPS` is the only table of them; `docs/reference/settings.md` is generated from it. An empty variable
counts as not set, except that an empty AWS_PAGER or PAGER disables paging.
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
"""The file in the current folder that is read without SFN_MOCK_CONFIG, as in Step Functions Local."""

MAX_WORKERS = 16
"""The number of worker slots of a store."""

SHARED_FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
"""The variables with the files of profiles; the settings of the second file win."""

OUTPUTS = ("json", "text", "table", "yaml", "yaml-stream", "off")
ERROR_FORMATS = ("legacy", "json", "yaml", "text", "table", "enhanced")
BINARY_FORMATS = ("base64", "raw-in-base64-out")

_SHOWN_LENGTH = 60


class SettingVariable:
    """One environment variable.

    `meaning` and `computed` are Markdown, for the reference page. `default` is the value of an unset
    variable, as text. It is empty if there is none, or if it depends on the machine: `computed` then
    describes it. Without a `kind`, any text is accepted here, and the code that uses it may refuse it.
    A plain class: a NamedTuple costs every command a fifth of a millisecond.
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
        """Returns the value, or the default, or None without either. Raises ConfigurationError."""
        text = environ.get(self.name) or self.default
        return self.parse(text) if text else None

    def parse(self, text: str, *, name: str = "") -> Any:
        """Parses a value. Raises ConfigurationError.

        `name` is the variable's real name, if this row stands for several (AWS_ENDPOINT_URL_*).
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
        "The home: the folder with the store and every other file that sfn writes.",
        kind=PATH,
        computed="`~/.local/share/sfn` on Linux, `~/Library/Application Support/sfn` on macOS",
    ),
    SettingVariable(
        "XDG_DATA_HOME",
        "On Linux, the folder that contains the default home.",
        kind=PATH,
        computed="`~/.local/share`",
    ),
    SettingVariable(
        "AWS_REGION", "The region in ARNs. `--region` takes precedence.", computed="`AWS_DEFAULT_REGION`"
    ),
    SettingVariable(
        "AWS_DEFAULT_REGION",
        "The region in ARNs if `AWS_REGION` is not set. It takes precedence over the profile's `region`.",
        "us-east-1",
    ),
    SettingVariable("SFN_ACCOUNT_ID", "The account ID in ARNs.", "123456789012", ACCOUNT),
)
_EXECUTIONS = (
    SettingVariable(
        "SFN_CLOCK",
        "The clock of the executions that a command starts. `virtual` skips waits, retry delays and "
        "timeouts; `60` makes time run 60 times faster.",
        kind=CLOCK,
        computed="the wall clock",
    ),
    SettingVariable(
        "SFN_MOCK_CONFIG",
        "The file with mocks and test cases. `ARN#CASE` selects a test case.",
        kind=PATH,
        computed=f"`{MOCK_CONFIG_FILE}` in the current folder",
    ),
    SettingVariable(
        "SFN_ON_CRASH",
        "What happens to a task that was running when its worker died: it is called again (`retry`) or "
        "it fails (`fail`).",
        "retry",
        choice_kind("retry", "fail"),
    ),
    SettingVariable(
        "SFN_MAX_EVENTS",
        "The maximum number of events in the history of a STANDARD execution.",
        str(quotas.HISTORY_EVENTS),
        whole_number_kind(10, 65_535),
    ),
)
_WORKERS = (
    SettingVariable(
        "SFN_WORKERS",
        "The maximum number of workers that run at the same time.",
        kind=whole_number_kind(1, MAX_WORKERS),
        computed="one per core, at most 4",
    ),
    SettingVariable(
        "SFN_WORKER_IDLE_SECONDS",
        "How long an idle worker waits for work before it exits.",
        "60",
        seconds_kind(more_than=0),
    ),
    SettingVariable(
        "SFN_LEASE_SECONDS",
        "How long a worker may be silent before other workers take over its executions. A worker that "
        "runs renews its lease every second.",
        "15",
        seconds_kind(more_than=1),
    ),
    SettingVariable(
        "SFN_MAX_CHILDREN",
        "The maximum number of Lambda function processes of one worker.",
        "64",
        whole_number_kind(1, 1000),
    ),
)
_SERVICES = (
    SettingVariable(
        "SFN_AWS",
        "`real` sends the calls of tasks to AWS, with your credentials, if no endpoint is set.",
        kind=choice_kind("real"),
        computed="calls go to the local AWS services",
    ),
    SettingVariable(
        "SFN_AWS_IDLE_SECONDS",
        "How long the local AWS services run without a request or a worker before they stop.",
        "900",
        seconds_kind(more_than=0),
    ),
    SettingVariable(
        "SFN_AWS_PERSIST",
        "`1` keeps the data of the local AWS services, in the home, when they stop.",
        kind=choice_kind("1"),
        computed="their data is lost",
    ),
    SettingVariable(
        "AWS_ENDPOINT_URL",
        "The endpoint for the calls of tasks and for status change events.",
        kind=ENDPOINT,
    ),
    SettingVariable(
        "SFN_AWS_ENDPOINT",
        "Set by `sfn aws env`. If `AWS_ENDPOINT_URL` has the same value, sfn ignores it: tasks find the "
        "local AWS services without it.",
    ),
    SettingVariable(
        "AWS_ENDPOINT_URL_*",
        "The endpoint for one service, for example `AWS_ENDPOINT_URL_SQS`. It takes precedence over "
        "`AWS_ENDPOINT_URL`.",
        kind=ENDPOINT,
    ),
    SettingVariable(
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "`true` ignores these variables and the endpoints in `~/.aws/config`.",
        "false",
        BOOLEAN,
    ),
)
_CREDENTIALS = (
    SettingVariable(
        "AWS_ACCESS_KEY_ID",
        "The access key for requests to `--endpoint-url`, and to AWS with `SFN_AWS=real`.",
    ),
    SettingVariable("AWS_SECRET_ACCESS_KEY", "The secret key of that access key."),
    SettingVariable("AWS_SESSION_TOKEN", "The session token of temporary credentials."),
    SettingVariable(
        "AWS_PROFILE",
        "The profile in the config and credentials files, with `region`, `output`, `cli_binary_format`, "
        "`cli_pager` and `cli_error_format`. `--profile` takes precedence.",
        computed="`default`",
    ),
    SettingVariable("AWS_CONFIG_FILE", "The shared config file.", "~/.aws/config"),
    SettingVariable("AWS_SHARED_CREDENTIALS_FILE", "The shared credentials file.", "~/.aws/credentials"),
    SettingVariable(
        "AWS_CA_BUNDLE",
        "A file with trusted certificates. `--ca-bundle` takes precedence.",
        computed="the system's certificates",
    ),
    SettingVariable(
        "AWS_MAX_ATTEMPTS",
        "The maximum number of attempts for a request to `--endpoint-url`.",
        "3",
        whole_number_kind(1, 1000),
    ),
    SettingVariable(
        "AWS_DISABLE_HOST_PREFIX_INJECTION",
        "`true` omits `sync-` before the host of `--endpoint-url`.",
        "false",
        BOOLEAN,
    ),
)
_TERMINAL = (
    SettingVariable(
        "AWS_DEFAULT_OUTPUT",
        f"The output format: {', '.join(OUTPUTS)}. `--output` takes precedence, and this over the "
        "profile's `output`.",
        "json",
    ),
    SettingVariable(
        "AWS_CLI_ERROR_FORMAT",
        "The format of errors. `--cli-error-format` takes precedence.",
        "enhanced",
        choice_kind(*ERROR_FORMATS),
    ),
    SettingVariable(
        "AWS_CLI_BINARY_FORMAT",
        "The encoding of binary values on the command line. `--cli-binary-format` takes precedence.",
        "base64",
        choice_kind(*BINARY_FORMATS),
    ),
    SettingVariable(
        "AWS_PAGER",
        "The program that shows long output at a terminal. An empty value disables paging.",
        computed="`PAGER`",
    ),
    SettingVariable("PAGER", "The pager if `AWS_PAGER` is not set.", computed="`less`"),
    SettingVariable("NO_COLOR", "Any value disables colours. `--color on` takes precedence."),
)
_RUNTIMES = (
    SettingVariable(
        "ASDF_DATA_DIR",
        "The folder of asdf, in which sfn looks for interpreters of functions, in addition to `PATH`.",
        computed="`~/.asdf`",
    ),
    SettingVariable("PYENV_ROOT", "The folder of pyenv.", computed="`~/.pyenv`"),
    SettingVariable("NVM_DIR", "The folder of nvm.", computed="`~/.nvm`"),
    SettingVariable("VOLTA_HOME", "The folder of Volta.", computed="`~/.volta`"),
    SettingVariable(
        "SFN_EXACT_RUNTIMES",
        "`true` refuses to run a function with another version of its language if the runtime that it "
        "names is not installed.",
        "false",
        BOOLEAN,
    ),
)

GROUPS: Mapping[str, tuple[SettingVariable, ...]] = {
    "Home, region and account": _STORE,
    "Executions": _EXECUTIONS,
    "Workers": _WORKERS,
    "AWS services": _SERVICES,
    "Requests to an endpoint": _CREDENTIALS,
    "Terminal": _TERMINAL,
    "Interpreters of functions": _RUNTIMES,
}
VARIABLES: Mapping[str, SettingVariable] = {row.name: row for group in GROUPS.values() for row in group}


def setting_value(name: str, environ: Mapping[str, str]) -> Any:
    """Returns the value of one variable. Raises ConfigurationError."""
    return VARIABLES[name].read(environ)


def is_setting_set(name: str, environ: Mapping[str, str]) -> bool:
    """Whether the environment has a value for this variable."""
    return bool(environ.get(VARIABLES[name].name))


def _quote_setting(text: str) -> str:
    """Returns the text quoted, on one line, and shortened."""
    return repr(text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 3] + "...")
