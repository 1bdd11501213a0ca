"""A project for tests: a REST API, an HTTP API and a function URL before one function and two machines."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.processes import sfn_json
from tests.projects import RUNTIME

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HANDLER = """
import base64, json

ANSWERS = {
    "created": {"statusCode": "201", "headers": {"X-One": 1}, "multiValueHeaders": {"X-Two": ["a", "b"]}},
    "binary": {"statusCode": 200, "headers": {"Content-Type": "image/gif"}, "isBase64Encoded": True,
               "body": base64.b64encode(bytes([1, 2, 255])).decode()},
    "cookies": {"statusCode": 200, "cookies": ["a=1", "b=2"], "body": "yes"},
    "nothing": {"statusCode": 204, "body": "dropped"},
    "streamed": b'{"statusCode":201,"headers":{"Content-Type":"image/png"}}' + bytes(8) + b"\\xff\\x01",
    "list": [1, 2],
    "text": "hello",
    "object": {"statusCode": 200, "body": {"a": 1}},
    "bad-header": {"statusCode": 200, "headers": {"X-Bad": "a\\nb"}},
    "no-status": {"body": "x", "statusCode": "soon"},
    "early": {"statusCode": 100},
    "cookie": {"statusCode": 200, "cookies": 5},
}

def handler(event, context):
    if event.get("type") in ("TOKEN", "REQUEST"):
        return authorize(event)
    if "add" in event:
        return {"sum": sum(event["add"])}
    kind = (event.get("pathParameters") or {}).get("kind") or event.get("rawPath", "").rpartition("/")[2]
    if kind == "boom" or event.get("fail"):
        raise ValueError("not today")
    return ANSWERS.get(kind, {"statusCode": 200, "body": json.dumps(event)})

def authorize(event):
    token = event.get("authorizationToken") or (event.get("identitySource") or [""])[0]
    if token == "no-one":
        raise Exception("Unauthorized")
    if token == "broken":
        raise KeyError("broken")
    if event.get("version") == "2.0":
        return {"isAuthorized": token == "friend", "context": {"who": token}}
    effect = {"friend": "Allow", "enemy": "Deny"}.get(token)
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
    policy = {"Version": "2012-10-17", "Statement": [statement] if effect else []}
    return {"principalId": "p-1", "policyDocument": policy, "context": {"who": token}}
"""

PRICE = {
    "StartAt": "Check",
    "States": {
        "Check": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.id", "NumericLessThan": 0, "Next": "Bad"}],
            "Default": "Price",
        },
        "Bad": {"Type": "Fail", "Error": "BadOrder", "Cause": "negative"},
        "Price": {"Type": "Pass", "Parameters": {"price": 10, "id.$": "$.id"}, "End": True},
    },
}

_REGION = "arn:aws:apigateway:${AWS::Region}"
INVOKE = {"Fn::Sub": f"{_REGION}:lambda:path/2015-03-31/functions/${{Function.Arn}}/invocations"}
_PROXY = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": INVOKE}
_EMPTY_ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}


def _states(action: str, template: str, responses: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "Type": "AWS",
        "IntegrationHttpMethod": "POST",
        "Uri": {"Fn::Sub": f"{_REGION}:states:action/{action}"},
        "RequestTemplates": {"application/json": {"Fn::Sub": template}},
        "IntegrationResponses": responses,
    }


SYNC_RESPONSE = """#set($run = $input.path('$'))
#if($run.status == "FAILED")
#set($context.responseOverride.status = 422)
{"error": "$run.error", "cause": "$util.escapeJavaScript($run.cause)"}
#else
$run.output
#end"""

