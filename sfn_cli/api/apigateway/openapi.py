"""The routes of an OpenAPI document (2 or 3) with API Gateway's extensions.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.apigateway.integrations import read_integration, read_openapi_authorizer
from sfn_cli.api.apigateway.served import (
    ANY,
    DEFAULT_ROUTE,
    ApiRoute,
    Authorizer,
    Cors,
    GatewayResponse,
    Validation,
)
from sfn_cli.api.apigateway.values import (
    list_value,
    lower_names,
    object_value,
    text_list,
    text_map,
    true_value,
    whole_number,
)
from sfn_cli.json_pointer import resolve_pointer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_ANY_METHOD = "x-amazon-apigateway-any-method"
_INTEGRATION = "x-amazon-apigateway-integration"
_AUTH_TYPES = {"awssigv4": "AWS_IAM"}
_LOCATIONS = {"query": "querystring", "header": "header", "path": "path"}
_MAX_REFERENCES = 50


class OpenApiDocument:
    """One document; see the module's docstring."""

    def __init__(self, body: Mapping[str, Any], protocol: str) -> None:
        self._body = body
        self._protocol = protocol
        schemes = object_value(body.get("securityDefinitions")) or object_value(
            object_value(body.get("components")).get("securitySchemes")
        )
        self._schemes = {name: object_value(scheme) for name, scheme in schemes.items()}
        self._authorizers = {
            name: read_openapi_authorizer(name, scheme, protocol) for name, scheme in self._schemes.items()
        }

    @property
    def title(self) -> str:
        return str(object_value(self._body.get("info")).get("title") or "")

    def routes(self) -> Iterator[ApiRoute]:
        for path, operations in object_value(self._body.get("paths")).items():
            operations = self._resolved(operations)
            for name, operation in object_value(operations).items():
                method = ANY if name.lower() == _ANY_METHOD else name.upper()
                if (method == ANY or name.lower() in _METHODS) and isinstance(operation, dict):
                    yield self._route(method, path, operation, object_value(operations))

    def cors(self) -> Cors | None:
        given = self._body.get("x-amazon-apigateway-cors")
        return read_cors(given) if isinstance(given, dict) else None

    def binary_types(self) -> list[str]:
        return text_list(self._body.get("x-amazon-apigateway-binary-media-types"))

    def reads_key_from_authorizer(self) -> bool:
        return str(self._body.get("x-amazon-apigateway-api-key-source") or "").upper() == "AUTHORIZER"

    def gateway_responses(self) -> dict[str, GatewayResponse]:
        given = object_value(self._body.get("x-amazon-apigateway-gateway-responses"))
        return {type: read_gateway_response(object_value(row)) for type, row in given.items()}

    def _route(
        self, method: str, path: str, operation: Mapping[str, Any], siblings: Mapping[str, Any]
    ) -> ApiRoute:
        given = self._resolved(operation.get(_INTEGRATION))
        authorizer, authorization_type, scopes, needs_key = self._security(operation)
        return ApiRoute(
            ANY if path == DEFAULT_ROUTE else method,
            path,
            read_integration(given, self._protocol) if isinstance(given, dict) else None,
            authorizer,
            authorization_type,
            scopes,
            needs_key,
            self._validation(operation, siblings) if self._protocol == "REST" else Validation(),
        )

    def _security(self, operation: Mapping[str, Any]) -> tuple[Authorizer | None, str, list[str], bool]:
        """Returns the authorizer, the authorization type, the scopes and whether a key is needed."""
        authorizer, kind, scopes, needs_key = None, "NONE", list[str](), False
        for requirement in list_value(operation.get("security")):
            for name, given in object_value(requirement).items():
                scheme = self._schemes.get(name, {})
                found = self._authorizers.get(name)
                if found is not None:
                    authorizer, kind, scopes = found, "CUSTOM", text_list(given)
                elif (type := str(scheme.get("x-amazon-apigateway-authtype", "")).lower()) in _AUTH_TYPES:
                    kind = _AUTH_TYPES[type]
                elif scheme.get("type") == "apiKey":
                    needs_key = True
        own = lower_names(operation.get("x-amazon-apigateway-auth")).get("type")
        return authorizer, str(own).upper() if own else kind, scopes, needs_key

    def _validation(self, operation: Mapping[str, Any], siblings: Mapping[str, Any]) -> Validation:
        name = operation.get("x-amazon-apigateway-request-validator") or self._body.get(
            "x-amazon-apigateway-request-validator"
        )
        validators = object_value(self._body.get("x-amazon-apigateway-request-validators"))
        validator = lower_names(validators.get(name)) if isinstance(name, str) else {}
        parameters = [
            lower_names(self._resolved(parameter))
            for parameter in (
                *list_value(siblings.get("parameters")),
                *list_value(operation.get("parameters")),
            )
        ]
        required = [
            f"method.request.{_LOCATIONS[parameter['in']]}.{parameter.get('name')}"
            for parameter in parameters
            if true_value(parameter.get("required")) and parameter.get("in") in ("query", "header")
        ]
        return Validation(
            required if true_value(validator.get("validateRequestParameters")) else (),
            self._models(operation, parameters) if true_value(validator.get("validateRequestBody")) else {},
        )

    def _models(self, operation: Mapping[str, Any], parameters: list[dict[str, Any]]) -> dict[str, Any]:
        """Returns the schema of a body by its content type; a schema may refer to the document."""
        for parameter in parameters:
            if parameter.get("in") == "body" and isinstance(parameter.get("schema"), dict):
                types = text_list(operation.get("consumes")) or ["application/json"]
                return dict.fromkeys(types, self._with_definitions(parameter["schema"]))
        content = object_value(object_value(self._resolved(operation.get("requestBody"))).get("content"))
        return {
            type: self._with_definitions(media["schema"])
            for type, media in content.items()
            if isinstance(media, dict) and isinstance(media.get("schema"), dict)
        }

    def _with_definitions(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        shared = {name: self._body[name] for name in ("definitions", "components") if name in self._body}
        return {**shared, **schema}

    def _resolved(self, value: Any) -> Any:
        """Follows a local reference: {"$ref": "#/components/…"}."""
        for _ in range(_MAX_REFERENCES):
            pointer = value.get("$ref") if isinstance(value, dict) else None
            if not isinstance(pointer, str) or not pointer.startswith("#"):
                return value
            try:
                value = resolve_pointer(self._body, pointer[1:])
            except LookupError:
                return None
        return None


def read_cors(given: Mapping[str, Any]) -> Cors:
    """Returns CORS rules, in CloudFormation's, OpenAPI's or Lambda's spelling."""
    found = lower_names(given)
    age = found.get("maxAge")
    return Cors(
        text_list(found.get("allowOrigins")),
        [method.upper() for method in text_list(found.get("allowMethods"))],
        [header.lower() for header in text_list(found.get("allowHeaders"))],
        text_list(found.get("exposeHeaders")),
        None if age is None else whole_number(age, 0),
        true_value(found.get("allowCredentials")),
    )


def read_gateway_response(given: Mapping[str, Any]) -> GatewayResponse:
    found = lower_names(given)
    status = found.get("statusCode")
    return GatewayResponse(
        None if status is None else whole_number(status, 500),
        text_map(found.get("responseParameters")),
        text_map(found.get("responseTemplates")),
    )
