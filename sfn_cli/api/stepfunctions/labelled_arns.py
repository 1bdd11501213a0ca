"""The ARN of a Distributed Map state: arn:…:stateMachine:NAME/LABEL.

It refers to the machine of the Map's child executions.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html
Only DescribeStateMachine accepts it; arn_checks.check_machine_arn rejects it elsewhere. (That page
says both that such a request fails and, for `label`, what it returns. The operation declares no
ValidationException, so it succeeds here.)
"""

from __future__ import annotations

from typing import NamedTuple

from sfn_cli import jsonvalue
from sfn_cli.asl.dataflow import JSONPATH
from sfn_cli.asl.nesting import states_with_nested
from sfn_cli.asl.state_machine import CompiledMachine
from sfn_cli.interpreter.map_run import map_run_label


class Children(NamedTuple):
    """The definition (JSON text) of a Map's child executions, and their type (STANDARD or EXPRESS)."""

    definition: str
    type: str


def find_labelled_map(machine_arn: str, definition: str, label: str) -> Children | None:
    """Finds the Distributed Map state with this label in a definition; None if there is none."""
    machine = jsonvalue.loads(definition)
    language = machine.get("QueryLanguage", JSONPATH)
    for name, state in states_with_nested(machine):
        processor = state.get("ItemProcessor", {})
        config = processor.get("ProcessorConfig", {})
        if (
            config.get("Mode") == "DISTRIBUTED"
            and map_run_label(machine_arn, name, state.get("Label")) == label
        ):
            text = CompiledMachine(processor, {}, processor.get("QueryLanguage", language)).definition
            return Children(text, config.get("ExecutionType", "STANDARD"))
    return None