METHODS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "Any": ("/fn/{kind}", {"HttpMethod": "ANY", "Integration": _PROXY}),
    "Greedy": ("/files/{proxy+}", {"HttpMethod": "GET", "Integration": _PROXY}),
    "Sync": (
        "/price",
        {
            "HttpMethod": "POST",
            "Integration": _states(
                "StartSyncExecution",
                '{"stateMachineArn": "${Express}", "input": "$util.escapeJavaScript($input.json(\'$\'))"}',
                [
                    {"StatusCode": 200, "ResponseTemplates": {"application/json": SYNC_RESPONSE}},
                    {"StatusCode": 400, "SelectionPattern": "4\\d{2}"},
                ],
            ),
        },
    ),
    "Start": (
        "/orders/{id}",
        {
            "HttpMethod": "POST",
            "Integration": _states(
                "StartExecution",
                '{"stateMachineArn": "${Standard}", "name": "order-$input.params(\'id\')",'
                ' "input": "{\\"id\\": $input.params(\'id\')}"}',
                [
                    {
                        "StatusCode": 202,
                        "SelectionPattern": "200",
                        "ResponseParameters": {
                            "method.response.header.X-Started": "integration.response.body.startDate",
                            "method.response.header.X-Static": "'yes'",
                        },
                    },
                    {"StatusCode": 409, "SelectionPattern": "400"},
                ],
            ),
        },
    ),
    "Mock": (
        "/mock",
        {
            "HttpMethod": "GET",
            "Integration": {
                "Type": "MOCK",
                "RequestTemplates": {
                    "application/json": '{"statusCode": #if($input.params("lost"))404#{else}200#end}'
                },
                "IntegrationResponses": [
                    {
                        "StatusCode": 200,
                        "ResponseTemplates": {"application/json": '{"stage": "$context.stage"}'},
                    },
                    {
                        "StatusCode": 404,
                        "SelectionPattern": "404",
                        "ResponseTemplates": {
                            "text/html": "<p>$stageVariables.shop has no $input.params('lost')</p>"
                        },
                    },
                ],
            },
        },
    ),
    "Sum": (
        "/sum",
        {
            "HttpMethod": "POST",
            "Integration": {
                "Type": "AWS",
                "IntegrationHttpMethod": "POST",
                "Uri": INVOKE,
                "PassthroughBehavior": "NEVER",
                "RequestTemplates": {
                    "application/json": "#set($n = $input.path('$.numbers'))"
                    '#if($n.size() > 0){"add": $input.json("$.numbers")}#{else}{"fail": true}#end'
                },
                "IntegrationResponses": [
                    {"StatusCode": 200},
                    {"StatusCode": 418, "SelectionPattern": "not .*"},
                ],
            },
        },
    ),
    "Key": ("/key", {"HttpMethod": "GET", "ApiKeyRequired": True, "Integration": _PROXY}),
    "Token": (
        "/token",
        {
            "HttpMethod": "GET",
            "AuthorizationType": "CUSTOM",
            "AuthorizerId": {"Ref": "TokenAuthorizer"},
            "Integration": _PROXY,
        },
    ),
    "Checked": (
        "/checked",
        {
            "HttpMethod": "POST",
            "RequestValidatorId": {"Ref": "Validator"},
            "RequestParameters": {"method.request.querystring.shop": True},
            "RequestModels": {"application/json": {"Ref": "Order"}},
            "Integration": _PROXY,
        },
    ),
    "Empty": ("/empty", {"HttpMethod": "GET"}),
}
"""Logical id → the path and the properties of a method of the REST API."""


