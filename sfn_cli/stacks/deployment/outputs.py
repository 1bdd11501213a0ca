"""The outputs and parameters of a stack in the form of CloudFormation's DescribeStacks, and its exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import SfnError
from sfn_cli.jsonvalue import dumps
from sfn_cli.stacks.evaluation.parameter_values import HIDDEN, is_hidden_parameter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sfn_cli.stacks.evaluation.evaluation import StackEvaluation, StackOutput
    from sfn_cli.stacks.stack import Stack
    from sfn_cli.store.protocols.stacks import Stacks
    from sfn_cli.store.records.stacks import StoredStack


class ExportError(SfnError):
    """An export that is in use, or whose name is taken."""


def deploy_outputs(resolved: Sequence[StackOutput]) -> list[dict[str, str]]:
    """Returns the outputs, each with OutputKey, OutputValue, Description and ExportName."""
    outputs = []
    for output in resolved:
        value = output.value if isinstance(output.value, str) else dumps(output.value)
        row = {"OutputKey": output.name, "OutputValue": value}
        if output.description:
            row["Description"] = output.description
        if output.export is not None:
            row["ExportName"] = output.export
        outputs.append(row)
    return outputs


def parameter_texts(stack: Stack, evaluation: StackEvaluation) -> dict[str, str]:
    """Returns the parameters' values for output; those with NoEcho are hidden."""
    declared = stack.template.get("Parameters") or {}
    texts = {}
    for name, value in evaluation.parameters.items():
        text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        texts[name] = HIDDEN if is_hidden_parameter(declared[name]) else text
    return texts


def hidden_parameter_names(stack: Stack) -> set[str]:
    """Returns the names of the parameters with NoEcho."""
    declared = stack.template.get("Parameters") or {}
    return {name for name, parameter in declared.items() if is_hidden_parameter(parameter)}


def exports_of(outputs: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Returns the exported values by their names."""
    return {
        output["ExportName"]: output["OutputValue"]
        for output in outputs
        if output.get("ExportName") is not None
    }


def check_exports(
    stacks: Stacks, name: str, before: StoredStack | None, outputs: Sequence[Mapping[str, str]]
) -> None:
    """Raises ExportError if another stack uses an export that changes or goes, or has one of the names."""
    after = exports_of(outputs)
    old = {} if before is None else exports_of(before.outputs)
    for export, value in old.items():
        if after.get(export) == value:
            continue
        users = [user for user in stacks.importers(export) if user != name]
        if users:
            change = "updated" if export in after else "deleted"
            raise ExportError(f"Export {export} cannot be {change} as it is in use by {', '.join(users)}")
    for export in after.keys() - old.keys():
        owner = stacks.exporter(export)
        if owner is not None and owner != name:
            raise ExportError(f"Export with name {export} is already exported by stack {owner}.")
