"""Public layers of AWS and other vendors, and the packages that replace them on this machine.

A layer is recognised by the name in its ARN, in any version. The packages that it contains are
installed instead, or nothing if the layer only observes the function.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class PublicLayer(NamedTuple):
    """The pip or npm packages that replace a layer; with neither, the layer has no effect here."""

    name: str
    """A pattern of the layer's name."""
    python: tuple[str, ...] = ()
    node: tuple[str, ...] = ()


PUBLIC_LAYERS = (
    PublicLayer(
        r"AWSLambdaPowertoolsPython(V\d)?(-Extras)?.*",
        python=("aws-lambda-powertools[parser,validation,tracer]",),
    ),
    PublicLayer(
        r"AWSLambdaPowertoolsTypeScript.*",
        node=(
            "@aws-lambda-powertools/logger",
            "@aws-lambda-powertools/metrics",
            "@aws-lambda-powertools/tracer",
            "@aws-lambda-powertools/parameters",
            "@aws-lambda-powertools/idempotency",
            "@aws-lambda-powertools/batch",
            "@aws-lambda-powertools/parser",
            "zod",
        ),
    ),
    PublicLayer(r"(AWSSDKPandas|AWSDataWrangler)-Python.*", python=("awswrangler",)),
    PublicLayer(r"AWSLambda-Python\d+-SciPy1x", python=("numpy", "scipy")),
    PublicLayer(r"AWSLambda-Python\d*-AWS-SDK", python=("boto3",)),
    PublicLayer(r"Klayers-p(?:ython)?\d+(?:-arm64)?-(?P<package>[A-Za-z0-9][A-Za-z0-9_.-]*)"),
    PublicLayer(r"LambdaInsightsExtension.*"),
    PublicLayer(r"AWSCodeGuruProfilerPythonAgentLambdaLayer.*"),
    PublicLayer(r"AWS-Parameters-and-Secrets-Lambda-Extension.*"),
    PublicLayer(r"AWS-AppConfig-Extension.*"),
    PublicLayer(r"aws-otel-.*|opentelemetry-.*|AWSOpenTelemetryDistro.*"),
    PublicLayer(r"Datadog-Extension.*"),
    PublicLayer(r"Datadog-Python.*", python=("datadog-lambda",)),
    PublicLayer(r"Datadog-Node.*", node=("datadog-lambda-js", "dd-trace")),
    PublicLayer(r"NewRelic.*|SentryNodeServerlessSDK.*|Dynatrace.*|epsagon.*|lumigo.*"),
)


def public_layer(name: str) -> PublicLayer | None:
    """Returns the replacement for the public layer of this name; None if there is none."""
    for layer in PUBLIC_LAYERS:
        named = re.fullmatch(layer.name, name)
        if named is not None:
            package = named.groupdict().get("package")
            return layer if package is None else layer._replace(python=(package,))
    return None
