"""REST APIs: an OpenAPI document, or resources and methods, or both.

A stage serves the API as it is now, and not as it was when its deployment was made: a local change
is visible at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.apigateway.integrations import read_authorizer, read_integration
from sfn_cli.api.apigateway.openapi import OpenApiDocument, read_gateway_response
from sfn_cli.api.apigateway.origins import named_origins
from sfn_cli.api.apigateway.parts import PartsByKind
from sfn_cli.api.apigateway.served import ANY, ApiRoute, Authorizer, ServedApi, Validation
from sfn_cli.api.apigateway.values import object_value, text_list, text_map, true_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sfn_cli.store.records.apis.parts import ApiPart

REST_API = "AWS::ApiGateway::RestApi"
API_KEY = "AWS::ApiGateway::ApiKey"
_MAX_DEPTH = 100


def served_rest_api(api: ApiPart, parts: Sequence[ApiPart]) -> ServedApi:
    """Returns the API of these parts."""
    return _RestParts(api, parts).api()


class _RestParts(PartsByKind):
    def api(self) -> ServedApi:
        properties = self._api.properties
        document = OpenApiDocument(object_value(properties.get("Body")), "REST")
        routes = {(route.method, route.path): route for route in document.routes()}
        routes |= {(route.method, route.path): route for route in self._methods()}
        responses = document.gateway_responses() | {
            str(row.get("ResponseType")): read_gateway_response(row)
            for row in self._parts("GatewayResponse").values()
        }
        return ServedApi(
            self._api.id,
            str(properties.get("Name") or document.title),
            "REST",
            list(routes.values()),
            self._stages(),
            origins=named_origins(routes.values(), responses.values()),
            binary_types=[*text_list(properties.get("BinaryMediaTypes")), *document.binary_types()],
            gateway_responses=responses,
            reads_key_from_authorizer=properties.get("ApiKeySourceType") == "AUTHORIZER"
            or document.reads_key_from_authorizer(),
        )

    def _stages(self) -> dict[str, dict[str, str]]:
        stages = {
            str(row["StageName"]): text_map(object_value(row.get("StageDescription")).get("Variables"))
            for row in self._parts("Deployment").values()
            if row.get("StageName")
        }
        stages |= {name: text_map(row.get("Variables")) for name, row in self._parts("Stage").items()}
        return stages

    def _methods(self) -> Iterator[ApiRoute]:
        for row in self._parts("Method").values():
            path = self._path(str(row.get("ResourceId")))
            if path is None:
                continue
            method = str(row.get("HttpMethod") or ANY).upper()
            given = row.get("Integration") or self._separate_integration(row)
            yield ApiRoute(
                method,
                path,
                read_integration(given, "REST") if isinstance(given, dict) else None,
                self._authorizer(row.get("AuthorizerId")),
                str(row.get("AuthorizationType") or "NONE").upper(),
                text_list(row.get("AuthorizationScopes")),
                true_value(row.get("ApiKeyRequired")),
                self._validation(row),
            )

    def _separate_integration(self, method: Mapping[str, Any]) -> dict[str, Any] | None:
        """Returns a method's integration where that is a part of its own, as in Terraform."""
        found = self._of_method("Integration", method)
        if not found:
            return None
        return {**found[0], "IntegrationResponses": self._of_method("IntegrationResponse", method)}

    def _of_method(self, noun: str, method: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        names = ("ResourceId", "HttpMethod")
        return [
            row
            for row in self._parts(noun).values()
            if [str(row.get(name)).upper() for name in names]
            == [str(method.get(name)).upper() for name in names]
        ]

    def _path(self, resource_id: str) -> str | None:
        """Returns a resource's path; None if one of its parents does not exist."""
        names: list[str] = []
        resources = self._parts("Resource")
        for _ in range(_MAX_DEPTH):
            resource = resources.get(resource_id)
            if resource is None:
                # The root has no row of its own: its id is the API's attribute RootResourceId.
                return "/" + "/".join(reversed(names)) if resource_id == self._root else None
            names.append(str(resource.get("PathPart")))
            resource_id = str(resource.get("ParentId"))
        return None

    @property
    def _root(self) -> str:
        return str(self._api.properties.get("RootResourceId"))

    def _authorizer(self, id: Any) -> Authorizer | None:
        row = self._parts("Authorizer").get(str(id)) if id else None
        return None if row is None else read_authorizer(str(row.get("Name") or id), row, "REST")

    def _validation(self, method: Mapping[str, Any]) -> Validation:
        validator = self._parts("RequestValidator").get(str(method.get("RequestValidatorId")), {})
        required = [
            name
            for name, is_required in object_value(method.get("RequestParameters")).items()
            if true_value(is_required)
        ]
        models = {
            type: schema
            for type, name in object_value(method.get("RequestModels")).items()
            if (schema := self._model(str(name))) is not None
        }
        return Validation(
            required if true_value(validator.get("ValidateRequestParameters")) else (),
            models if true_value(validator.get("ValidateRequestBody")) else {},
        )

    def _model(self, name: str) -> Any:
        """Returns a model's schema, with the models of the API in its definitions."""
        row = self._parts("Model").get(name)
        if row is None:
            return None
        others = {other: _inlined(part.get("Schema")) for other, part in self._parts("Model").items()}
        schema = _inlined(row.get("Schema"))
        return {**schema, "definitions": {**others, **object_value(schema.get("definitions"))}}


def _inlined(schema: Any) -> dict[str, Any]:
    """Returns a schema whose references to models of the API are local: "#/definitions/NAME"."""
    from sfn_cli.jsonvalue import loads

    if isinstance(schema, str):
        try:
            schema = loads(schema)
        except ValueError:
            return {}
    found = _with_local_references(schema)
    return found if isinstance(found, dict) else {}


def _with_local_references(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_local_references(item) for item in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")
    if isinstance(reference, str) and "/models/" in reference:
        return {"$ref": f"#/definitions/{reference.rpartition('/')[2]}"}
    return {name: _with_local_references(item) for name, item in value.items()}
