"""The texts of `help.json`: what operations and options do."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def help_sentence(*command: str) -> str:
    """Returns what a command does, or what a service is for, in one sentence.

    A command is its service and its name; one of sfn's own is its name alone.
    """
    says: str = _help_words()["commands"].get(" ".join(command), {}).get("says", "")
    return says


def help_examples(service: str, name: str) -> tuple[str, ...]:
    """Returns the arguments of each of an operation's examples."""
    words = _help_words()["commands"].get(f"{service} {name}", {})
    return (*([words["example"]] if "example" in words else ()), *words.get("moreExamples", ()))


def option_help_sentence(flag: str) -> str:
    """Returns what an option or a positional argument of an operation means."""
    says: str = _help_words()["options"].get(flag, "")
    return says


@cache
def _help_words() -> Mapping[str, Any]:
    with open(os.path.join(os.path.dirname(__file__), "help.json"), encoding="utf-8") as file:
        words: Mapping[str, Any] = json.load(file)
    return words