def _rest_api() -> dict[str, Any]:
    resources: dict[str, Any] = {
        "Rest": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "shop"}},
        "Stage": {
            "Type": "AWS::ApiGateway::Stage",
            "Properties": {"RestApiId": {"Ref": "Rest"}, "StageName": "dev", "Variables": {"shop": "Corner"}},
        },
        "TokenAuthorizer": {
            "Type": "AWS::ApiGateway::Authorizer",
            "Properties": {
                "RestApiId": {"Ref": "Rest"},
                "Name": "token",
                "Type": "TOKEN",
                "AuthorizerUri": INVOKE,
                "IdentitySource": "method.request.header.Authorization",
            },
        },
        "Validator": {
            "Type": "AWS::ApiGateway::RequestValidator",
            "Properties": {
                "RestApiId": {"Ref": "Rest"},
                "ValidateRequestBody": True,
                "ValidateRequestParameters": True,
            },
        },
        "Order": {
            "Type": "AWS::ApiGateway::Model",
            "Properties": {
                "RestApiId": {"Ref": "Rest"},
                "Name": "Order",
                "ContentType": "application/json",
                "Schema": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}},
            },
        },
        "ShopKey": {"Type": "AWS::ApiGateway::ApiKey", "Properties": {"Value": "open-sesame-open-sesame"}},
        "Denied": {
            "Type": "AWS::ApiGateway::GatewayResponse",
            "Properties": {
                "RestApiId": {"Ref": "Rest"},
                "ResponseType": "INVALID_API_KEY",
                "StatusCode": "402",
                "ResponseParameters": {
                    "gatewayresponse.header.Access-Control-Allow-Origin": "'https://shop.example'"
                },
                "ResponseTemplates": {"application/json": '{"sorry":$context.error.messageString}'},
            },
        },
    }
    made: dict[str, Any] = {"": {"Fn::GetAtt": ["Rest", "RootResourceId"]}}
    for name, (path, method) in METHODS.items():
        place = ""
        for part in path.strip("/").split("/"):
            parent, place = made[place], f"{place}/{part}"
            if place not in made:
                logical_id = f"Path{len(made)}"
                resources[logical_id] = {
                    "Type": "AWS::ApiGateway::Resource",
                    "Properties": {"RestApiId": {"Ref": "Rest"}, "ParentId": parent, "PathPart": part},
                }
                made[place] = {"Ref": logical_id}
        properties = {
            "RestApiId": {"Ref": "Rest"},
            "ResourceId": made[place],
            "AuthorizationType": "NONE",
            **method,
        }
        resources[f"{name}Method"] = {"Type": "AWS::ApiGateway::Method", "Properties": properties}
    return resources


ROUTES: Mapping[str, dict[str, Any]] = {
    "GET /orders/{id}": {},
    "ANY /orders/{proxy+}": {},
    "GET /one": {"integration": {"PayloadFormatVersion": "1.0"}},
    "GET /guarded": {"AuthorizationType": "CUSTOM", "AuthorizerId": {"Ref": "HttpAuthorizer"}},
    "GET /tokens": {
        "AuthorizationType": "JWT",
        "AuthorizerId": {"Ref": "JwtAuthorizer"},
        "AuthorizationScopes": ["read"],
    },
    "POST /price": {
        "integration": {
            "IntegrationUri": None,
            "IntegrationSubtype": "StepFunctions-StartSyncExecution",
            "PayloadFormatVersion": "1.0",
            "RequestParameters": {"StateMachineArn": {"Ref": "Express"}, "Input": "$request.body"},
        }
    },
    "GET /changed": {
        "integration": {
            "ResponseParameters": {
                "200": {
                    "ResponseParameters": [
                        {"Destination": "overwrite:statuscode", "Source": "203"},
                        {"Destination": "append:header.x-stage", "Source": "$context.stage"},
                        {"Destination": "append:header.x-who", "Source": "hi ${request.querystring.who}"},
                    ]
                }
            }
        }
    },
    "$default": {},
}
"""Route key → the properties of a route of the HTTP API, and those of its integration."""


def _http_api() -> dict[str, Any]:
    resources: dict[str, Any] = {
        "Http": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {
                "Name": "shop",
                "ProtocolType": "HTTP",
                "CorsConfiguration": {
                    "AllowOrigins": ["https://shop.example", "*"],
                    "AllowMethods": ["GET", "POST"],
                    "AllowHeaders": ["Content-Type"],
                    "MaxAge": 300,
                },
            },
        },
        "HttpStage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {"ApiId": {"Ref": "Http"}, "StageName": "$default", "AutoDeploy": True},
        },
        "HttpAuthorizer": {
            "Type": "AWS::ApiGatewayV2::Authorizer",
            "Properties": {
                "ApiId": {"Ref": "Http"},
                "Name": "friends",
                "AuthorizerType": "REQUEST",
                "AuthorizerUri": INVOKE,
                "AuthorizerPayloadFormatVersion": "2.0",
                "EnableSimpleResponses": True,
                "IdentitySource": ["$request.header.X-Who"],
            },
        },
        "JwtAuthorizer": {
            "Type": "AWS::ApiGatewayV2::Authorizer",
            "Properties": {
                "ApiId": {"Ref": "Http"},
                "Name": "jwt",
                "AuthorizerType": "JWT",
                "IdentitySource": ["$request.header.Authorization"],
                "JwtConfiguration": {"Issuer": "https://issuer.example", "Audience": ["shop"]},
            },
        },
    }
    for index, (key, given) in enumerate(ROUTES.items()):
        integration = {
            "ApiId": {"Ref": "Http"},
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": {"Fn::GetAtt": ["Function", "Arn"]},
            "PayloadFormatVersion": "2.0",
            **given.get("integration", {}),
        }
        resources[f"Integration{index}"] = {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {name: value for name, value in integration.items() if value is not None},
        }
        route = {name: value for name, value in given.items() if name != "integration"}
        resources[f"Route{index}"] = {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                "ApiId": {"Ref": "Http"},
                "RouteKey": key,
                "Target": {"Fn::Sub": f"integrations/${{Integration{index}}}"},
                **route,
            },
        }
    return resources


