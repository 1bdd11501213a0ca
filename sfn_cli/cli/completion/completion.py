"""`sfn completion SHELL` prints a shell's script; the script calls `sfn __complete SHELL …`.

The shell sources the script, which makes that call whenever the user presses Tab. The scripts are
files in `completions/`. Each passes the command line in the form that its shell provides:

    bash    the line up to the cursor, and the characters at which bash splits words
    zsh     the words up to the cursor, the last one complete or empty
    fish    the same
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from typing import TYPE_CHECKING

import click

from sfn_cli.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SCRIPTS: Mapping[str, str] = {"bash": "sfn.bash", "zsh": "_sfn", "fish": "sfn.fish"}
_INSTALLED: Mapping[str, str] = {
    "bash": "share/bash-completion/completions/sfn",
    "zsh": "share/zsh/site-functions/_sfn",
    "fish": "share/fish/vendor_completions.d/sfn.fish",
}
"""Where the wheel installs each script, as in pyproject.toml."""

_CHECKOUT = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "completions")


@click.command("completion")
@click.argument("shell", type=click.Choice(tuple(_SCRIPTS)))
def completion(shell: str) -> ExitCode:
    """Prints the completion script of a shell.

    With it, Tab completes sfn's commands, options, their values, and names of resources in the store.

    \b
    Examples:
      eval "$(sfn completion bash)"       in ~/.bashrc
      eval "$(sfn completion zsh)"        in ~/.zshrc, below compinit
      sfn completion fish | source        in ~/.config/fish/config.fish
    """
    with open(_completion_script(shell), encoding="utf-8") as file:
        sys.stdout.write(file.read())
    return ExitCode.SUCCESS


def _completion_script(shell: str) -> str:
    """Returns the path of a shell's script: in this checkout, or where the wheel installed it."""
    in_checkout = os.path.join(_CHECKOUT, _SCRIPTS[shell])
    if os.path.exists(in_checkout):
        return in_checkout
    from importlib.metadata import files

    return next(
        str(file.locate()) for file in files("sfn-cli") or () if str(file).endswith(_INSTALLED[shell])
    )


def print_candidates(argv: Sequence[str]) -> ExitCode:
    """Prints a line for each candidate, in the form that the shell's script expects."""
    from sfn_cli.cli.completion.candidates import candidates

    shell, *line = argv or ("",)
    if shell == "bash" and len(line) == 2:
        *before, current = _completion_words(line[0])
        for found in candidates(before[1:], current):
            print(
                _completion_tail(
                    _escape_completion(found.value, line[0]), _escape_completion(current, line[0]), line[1]
                )
            )
    elif shell in ("zsh", "fish"):
        *before, current = line or [""]
        for found in candidates(before, current):
            print(f"{found.value}\t{found.description}" if found.description else found.value)
    return ExitCode.SUCCESS


def _completion_words(line: str) -> list[str]:
    """Splits a line that ends at the cursor, possibly within quotes, into words.

    The last word is the one to complete.
    """
    for closing in ("", '"', "'", "\\"):
        try:
            words = shlex.split(line + closing)
        except ValueError:
            continue
        ended = not closing and line[-1:].isspace() and not line.endswith("\\ ")
        return [*words, ""] if ended or not words else words
    return [""]


def _escape_completion(value: str, line: str) -> str:
    """Escapes a candidate for the command line, unless the word is in quotes.

    Bash inserts candidates unchanged.
    """
    in_quotes = re.search(r"""(^|\s)["'][^"']*$""", line)
    return value if in_quotes else re.sub(r"([^\w@%+=:,./~-])", r"\\\1", value)


def _completion_tail(value: str, current: str, breaks: str) -> str:
    """Returns the part of a candidate after the last character at which bash splits words.

    Only characters in the word so far count.
    """
    split_at = max((current.rfind(character) for character in breaks if character in ":="), default=-1)
    return value[split_at + 1 :]
