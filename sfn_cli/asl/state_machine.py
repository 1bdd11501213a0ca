"""A loaded definition with compiled states, ready to be interpreted.

`load_machine` expects a definition that `validate` has accepted. It compiles each expression once.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from sfn_cli.asl.dataflow import JSONPATH
from sfn_cli.asl.states import STATE_TYPES
from sfn_cli.jsonvalue import dumps, loads, raise_recursion_limit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.states.state import State


class CompiledMachine:
    """A machine, or a sub-machine (a branch of Parallel, the processor of Map)."""

    __slots__ = ("_fields", "_language", "start_at", "states", "timeout_seconds")

    def __init__(self, fields: Mapping[str, Any], states: Mapping[str, State], language: str) -> None:
        self._fields = fields
        self._language = language
        self.start_at: str = fields["StartAt"]
        self.states = states
        self.timeout_seconds: int | None = fields.get("TimeoutSeconds")

    @property
    def definition(self) -> str:
        """Returns the definition of only this machine, as text, for a Map Run's children."""
        own = {name: value for name, value in self._fields.items() if name != "ProcessorConfig"}
        return dumps(own if self._language == JSONPATH else {"QueryLanguage": self._language, **own})


@lru_cache(maxsize=256)
def load_machine(definition: str) -> CompiledMachine:
    """Compiles a definition's text. Machines are immutable, and equal texts share one."""
    raise_recursion_limit()
    fields = loads(definition)
    return _compile_machine(fields, language_of_all=fields.get("QueryLanguage", JSONPATH))


def _compile_machine(fields: Mapping[str, Any], *, language_of_all: str) -> CompiledMachine:
    language = fields.get("QueryLanguage", language_of_all)
    load_inner = partial(_compile_machine, language_of_all=language_of_all)
    states = {
        name: STATE_TYPES[state["Type"]](name, state, state.get("QueryLanguage", language), load_inner)
        for name, state in fields["States"].items()
    }
    return CompiledMachine(fields, states, language)