def _machine(type: str, definition: dict[str, Any]) -> dict[str, Any]:
    return {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "StateMachineType": type,
            "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
            "Definition": definition,
        },
    }


_CALL = {
    "Type": "Task",
    "Resource": "arn:aws:states:::apigateway:invoke",
    "Parameters": {
        "ApiEndpoint": {"Fn::Sub": "${Rest}.execute-api.${AWS::Region}.amazonaws.com"},
        "Method": "POST",
        "Stage": "dev",
        "Path": "price",
        "RequestBody.$": "$",
    },
    "ResultSelector": {"price.$": "$.ResponseBody.price", "status.$": "$.StatusCode"},
    "End": True,
}


def write_api_shop(folder: Path) -> Path:
    """Writes the project into a folder. Returns the folder."""
    code = folder / "code"
    code.mkdir(parents=True)
    (code / "app.py").write_text(HANDLER)
    template = {
        "Resources": {
            "Role": _EMPTY_ROLE,
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Runtime": RUNTIME,
                    "Handler": "app.handler",
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                    "Code": "code",
                },
            },
            "Express": _machine("EXPRESS", PRICE),
            "Standard": _machine("STANDARD", PRICE),
            "Caller": _machine("STANDARD", {"StartAt": "Call", "States": {"Call": _CALL}}),
            "Url": {
                "Type": "AWS::Lambda::Url",
                "Properties": {"TargetFunctionArn": {"Ref": "Function"}, "AuthType": "NONE"},
            },
            **_rest_api(),
            **_http_api(),
        },
        "Outputs": {
            "Rest": {"Value": {"Fn::Sub": "https://${Rest}.execute-api.${AWS::Region}.amazonaws.com/dev"}},
            "Http": {"Value": {"Fn::GetAtt": ["Http", "ApiEndpoint"]}},
            "Url": {"Value": {"Fn::GetAtt": ["Url", "FunctionUrl"]}},
            "Caller": {"Value": {"Ref": "Caller"}},
            "Foreign": {"Value": "https://abcdefghij.execute-api.eu-west-1.amazonaws.com/dev"},
        },
    }
    (folder / "template.json").write_text(json.dumps(template, indent=1))
    return folder


class Answer(NamedTuple):
    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class ApiShop(NamedTuple):
    """The deployed project."""

    home: Path
    outputs: Mapping[str, str]

    def call(
        self, api: str, path: str, method: str = "GET", body: bytes | str | None = None, **headers: str
    ) -> Answer:
        """Sends a request to an API, by the name of its output, or to a URL.

        Underscores in the names of headers are dashes.
        """
        request = urllib.request.Request(
            self.outputs.get(api, api).rstrip("/") + path,
            body.encode() if isinstance(body, str) else body,
            {name.replace("_", "-"): value for name, value in headers.items()},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    @property
    def endpoint(self) -> str:
        return self.outputs["Rest"].partition("/_apis/")[0]

    def post(self, api: str, path: str, value: object) -> Answer:
        return self.call(api, path, "POST", json.dumps(value), content_type="application/json")


def deploy_apis(home: Path, template: Path, name: str) -> ApiShop:
    """Deploys a template with APIs, whose URLs are in its outputs."""
    sfn_json(home, "deploy", "-t", str(template), "--stack", name)
    stack = sfn_json(home, "stack", "show", name)
    return ApiShop(home, {row["OutputKey"]: row["OutputValue"] for row in stack["Outputs"]})


def deploy_api_shop(home: Path, folder: Path) -> ApiShop:
    """Deploys the project."""
    return deploy_apis(home, write_api_shop(folder) / "template.json", "shop")
