"""Answers of the local AWS services for requests that they do not support, or deny.

moto's server answers 500, or 404 for an unknown path, with an HTML page. SDKs treat the former as a
temporary failure and retry it for a long time; neither says what is missing. Here, both become an
error in AWS's form, which SDKs report immediately. So does moto's empty 403 for a private S3 object.
"""

from __future__ import annotations

import io
import json
import re
import sys
import traceback
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from sfn_cli.integrations.aws.cbor_errors import CBOR_PROTOCOL, CBOR_TYPE, cbor_error
from sfn_cli.integrations.aws.emulator.bootstrap import provide_bootstrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

CODE = "UnknownOperationException"

_AWS_JSON = "application/x-amz-json-1.1"

_EMPTY_ATTRIBUTE_VALUE = json.dumps(
    {
        "__type": "com.amazon.coral.validate#ValidationException",
        "message": "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
    }
).encode()

_FLASK_PAGE = b"<!doctype html>"

_ACCESS_DENIED = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
)

_SIGNED_FOR = re.compile(r"Credential=[^/,\s]+/[^/,\s]+/[^/,\s]+/([^/,\s]+)/")


class EmulatorFailures:
    """A WSGI application that reports its failures in AWS's form."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        pages: list[tuple[Any, ...]] = []
        failure: Any = None
        code = CODE

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            types = (value for name, value in headers if name.lower() == "content-type")
            # 405 too: a path that exists, with another method.
            if status.startswith(("403", "404", "405", "5")) and next(types, "text/html").startswith(
                "text/html"
            ):
                pages.append((status, headers, *exc_info))
                return None
            return start_response(status, headers, *exc_info)

        provide_bootstrap(environ)
        body_sent = _buffer_dynamodb_body(environ)
        try:
            chunks = self._application(environ, start)
            if not pages:
                return chunks
            page = b"".join(chunks)
            if pages[0][0].startswith("403") and not page and environ["REQUEST_METHOD"] != "OPTIONS":
                return _deny_object(environ, start_response)
            if not page.lower().startswith(_FLASK_PAGE):  # an answer of a service
                start_response(*pages[0])
                return [page]
            type, body = _emulator_failure(environ, exists=False)
        except Exception as error:
            traceback.print_exc()  # written to aws.log
            failure = sys.exc_info()
            if _has_empty_attribute_value(body_sent):
                type, body, code = _AWS_JSON, _EMPTY_ATTRIBUTE_VALUE, "ValidationException"
            else:
                type, body = _emulator_failure(environ, exists=not _is_missing(error))
        headers = [("Content-Type", type), ("Content-Length", str(len(body))), ("x-amzn-errortype", code)]
        if type == CBOR_TYPE:
            headers.append(("Smithy-Protocol", CBOR_PROTOCOL))
        # With exc_info, the failure replaces an answer that has already begun.
        start_response("400 Bad Request", headers, failure)
        return [body]


def _deny_object(environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answers a request for an S3 object that is not public, and is not signed."""
    start_response("403 Forbidden", [("Content-Type", "application/xml")])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [_ACCESS_DENIED]


def _buffer_dynamodb_body(environ: dict[str, Any]) -> bytes:
    """Returns a copy of the body of a request to DynamoDB; b"" for other services."""
    if not str(environ.get("HTTP_X_AMZ_TARGET", "")).startswith("DynamoDB_"):
        return b""
    body = bytes(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _has_empty_attribute_value(body: bytes) -> bool:
    """Whether an item, a key or a value of an expression has an attribute without a value: `{}`.

    SDKs for JavaScript send it for `{S: undefined}`. moto fails on it, and AWS refuses it.
    """
    try:
        request = json.loads(body)
    except (RecursionError, ValueError):
        return False
    if not isinstance(request, dict):
        return False
    attributes = [request.get(name) for name in ("Item", "Key", "ExpressionAttributeValues")]
    return any(value == {} for group in attributes if isinstance(group, dict) for value in group.values())


def _is_missing(error: Exception) -> bool:
    """Whether moto does not have this operation or service."""
    if isinstance(error, NotImplementedError):
        return True
    frames = traceback.extract_tb(error.__traceback__)
    # moto looks up the backend of an unknown service under the name None.
    return isinstance(error, AttributeError) and bool(frames) and frames[-1].name == "get_backend"


def _emulator_failure(environ: Mapping[str, Any], *, exists: bool) -> tuple[str, bytes]:
    """Returns the content type and the body, in the protocol of the request.

    `exists`: moto has the operation, but it failed.
    """
    signed_for = _SIGNED_FOR.search(str(environ.get("HTTP_AUTHORIZATION", "")))
    service = f" of {signed_for[1]}" if signed_for else ""
    target = str(environ.get("HTTP_X_AMZ_TARGET", "")).rpartition(".")[2]
    operation = target or f"{environ.get('REQUEST_METHOD')} {environ.get('PATH_INFO')}"
    what = f"The local AWS services (moto) {'failed on' if exists else 'do not support'} {operation}{service}"
    message = f"{what}. See aws.log in SFN_HOME. Mock the task, or set another endpoint."
    if environ.get("HTTP_SMITHY_PROTOCOL") == CBOR_PROTOCOL:
        return CBOR_TYPE, cbor_error(CODE, message)
    content_type = str(environ.get("CONTENT_TYPE", ""))
    if "x-www-form-urlencoded" in content_type or (signed_for and signed_for[1] == "s3"):
        error = f"<Error><Type>Sender</Type><Code>{CODE}</Code><Message>{escape(message)}</Message></Error>"
        is_query = "x-www-form-urlencoded" in content_type
        text = f"<ErrorResponse>{error}</ErrorResponse>" if is_query else error
        return "text/xml", text.encode()
    return _AWS_JSON, json.dumps({"__type": CODE, "message": message}).encode()
