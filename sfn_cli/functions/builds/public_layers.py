"""Public layers of AWS and of others, which are not on this machine, and what stands for them here.

A layer is known by its name in its ARN, whatever its version: the packages that it is made of are
installed instead, or nothing where it only observes the function.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class PublicLayer(NamedTuple):
    """What stands for a layer: packages of pip or of npm; neither: it has no effect here."""

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
    """Returns what stands for the public layer of a name; None if sfn does not know it."""
    for layer in PUBLIC_LAYERS:
        named = re.fullmatch(layer.name, name)
        if named is not None:
            package = named.groupdict().get("package")
            return layer if package is None else layer._replace(python=(package,))
    return None
