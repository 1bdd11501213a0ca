"""Runs the console blocks of a page, as its reader would: in order, in a fresh home.

A page that installs sfn is run in a copy of the checkout, without the sfn that runs the tests; any
other page in a folder with the examples. The home folder of the user has a space in its path.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.docs.console_page import ConsoleBlock, ConsoleCommand, ShownFile, read_console_page
from tests.docs.console_session import ConsoleSession
from tests.docs.expected_output import output_has_appeared, output_matches
from tests.docs.repository import ROOT, repository_files
from tests.processes import SFN, TIMEOUT_SECONDS, environment_of, stop_home

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PORTS = ("8083", "8443")
"""The ports that pages show; free ones are used instead."""
_INSTALLS = re.compile(r"\bpip (?:install|wheel)\b|\bpipx\b|\buv tool\b")
_INSTALL_SECONDS = 600.0
"""Downloads and builds take longer than other commands."""
_INTERRUPTED_CODES = (0, 130)


class OutputDifference(NamedTuple):
    """An output that a page shows otherwise than it is, or a command that exits otherwise."""

    line: int
    command: str
    exit_code: int
    actual: str
    span: tuple[int, int]
    indent: str

    def __str__(self) -> str:
        return f"line {self.line}: $ {self.command}\n[exit {self.exit_code}]\n{self.actual}"


class PageRunner:
    """The terminals of one page's reader."""

    def __init__(self, page: Path, place: Path) -> None:
        self._blocks = read_console_page(page)
        self._place = place
        self._user = place / "home of Ada"
        self._user.mkdir()
        self._folder = place / "sfn"
        self._ports = {port: str(_free_port()) for port in PORTS}
        self._environment = self._environment_of_user()
        if self._installs:
            _copy_checkout(self._folder)
        else:
            self._folder.mkdir()
            shutil.copytree(ROOT / "examples", self._folder / "examples", symlinks=True)
        self._sessions: dict[int, ConsoleSession] = {}

    def differences(self) -> Iterator[OutputDifference]:
        """Runs the page, and yields what is otherwise than it says."""
        for block in self._blocks:
            if isinstance(block, ShownFile):
                path = self._folder / block.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(self._typed(block.text), encoding="utf-8")
            elif not block.reason_not_run:
                yield from self._run_block(block)

    def close(self) -> None:
        """Ends the reader's terminals, and what runs in the background of their home."""
        for session in self._sessions.values():
            session.interrupt()
            session.close()
        home = self._user / ".local" / "share" / "sfn"
        if home.is_dir():
            stop_home(home)

    @property
    def _installs(self) -> bool:
        return any(
            _INSTALLS.search(command.text)
            for block in self._blocks
            if isinstance(block, ConsoleBlock) and not block.reason_not_run
            for command in block.commands
        )

    def _environment_of_user(self) -> dict[str, str]:
        user = {
            "HOME": str(self._user),
            "TERM": "xterm-256color",
            "AWS_PAGER": "",
            "PAGER": "cat",
            "PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", str(Path.home() / ".cache" / "pip")),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            # Where pytest deletes old folders: by default, also those of the tests that run now.
            "PYTEST_DEBUG_TEMPROOT": str(self._place),
        }
        environment = environment_of(self._user, user)
        of_this_test = {name for name in os.environ if name.startswith("PYTEST_")} - user.keys()
        for name in ("SFN_HOME", "XDG_DATA_HOME", "VIRTUAL_ENV", *of_this_test):
            environment.pop(name, None)
        own = str(Path(SFN).parent)
        path = [entry for entry in environment["PATH"].split(os.pathsep) if entry != own]
        if not self._installs:
            path.insert(0, own)
        elif Path(sys.base_prefix, "bin", "python3").exists():
            path.insert(0, str(Path(sys.base_prefix, "bin")))
        return {**environment, "PATH": os.pathsep.join(path)}

    def _session(self, terminal: int) -> ConsoleSession:
        if terminal not in self._sessions:
            commands = self._place / f"terminal-{terminal}"
            self._sessions[terminal] = ConsoleSession(commands, self._environment, self._folder)
        return self._sessions[terminal]

    def _run_block(self, block: ConsoleBlock) -> Iterator[OutputDifference]:
        session = self._session(block.terminal)
        for command in block.commands:
            is_last = command is block.commands[-1]
            continues = is_last and (block.is_interrupted or block.terminal > 1)
            if command.text and not continues:
                yield from self._run_command(session, block, command, block.exit_code if is_last else 0)
                continue
            if command.text:
                session.start(self._typed(command.text))
            shown = self._shown(command)
            if not session.until_output(partial(output_has_appeared, shown)):
                yield self._difference(block, command, -1, session.output)
            if block.is_interrupted:
                session.interrupt()
                code, output = session.end_of_command()
                if code not in _INTERRUPTED_CODES:
                    yield self._difference(block, command, code, output)

    def _run_command(
        self, session: ConsoleSession, block: ConsoleBlock, command: ConsoleCommand, exit_code: int
    ) -> Iterator[OutputDifference]:
        seconds = _INSTALL_SECONDS if _INSTALLS.search(command.text) else TIMEOUT_SECONDS
        code, output = session.run(self._typed(command.text), seconds)
        shown = self._shown(command)
        if code != exit_code or (shown and not output_matches(shown, output)):
            yield self._difference(block, command, code, output)

    def _difference(
        self, block: ConsoleBlock, command: ConsoleCommand, code: int, output: str
    ) -> OutputDifference:
        actual = output.replace(str(self._folder), "…")
        for port, used in self._ports.items():
            actual = actual.replace(used, port)
        return OutputDifference(block.line, command.text, code, actual, command.output_span, block.indent)

    def _typed(self, text: str) -> str:
        for port, used in self._ports.items():
            text = text.replace(port, used)
        return text

    def _shown(self, command: ConsoleCommand) -> tuple[str, ...]:
        return tuple(self._typed(line) for line in command.output)


def write_outputs(page: Path, differences: Iterable[OutputDifference]) -> None:
    """Replaces what the page shows by the real output, where the page shows any."""
    text = page.read_text(encoding="utf-8")
    for difference in sorted(differences, key=lambda each: each.span, reverse=True):
        start, end = difference.span
        if start == end:
            continue
        lines = [line.rstrip() for line in difference.actual.rstrip().splitlines()]
        output = "".join(f"{difference.indent}{line}".rstrip() + "\n" for line in lines)
        text = text[:start] + output + text[end:]
    page.write_text(text, encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _copy_checkout(folder: Path) -> None:
    for name in repository_files():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target, follow_symlinks=False)
