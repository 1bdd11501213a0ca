"""A served API: its routes, their integrations and authorizers, its stages and its CORS rules.

REST APIs, HTTP APIs and function URLs have the same form here. Names of members follow API Gateway's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.jsonvalue import Json

Protocol_ = Literal["REST", "HTTP", "FUNCTION_URL"]

DEFAULT_STAGE = "$default"
DEFAULT_ROUTE = "$default"
ANY = "ANY"


class IntegrationResponse(NamedTuple):
    """How the response of a non-proxy integration becomes that of the method."""

    status: int
    pattern: str | None
    """What the whole status or error message must match; None for the default."""
    parameters: Mapping[str, str] = {}
    """`method.response.header.NAME` → where its value comes from."""
    templates: Mapping[str, str] = {}
    content_handling: str | None = None


class Integration(NamedTuple):
    """What a route calls."""

    type: str
    """AWS_PROXY, AWS, HTTP_PROXY, HTTP or MOCK."""
    uri: str = ""
    method: str | None = None
    subtype: str | None = None
    """A first-class integration of an HTTP API, such as "StepFunctions-StartExecution"."""
    payload_format: str = "1.0"
    request_parameters: Mapping[str, str] = {}
    request_templates: Mapping[str, str] = {}
    passthrough: str = "WHEN_NO_MATCH"
    content_handling: str | None = None
    responses: Sequence[IntegrationResponse] = ()
    response_parameters: Mapping[str, Mapping[str, str]] = {}
    """An HTTP API's changes of responses, by status."""
    timeout_ms: int = 29_000


class Authorizer(NamedTuple):
    """What decides whether a request may reach its route."""

    name: str
    kind: str
    """TOKEN, REQUEST, JWT or COGNITO_USER_POOLS."""
    uri: str = ""
    identity_sources: Sequence[str] = ()
    payload_format: str = "1.0"
    simple_responses: bool = False
    validation_expression: str | None = None
    cache_seconds: int = 0
    issuers: Sequence[str] = ()
    audiences: Sequence[str] = ()


class Validation(NamedTuple):
    """What a REST API checks before it calls an integration."""

    parameters: Sequence[str] = ()
    """Those that must be there: "method.request.querystring.page"."""
    models: Mapping[str, Json] = {}
    """Content type → the JSON schema of the body."""


class ApiRoute(NamedTuple):
    """A method and a path, and what answers them."""

    method: str
    path: str
    integration: Integration | None
    authorizer: Authorizer | None = None
    authorization_type: str = "NONE"
    scopes: Sequence[str] = ()
    needs_api_key: bool = False
    validation: Validation = Validation()

    @property
    def key(self) -> str:
        """The route's key in an HTTP API: "GET /orders", "$default"."""
        return self.path if self.path == DEFAULT_ROUTE else f"{self.method} {self.path}"


class Cors(NamedTuple):
    """The CORS rules of an HTTP API or a function URL. Header names are in lower case."""

    origins: Sequence[str] = ()
    methods: Sequence[str] = ()
    headers: Sequence[str] = ()
    exposed_headers: Sequence[str] = ()
    max_age_seconds: int | None = None
    allows_credentials: bool = False


class GatewayResponse(NamedTuple):
    """A REST API's own form of an error response."""

    status: int | None
    parameters: Mapping[str, str]
    templates: Mapping[str, str]


class ServedApi(NamedTuple):
    """An API as requests meet it."""

    id: str
    name: str
    protocol: Protocol_
    routes: Sequence[ApiRoute]
    stages: Mapping[str, Mapping[str, str]]
    """The variables of each stage, by its name."""
    cors: Cors | None = None
    origins: frozenset[str] = frozenset()
    """The origins that the API's CORS rules name, other than by a wildcard."""
    binary_types: Sequence[str] = ()
    gateway_responses: Mapping[str, GatewayResponse] = {}
    reads_key_from_authorizer: bool = False
