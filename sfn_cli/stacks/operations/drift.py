"""Drift: sfn does not compare resources with their templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.operations.identity import existing_stack, stack_validation_error

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.errors import ApiError


def detect_stack_drift(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    existing_stack(service, request["StackName"])
    raise _no_drift_detection()


def describe_stack_drift_detection_status(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    raise stack_validation_error(f"DriftDetection with id {request['StackDriftDetectionId']} does not exist.")


def describe_stack_resource_drifts(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    existing_stack(service, request["StackName"])
    raise _no_drift_detection()


def _no_drift_detection() -> ApiError:
    return stack_validation_error(
        "sfn does not detect drift: it does not compare resources with their templates. A deploy does."
    )
