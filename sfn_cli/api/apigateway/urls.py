"""The URLs of APIs and functions: their host names in AWS, and where this computer serves them.

A template writes an API's URL as AWS has it (https://ID.execute-api.REGION.amazonaws.com/STAGE), or
takes it from an attribute. In the outputs and properties of a stack it becomes the local URL.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

APIS = "/_apis/"
FUNCTIONS = "/_functions/"
CODE = "/_code/"
"""The code of functions, at URLs that the server signs (server/code_urls.py)."""

_API_URL = re.compile(
    r"https://([0-9a-z]{4,40})\.(execute-api|lambda-url)\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws)"
)
_API_HOST = re.compile(r"([0-9a-z]{4,40})\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?")


def is_api_path(path: str) -> bool:
    """Whether a path on the local endpoint is that of an API, a function URL or a function's code."""
    return path.startswith((APIS, FUNCTIONS, CODE))


def api_host(api_id: str, region: str) -> str:
    return f"{api_id}.execute-api.{region}.amazonaws.com"


def function_url_host(url_id: str, region: str) -> str:
    return f"{url_id}.lambda-url.{region}.on.aws"


def api_path(api_id: str, stage: str = "") -> str:
    """Returns the path under which an API is served here."""
    return f"{APIS}{api_id}/{stage}" if stage else f"{APIS}{api_id}"


def function_path(url_id: str) -> str:
    return f"{FUNCTIONS}{url_id}/"


def api_id_in_host(host: str) -> str | None:
    """Returns the API's id in its host name in AWS; None for another name."""
    found = _API_HOST.fullmatch(host)
    return found[1] if found is not None else None


def with_local_urls(text: str, is_own: Callable[[str, bool], bool], endpoint: Callable[[], str]) -> str:
    """Returns the text with the local URL for each URL of an API or a function that is here.

    `is_own` returns whether an API of this id is here, or a function URL if its second argument is
    true. `endpoint` returns the URL of the local endpoint; it is called only if it is needed.
    """
    if "https://" not in text:
        return text

    def local(found: re.Match[str]) -> str:
        id, is_function = found[1], found[2] == "lambda-url"
        if not is_own(id, is_function):
            return found[0]
        return f"{endpoint()}{FUNCTIONS if is_function else APIS}{id}"

    return _API_URL.sub(local, text)
