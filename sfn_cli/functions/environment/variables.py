"""The AWS variables of a function's process: those that Lambda sets, and the local endpoint.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
The credentials are made up. The user's own are never passed on, and their files are hidden, except if
the user lets functions call AWS itself.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from sfn_cli.functions.environment.shared_config import shared_config_endpoints
from sfn_cli.settings import is_aws_endpoint
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.local_endpoint.record import EndpointAddress
    from sfn_cli.settings import Settings

RUNTIME_FOLDER = "/var/runtime"
"""The folder of a runtime's own libraries on AWS. It does not exist here."""

_XRAY_DAEMON = "127.0.0.1:2000"
"""The address to which X-Ray's SDKs send segments. Nothing listens there; UDP reports no error."""

_KEY_ID = "AWS_ACCESS_KEY_ID"


def default_aws_variables(settings: Settings, endpoint: EndpointAddress | None) -> dict[str, str]:
    """Returns default variables; the function's own override them."""
    found = {"AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR", "AWS_XRAY_DAEMON_ADDRESS": _XRAY_DAEMON}
    if endpoint is not None and not settings.calls_aws:
        found["AWS_ENDPOINT_URL"] = endpoint.url
        # The endpoint's host is an IP address, which cannot have a prefix (sync-, data-).
        found["AWS_DISABLE_HOST_PREFIX_INJECTION"] = "true"
    found.update(_named_endpoints(settings))
    if not _reaches_aws(settings):
        found["AWS_SHARED_CREDENTIALS_FILE"] = found["AWS_CONFIG_FILE"] = os.devnull
        found["AWS_EC2_METADATA_DISABLED"] = "true"
    return found


def _named_endpoints(settings: Settings) -> Mapping[str, str]:
    """Returns the variables of the endpoints that the user set, in order of precedence."""
    named = dict(settings.endpoints)
    return named if settings.common_endpoint is not None else {**shared_config_endpoints(), **named}


def _reaches_aws(settings: Settings) -> bool:
    """Whether some calls go to AWS itself: SFN_AWS=real, or an endpoint that is AWS's own."""
    return settings.calls_aws or any(is_aws_endpoint(url) for url in _named_endpoints(settings).values())


def placeholder_credentials(
    settings: Settings, endpoint: EndpointAddress | None, variables: Mapping[str, str]
) -> dict[str, str]:
    """Returns made-up credentials, unless the function has its own or may call AWS."""
    if _reaches_aws(settings) or _KEY_ID in variables:
        return {}
    return {
        _KEY_ID: endpoint.access_key if endpoint is not None else "sfn",
        "AWS_SECRET_ACCESS_KEY": "sfn",
        "AWS_SESSION_TOKEN": "sfn",
    }


def new_trace_header() -> str:
    """Returns an X-Amzn-Trace-Id for one invocation, as AWS writes it: `Root=1-…;Parent=…;Sampled=0`.

    https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
    """
    digits = random_uuid().replace("-", "")
    parent = random_uuid().replace("-", "")[:16]
    return f"Root=1-{int(time.time()):08x}-{digits[:24]};Parent={parent};Sampled=0"
