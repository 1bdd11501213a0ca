"""The terminal of one command: where output goes, its format, and the global options."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, TextIO

from sfn_cli.cli.failures import CommandFailedError
from sfn_cli.settings import Settings
from sfn_cli.settings.kinds import is_region_setting
from sfn_cli.settings.table import OUTPUTS, SHARED_FILES, VARIABLES, is_setting_set, setting_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.cli.operations.query import Query


class Terminal:
    """The terminal of one command.

    `given` holds the values of the global options in argv, by their names in `options.GLOBALS`.
    """

    def __init__(self, given: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> None:
        self.given = given
        self.environ = environ

    @property
    def output(self) -> str:
        """The output format. Raises CommandFailedError if the environment names an unknown one."""
        chosen: str = self.given.get("output") or self._setting("AWS_DEFAULT_OUTPUT", "output")
        if chosen not in OUTPUTS:
            raise CommandFailedError(f"Unknown output type: {chosen}")
        return chosen

    @property
    def writes_data(self) -> bool:
        """Whether a command for people, such as `sfn show`, writes data: with --output or --query.

        AWS_DEFAULT_OUTPUT applies to the operations only: users who have it set would never see a tree.
        `aws s3 ls` and `aws logs tail` ignore it, too.
        """
        return bool(self.given.get("output") or self.given.get("query"))

    @property
    def is_for_people(self) -> bool:
        """Whether to write text for people: stdout is a terminal, and no output format is chosen."""
        is_set = is_setting_set("AWS_DEFAULT_OUTPUT", self.environ)
        return not (self.writes_data or is_set) and sys.stdout.isatty()

    @property
    def error_format(self) -> str:
        """The format of errors. Raises ConfigurationError."""
        chosen: str = self.given.get("cli_error_format") or self._setting(
            "AWS_CLI_ERROR_FORMAT", "cli_error_format"
        )
        return chosen

    @property
    def query(self) -> Query | None:
        """The function that applies --query. Raises UsageError when it is not JMESPath."""
        expression = self.given.get("query")
        if expression is None:
            return None
        from sfn_cli.cli.operations.query import compile_query

        return compile_query(expression)

    @property
    def color(self) -> bool:
        """Whether stdout may be coloured.

        --color decides; `auto` depends on stdout, NO_COLOR and TERM.
        """
        return self.colors(sys.stdout)

    def colors(self, stream: TextIO) -> bool:
        """Whether this stream may be coloured: the rule of `color`, for any stream."""
        chosen = self.given.get("color", "auto")
        return chosen == "on" or (chosen == "auto" and self.moves_cursor(stream) and not self.no_color)

    @property
    def no_color(self) -> bool:
        """Whether NO_COLOR turns colours off."""
        return setting_value("NO_COLOR", self.environ) is not None

    def moves_cursor(self, stream: TextIO) -> bool:
        """Whether the stream is a terminal on which lines can be redrawn."""
        return stream.isatty() and self.environ.get("TERM") not in ("dumb", "unknown")

    @property
    def raw_blobs(self) -> bool:
        chosen: str = self.given.get("cli_binary_format") or self._setting(
            "AWS_CLI_BINARY_FORMAT", "cli_binary_format"
        )
        return chosen == "raw-in-base64-out"

    @property
    def paginate(self) -> bool:
        return bool(self.given.get("paginate", True))

    @cached_property
    def settings(self) -> Settings:
        """The environment's settings, with --region or the profile's region.

        Raises ConfigurationError; CommandFailedError for the region or the profile.
        """
        region = self.given.get("region")
        if not region and not is_setting_set("AWS_REGION", self.environ):
            region = self._setting("AWS_DEFAULT_REGION", "region")
        elif "profile" in self.given:
            _ = self.profile  # that it exists is checked in any case
        settings = Settings.from_environment(self.environ, region=region)
        if not is_region_setting(settings.region):  # the message and the exit code are aws's
            raise CommandFailedError(
                f"Provided region_name '{settings.region}' doesn't match a supported format."
            )
        return settings

    def _setting(self, variable: str, name: str) -> Any:
        """Returns the setting of the environment, else of the profile, else the default."""
        if not is_setting_set(variable, self.environ) and (text := self.profile.get(name)):
            return VARIABLES[variable].parse(text, name=f"{name} in the config file")
        return setting_value(variable, self.environ)

    @cached_property
    def profile(self) -> Mapping[str, str]:
        """The settings of the profile, read once. Raises CommandFailedError."""
        is_named = "profile" in self.given or is_setting_set("AWS_PROFILE", self.environ)
        files = (setting_value(name, self.environ) for name in SHARED_FILES)
        if not (is_named or any(os.path.exists(os.path.expanduser(file)) for file in files)):
            return {}
        from sfn_cli.settings.config_file import ConfigFileError, read_profile

        try:
            return read_profile(self.environ, self.given.get("profile"))
        except ConfigFileError as error:
            raise CommandFailedError(str(error)) from None

    def write(self, value: Any, title: str) -> None:
        """Writes a value to stdout, through --query and in the output format.

        `title` is a table's.
        """
        from sfn_cli.cli import output

        query = self.query
        shown = value if query is None else query(value)
        output.write_output(shown, self.output, title, sys.stdout, color=self.color)

    @contextmanager
    def pager(self) -> Iterator[TextIO]:
        """Yields the stream for output: stdout, or a pager at a terminal unless it is disabled."""
        if not sys.stdout.isatty() or not self.given.get("cli_pager", True):
            yield sys.stdout
            return
        from sfn_cli.cli.pager import open_pager

        with open_pager({**self._pager_of_profile(), **self.environ}) as stream:
            yield stream

    def _pager_of_profile(self) -> Mapping[str, str]:
        pager = self.profile.get("cli_pager")
        return {} if pager is None else {"AWS_PAGER": pager}
