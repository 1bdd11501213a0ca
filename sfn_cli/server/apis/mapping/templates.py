"""Mapping templates: `$input`, `$util`, `$context` and `$stageVariables`.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, unquote_plus

from sfn_cli.errors import StatesError
from sfn_cli.jsonvalue import dumps, loads
from sfn_cli.query.jsonpath.expression import PathNotFound, compile_path
from sfn_cli.server.apis.context import context_variables
from sfn_cli.server.apis.messages import internal_error, last_of_pairs, titled_header

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.jsonvalue import Json
    from sfn_cli.server.apis.context import ApiCall

_JAVASCRIPT = {
    "\b": "\\b", "\n": "\\n", "\t": "\\t", "\f": "\\f", "\r": "\\r",
    "'": "\\'", '"': '\\"', "\\": "\\\\", "/": "\\/",
}  # fmt: skip


class MappingTemplates:
    """The templates of one request: what a request's template sets, a response's sees."""

    def __init__(self, call: ApiCall) -> None:
        self._call = call
        self.context = context_variables(call)

    def render(self, template: str, body: str) -> str:
        """Returns the text that a template makes of a body. Raises GatewayError."""
        try:
            from sfn_cli.server.apis.mapping.velocity import VelocityError, VelocityObject, render_velocity
        except ModuleNotFoundError as error:
            if error.name != "airspeed":
                raise
            from sfn_cli.installation.extras import install_hint

            raise internal_error(
                f"Mapping templates need airspeed, which is not installed. {install_hint('stacks')}"
            ) from None
        payload = _Body(body)
        methods: dict[str, Callable[..., Any]] = {
            "body": lambda: body,
            "json": payload.json,
            "path": payload.path,
            "params": self._params,
        }
        variables = {
            "input": VelocityObject(methods, {"body": body}),
            "util": VelocityObject(_UTIL),
            "context": self.context,
            "stageVariables": dict(self._call.stage_variables),
        }
        try:
            return render_velocity(template, variables)
        except VelocityError as error:
            raise internal_error(f"The mapping template failed: {error}") from None

    def _params(self, name: str | None = None) -> Any:
        """Returns a parameter of the path, the query or the headers, in this order; without a name, all."""
        request = self._call.request
        path, query = self._call.path_variables, last_of_pairs(request.query_pairs)
        if name is None:
            return {"path": path, "querystring": query, "header": _TemplateHeaders(request.headers)}
        return path.get(name, query.get(name, request.header(name) or ""))


class _TemplateHeaders(dict[str, str]):
    """Headers by their usual names (Content-Type), which are found in any case."""

    def __init__(self, headers: Any) -> None:
        super().__init__({titled_header(name): value for name, value in headers})

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(titled_header(name), default)


class _Body:
    """The body of a request or a response, as templates read it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def _value(self) -> Json:
        """Returns the body as JSON; an empty one is an empty object, and other text is a string."""
        try:
            return loads(self._text) if self._text.strip() else {}
        except (ValueError, RecursionError):
            return self._text

    def path(self, path: str) -> Json:
        """Returns what a JSONPath names; None if it names nothing."""
        try:
            return compile_path(str(path)).read(self._value())
        except (PathNotFound, StatesError):
            return None
        except ValueError as error:
            raise ValueError(f"the path {path} is invalid: {error}") from None

    def json(self, path: str) -> str:
        """Returns what a JSONPath names, as JSON text."""
        found = self.path(path)
        return '""' if found is None and path != "$" else dumps(found)


def _escape_javascript(text: Any) -> str:
    """Escapes text as Java's StringEscapeUtils.escapeJavaScript does."""
    letters = []
    for letter in "" if text is None else str(text):
        if letter in _JAVASCRIPT:
            letters.append(_JAVASCRIPT[letter])
        elif " " <= letter <= "\x7f":
            letters.append(letter)
        else:
            units = letter.encode("utf-16-be", "surrogatepass")
            letters += [f"\\u{units[at : at + 2].hex().upper()}" for at in range(0, len(units), 2)]
    return "".join(letters)


def _parse_json(text: Any) -> Json:
    return loads(text) if isinstance(text, str) and text.strip() else None


def _decode_base64(text: Any) -> str:
    try:
        return base64.b64decode(str(text)).decode("utf-8", "replace")
    except binascii.Error as error:
        raise ValueError(f"base64Decode: {error}") from None


_UTIL: Mapping[str, Any] = {
    "escapeJavaScript": _escape_javascript,
    "parseJson": _parse_json,
    "urlEncode": lambda text: quote_plus(str(text), errors="replace"),
    "urlDecode": lambda text: unquote_plus(str(text), errors="replace"),
    "base64Encode": lambda text: base64.b64encode(str(text).encode("utf-8", "replace")).decode(),
    "base64Decode": _decode_base64,
}
