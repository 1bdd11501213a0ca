"""Routes of APIs and function URLs as triggers: a request to the local endpoint."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from sfn_cli.api.apigateway.summaries import stack_api_summaries
from sfn_cli.local_endpoint import local_endpoint_url
from sfn_cli.stacks.triggers.trigger import ANY_METHOD, Fired, Trigger, TriggerError, TriggerRoute

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.stacks.triggers.trigger import Firing
    from sfn_cli.store.records.stacks import StoredResource

_ANSWER_SECONDS = 60
_BODILESS = ("GET", "HEAD", "DELETE", "OPTIONS")
_URL_CHARACTERS = "/?&=%:@!$'()*+,;~{}"
_FAILED = 400


def api_triggers(service: Service, resources: Sequence[StoredResource]) -> Iterator[Trigger]:
    """Yields the routes of the APIs of a stack, by "METHOD /path", and its function URLs."""
    for summary in stack_api_summaries(service, resources):
        for method, path, target in summary.routes if summary.paths else ():
            if method == "OPTIONS":
                continue
            base = summary.paths[-1].rstrip("/")
            verb = "POST" if method in ANY_METHOD else method
            shown = "/" if path in ("$default", "/{proxy+}") else path
            is_url = summary.kind == "FUNCTION_URL"
            names = (
                (summary.logical_id,)
                if is_url
                else (f"{verb} {shown}", f"{summary.logical_id} {verb} {shown}")
            )
            yield Trigger(
                "function URL" if is_url else "API route", names, f"calls {target}",
                partial(_call_route, verb, base, shown), TriggerRoute(base, method, path),
            )  # fmt: skip


def _call_route(method: str, base: str, path: str, firing: Firing) -> Fired:
    asked_method, _, asked_path = firing.name.partition(" ")
    if asked_path.startswith("/"):
        method, path = asked_method, quote(asked_path, safe=_URL_CHARACTERS)
    if "{" in path:
        raise TriggerError(
            f'The path {path} has parameters. Use a path without: sfn trigger "{method} {_filled(path)}"'
        )
    url = local_endpoint_url(firing.service.settings) + base + path
    body = None if method in _BODILESS else (firing.event if firing.event is not None else "{}").encode()
    request = Request(url, body, {"Content-Type": "application/json"}, method=method)
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=_ANSWER_SECONDS) as response:
            status, answer = response.status, response.read().decode(errors="replace")
    except HTTPError as error:
        status, answer = error.code, error.read().decode(errors="replace")
    except (URLError, OSError) as error:
        raise TriggerError(f"{method} {url}: {error}") from error
    return Fired(f"{method} {url}: {status}", answer=answer, failed=status >= _FAILED)


def _filled(path: str) -> str:
    """Returns a path with an example for each parameter."""
    return re.sub(r"\{[^}]*\}", "1", path)
