"""The text of a state machine's definition, from the properties of its resource.

For a definition in a file, the deploy has already filled in the substitutions and passes
DefinitionString (`sfn_cli.stacks.definitions`). A definition in S3 is read here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.asl.placeholders import fill_placeholders
from sfn_cli.stacks.resources.properties import property_object, property_text
from sfn_cli.stacks.resources.resource import ResourceError
from sfn_cli.stacks.resources.s3_objects import read_s3_object
from sfn_cli.yaml_text.definition_file import definition_as_json

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Properties, ProvisioningContext


def stored_machine_definition(context: ProvisioningContext, properties: Properties) -> str:
    """Returns the definition to store. Raises ResourceError."""
    if (definition := properties.get("DefinitionString")) is not None:
        return property_text(definition)
    location = properties.get("DefinitionS3Location") or properties.get("DefinitionUri")
    if not isinstance(location, dict):
        raise ResourceError("The state machine has no definition. Add Definition or DefinitionUri.")
    try:
        text = read_s3_object(context, location).decode()
        # As on AWS, substitutions are filled in before the text is parsed as JSON or YAML.
        declared = property_object(properties, "DefinitionSubstitutions")
        filled = fill_placeholders(text, {name: property_text(value) for name, value in declared.items()})
        return definition_as_json(filled, str(location.get("Key", "")))
    except ValueError as error:
        raise ResourceError(f"The definition is not valid JSON: {error}") from None
