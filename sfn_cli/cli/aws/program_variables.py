"""The environment variables with which other programs call the home's local endpoint."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

from sfn_cli.errors import ConfigurationError
from sfn_cli.installation.extras import install_hint
from sfn_cli.integrations.aws.embedded_aws import MADE_UP
from sfn_cli.local_endpoint import local_endpoint_address
from sfn_cli.settings.exported import OWN_ENDPOINT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.settings import Settings

DEPLOY_TOOLS = {
    # Seconds and milliseconds: stacks are ready sooner than on AWS.
    "SAM_CLI_POLL_DELAY": "0.5",
    "SLS_AWS_MONITORING_FREQUENCY": "500",
    # A deploy to this machine is no reason to call another one.
    "SAM_CLI_TELEMETRY": "0",
    "CDK_DISABLE_VERSION_CHECK": "1",
    "SLS_TELEMETRY_DISABLED": "1",
    "SLS_NOTIFICATIONS_MODE": "off",
    "CHECKPOINT_DISABLE": "1",
}
"""Settings of sam, cdk, serverless and Terraform."""

_PACKAGES = ("starlette", "uvicorn")
_FUNCTIONS = os.path.join(os.path.dirname(__file__), os.pardir, os.pardir, "functions", "environment")
_NODE_OPTIONS = "NODE_OPTIONS"


def endpoint_variables(settings: Settings) -> dict[str, str]:
    """Returns the variables that every AWS client needs, and starts the endpoint if needed.

    The credentials are made up. Raises ConfigurationError.
    """
    for package in _PACKAGES:
        if find_spec(package) is None:
            raise ConfigurationError(
                f"The local endpoint needs {package}, which is not installed. {install_hint('serve')}"
            )
    address = local_endpoint_address(settings)
    return {
        "AWS_ENDPOINT_URL": address.url,
        OWN_ENDPOINT: address.url,
        "AWS_ACCESS_KEY_ID": address.access_key,
        "AWS_SECRET_ACCESS_KEY": MADE_UP,
        "AWS_REGION": settings.region,
        "AWS_DEFAULT_REGION": settings.region,
    }


def shell_variables(settings: Settings, environ: Mapping[str, str], *, shim: bool) -> dict[str, str]:
    """Returns the variables for a shell, also those of deploy tools.

    `shim` adds the module that gives aws-sdk v2 for JavaScript its endpoint.
    """
    found = {
        **endpoint_variables(settings),
        # The endpoint's host is an IP address, which cannot have a prefix (sync-, data-).
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
        **DEPLOY_TOOLS,
    }
    if shim:
        found[_NODE_OPTIONS] = node_options_with_shim(environ.get(_NODE_OPTIONS, ""))
    return found


def node_options_with_shim(before: str) -> str:
    """Returns NODE_OPTIONS with the shim, in addition to what they are."""
    path = os.path.normpath(os.path.join(_FUNCTIONS, "sdk_endpoints.cjs"))
    quoted = '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"' if " " in path else path
    option = f"--require {quoted}"
    return before if option in before else f"{before} {option}".strip()
