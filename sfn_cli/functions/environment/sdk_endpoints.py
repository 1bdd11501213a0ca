"""Sets in older versions of botocore the endpoint that newer ones read from AWS_ENDPOINT_URL.

bootstrap.py loads this file into a function's process when the handler imports a botocore before
1.31 (AWS_ENDPOINT_URL) or 1.37 (AWS_DISABLE_HOST_PREFIX_INJECTION). It runs under Python 3.8 and
newer, and imports nothing of sfn.
"""

from __future__ import annotations

import os
from typing import Any

_ENDPOINT = "AWS_ENDPOINT_URL"
_ENDPOINT_POSITION = 5
"""The position of `endpoint_url` among create_client's arguments, after the session."""


def set_endpoints(session_type: Any) -> None:
    """Patches `create_client` of a botocore Session to use the endpoints in the environment."""
    create_client = session_type.create_client

    def create_client_at_endpoint(session: Any, service_name: str, *args: Any, **options: Any) -> Any:
        is_explicit = len(args) >= _ENDPOINT_POSITION or options.get("endpoint_url") is not None
        endpoint = None if is_explicit else _sdk_endpoint(session, service_name)
        if endpoint is not None:
            options["endpoint_url"] = endpoint
            options["config"] = _sdk_config_without_prefix(options.get("config"))
        return create_client(session, service_name, *args, **options)

    session_type.create_client = create_client_at_endpoint


def _sdk_endpoint(session: Any, service_name: str) -> str | None:
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return None
    name = getattr(session.get_service_model(service_name), "service_id", service_name)
    own = os.environ.get(f"{_ENDPOINT}_{name.upper().replace(' ', '_').replace('-', '_')}")
    return own or os.environ.get(_ENDPOINT) or None


def _sdk_config_without_prefix(config: Any) -> Any:
    """Returns the client's configuration without host prefixes (sync-, data-)."""
    from botocore.config import Config

    try:
        own = Config(inject_host_prefix=False)
    except TypeError:  # this version has no host prefixes
        return config
    return own if config is None else config.merge(own)
