"""What the environment says: where the store lies, which region and account ARNs name."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_REGION = "us-east-1"
DEFAULT_ACCOUNT = "123456789012"

MOCK_CONFIG_FILE = "MockConfigFile.json"
"""What is read in the folder of the process where SFN_MOCK_CONFIG names no file, as Step Functions Local does."""

FUNCTION_MARK = "SFN_FUNCTION_PROCESS"
"""The variable that marks a function's process, and what that starts (functions/strays.py); sfn's own processes have none."""

_ON_LINUX: bool = sys.platform == "linux"


class Settings(NamedTuple):
    """The settings of one process; `home` is the path of the folder that holds everything sfn keeps.

    A plain string: pathlib would cost each command some milliseconds.
    """

    home: str
    region: str
    account_id: str
    clock: str | None = None
    """How time passes for the executions that this process starts: "virtual", a factor, or as on the wall (None)."""
    mock_config: str | None = None
    """SFN_MOCK_CONFIG: the path of the file that has the test cases which a state machine's ARN may name."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ, *, region: str | None = None) -> Settings:
        """`region` (the --region option) wins over AWS_REGION, which wins over AWS_DEFAULT_REGION."""
        home = environ.get("SFN_HOME")
        return cls(
            home=os.path.abspath(home) if home else _default_home(environ),
            region=region or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION,
            account_id=environ.get("SFN_ACCOUNT_ID") or DEFAULT_ACCOUNT,
            clock=_checked_clock(environ.get("SFN_CLOCK") or None),
            mock_config=environ.get("SFN_MOCK_CONFIG") or None,
        )


def shown_by(clock: str | None, started_at: int, wall: int) -> int:
    """What the clock of an execution shows that has not jumped, all in milliseconds since 1970."""
    return wall if clock is None or clock == "virtual" else fast_time(float(clock), started_at, wall)


def fast_time(factor: float, started_at: int, wall: int) -> int:
    """The time of an execution for which time passes so many times faster."""
    return started_at + int((wall - started_at) * factor)


def _checked_clock(setting: str | None) -> str | None:
    """Raises ConfigurationError when it is neither "virtual" nor a number of at least 1."""
    if setting is None or setting == "virtual" or re.fullmatch(r"[1-9]\d{0,8}(\.\d+)?", setting):
        return setting
    raise ConfigurationError(f"SFN_CLOCK is '{setting}': it must be virtual, or how many times faster time passes (1 or more).")


def _default_home(environ: Mapping[str, str]) -> str:
    """The user data folder that platformdirs names."""
    if _ON_LINUX:
        # What platformdirs does here, by the XDG specification; importing it would add a tenth
        # to every command. tests/test_settings.py holds the two together.
        data = environ.get("XDG_DATA_HOME", "")
        return os.path.join(data if data.strip() else os.path.expanduser("~/.local/share"), "sfn")
    from platformdirs import user_data_dir

    return user_data_dir("sfn", appauthor=False)
