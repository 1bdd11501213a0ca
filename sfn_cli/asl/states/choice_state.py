"""Choice: follows the first rule that is true. ASL: https://states-language.net/#choice-state"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.asl.choice_rules import Rule, compile_rule
from sfn_cli.asl.dataflow import JSONATA, Flow, JsonPathFlow, flow
from sfn_cli.asl.moves import Exit, Move
from sfn_cli.asl.states.state import LoadMachine, State
from sfn_cli.errors import StatesError
from sfn_cli.query.jsonata.expression import evaluate_expression_text, is_expression

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.visit import Visit
    from sfn_cli.jsonvalue import Payload


class _ChoiceOption(NamedTuple):
    place: str  # "Choices[0]/"
    rule: Rule | None  # JSONPath
    condition: Any  # JSONata: a "{% … %}" text, or a boolean
    next: str
    flow: Flow


class ChoiceState(State):
    type = "Choice"

    def __init__(
        self, name: str, fields: Mapping[str, Any], language: str, load_machine: LoadMachine
    ) -> None:
        super().__init__(name, fields, language, load_machine)
        self._options = [
            _choice_option(f"Choices[{n}]/", choice, fields, language)
            for n, choice in enumerate(fields["Choices"])
        ]
        self._default: str | None = fields.get("Default")

    def enter(self, visit: Visit) -> Move:
        own_result = self.flow.own_result(visit)
        for option in self._options:
            if self._holds(option, visit, own_result):
                return Exit(
                    option.flow.output(visit, own_result), option.flow.assign(visit, own_result), option.next
                )
        if self._default is None:
            # Observed: not the specification's States.NoChoiceMatched.
            raise StatesError(
                "States.Runtime",
                "Failed to transition out of the state. The state does not point to a next state.",
            )
        return Exit(self.flow.output(visit, own_result), self.flow.assign(visit, own_result), self._default)

    def _holds(self, option: _ChoiceOption, visit: Visit, own_result: Payload | None) -> bool:
        if option.rule is not None:
            assert own_result is not None
            return option.rule(visit.path_scope(own_result.value))
        if not is_expression(option.condition):
            return option.condition is True
        return (
            evaluate_expression_text(
                option.condition, f"{option.place}Condition", visit.jsonata_scope(), "boolean"
            )
            is True
        )


def _choice_option(
    place: str, choice: Mapping[str, Any], fields: Mapping[str, Any], language: str
) -> _ChoiceOption:
    # Each rule has its own Assign and Output; the state's apply to Default. InputPath and OutputPath
    # are always the state's.
    if language == JSONATA:
        own = {name: choice[name] for name in ("Assign", "Output") if name in choice}
        return _ChoiceOption(place, None, choice["Condition"], choice["Next"], flow(own, language, place))
    paths = {name: fields[name] for name in ("InputPath", "OutputPath") if name in fields}
    own = {**paths, **({"Assign": choice["Assign"]} if "Assign" in choice else {})}
    return _ChoiceOption(place, compile_rule(choice), None, choice["Next"], JsonPathFlow(own))
