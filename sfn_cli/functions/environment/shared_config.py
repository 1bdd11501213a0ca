"""The endpoints in the user's shared config file, for functions, which cannot read the file.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from sfn_cli.input_files import CREDENTIALS_BYTES, read_input_text
from sfn_cli.settings.table import setting_value

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENDPOINT = "endpoint_url"
_VARIABLE = "AWS_ENDPOINT_URL"


@cache
def shared_config_endpoints() -> Mapping[str, str]:
    """Returns the endpoints as environment variables: for all services, and for single ones.

    The file is read once. An unreadable file counts as empty: AWS clients report the error.
    """
    path, profile, is_ignored = (
        setting_value(name, os.environ)
        for name in ("AWS_CONFIG_FILE", "AWS_PROFILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
    )
    if is_ignored:
        return {}
    try:
        text = read_input_text(os.path.expanduser(path), CREDENTIALS_BYTES)
    except (OSError, UnicodeDecodeError):
        return {}
    if _ENDPOINT not in text:
        return {}
    from configparser import Error, RawConfigParser

    parser = RawConfigParser(default_section="", strict=False)
    try:
        parser.read_string(text)
    except Error:
        return {}
    section = "default" if profile in (None, "default") else f"profile {profile}"
    if parser.get(section, "ignore_configured_endpoint_urls", fallback="").lower() == "true":
        return {}
    found = {}
    if common := parser.get(section, _ENDPOINT, fallback=""):
        found[_VARIABLE] = common
    services = f"services {parser.get(section, 'services', fallback='')}"
    for service, lines in parser.items(services) if parser.has_section(services) else ():
        # A service's settings are lines of one value: "\nendpoint_url = URL".
        for name, _, value in (line.partition("=") for line in lines.splitlines()):
            if name.strip() == _ENDPOINT:
                found[f"{_VARIABLE}_{service.upper()}"] = value.strip()
    return found
