"""The definition of a state machine as a deploy would store it, without deploying anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.definitions import machine_definition
from sfn_cli.stacks.deployment import names
from sfn_cli.stacks.deployment.deploy import deploy_evaluation, deployed_name
from sfn_cli.stacks.resources.resource import Extent
from sfn_cli.stacks.resources.table import resource_type

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.stacks.definitions import MachineDefinition
    from sfn_cli.stacks.deployment.deploy import DeployOptions
    from sfn_cli.stacks.resources.resource import CreatedResource
    from sfn_cli.stacks.stack import Stack


def planned_definition(
    service: Service, stack: Stack, options: DeployOptions, logical_id: str
) -> MachineDefinition:
    """Returns the definition of the stack's machine, with its resources' future names.

    Raises UsageError (TemplateError), also if the machine's condition is false.
    """
    name = deployed_name(service, stack, options)
    evaluation = deploy_evaluation(service, stack, options, name, is_planned=True)
    created: dict[str, CreatedResource] = {}
    for each in evaluation.order:
        row = resource_type(stack.resources[each]["Type"])
        resolve = evaluation.properties if row.extent is Extent.CREATED else evaluation.resolvable_properties
        properties = resolve(each, created)
        if each == logical_id:
            return machine_definition(stack, logical_id, properties)
        created[each] = row.predict(
            names.resource_naming(service.settings, name, str(stack.folder), each), properties
        )
    raise stack.error(("Resources", logical_id), f"{logical_id} is not created: its condition is false.")
