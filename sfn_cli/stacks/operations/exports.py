"""ListExports and ListImports: values that stacks share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.deployment.names import stored_stacks
from sfn_cli.stacks.operations.identity import stack_validation_error
from sfn_cli.stacks.operations.paging import stack_list_page

if TYPE_CHECKING:
    from sfn_cli.api.service import Service


def list_exports(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    exports = [
        {"ExportingStackId": stack.arn, "Name": output["ExportName"], "Value": output["OutputValue"]}
        for stack in stored_stacks(service.stacks)
        for output in stack.outputs
        if "ExportName" in output
    ]
    shown, token = stack_list_page(request, sorted(exports, key=lambda one: one["Name"]))
    return {"Exports": shown, "NextToken": token}


def list_imports(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name = request["ExportName"]
    importers = service.stacks.importers(name)
    if not importers:
        raise stack_validation_error(f"Export '{name}' is not imported by any stack.")
    page, token = stack_list_page(request, importers)
    return {"Imports": page, "NextToken": token}
