"""The public layers that sfn replaces."""

from __future__ import annotations

import pytest

from sfn_cli.functions.builds.public_layers import public_layer


@pytest.mark.parametrize(
    "name, python, node",
    [
        ("AWSLambdaPowertoolsPython", ("aws-lambda-powertools[parser,validation,tracer]",), False),
        ("AWSLambdaPowertoolsPythonV2-Arm64", ("aws-lambda-powertools[parser,validation,tracer]",), False),
        (
            "AWSLambdaPowertoolsPythonV3-python312-x86_64",
            ("aws-lambda-powertools[parser,validation,tracer]",),
            False,
        ),
        ("AWSLambdaPowertoolsTypeScriptV2", (), True),
        ("AWSSDKPandas-Python311", ("awswrangler",), False),
        ("AWSSDKPandas-Python312-Arm64", ("awswrangler",), False),
        ("AWSLambda-Python38-SciPy1x", ("numpy", "scipy"), False),
        ("AWSLambda-Python-AWS-SDK", ("boto3",), False),
        ("Klayers-p312-requests", ("requests",), False),
        ("Klayers-p39-python-dateutil", ("python-dateutil",), False),
        ("Klayers-p312-arm64-aws-xray-sdk", ("aws-xray-sdk",), False),
        ("Klayers-python38-Pillow", ("Pillow",), False),
        ("LambdaInsightsExtension-Arm64", (), False),
        ("AWS-Parameters-and-Secrets-Lambda-Extension", (), False),
        ("aws-otel-python-amd64-ver-1-20-0", (), False),
    ],
)
def test_known_layers(name: str, python: tuple[str, ...], node: bool) -> None:
    """Each is recognised by its name, and replaced by packages or by nothing."""
    layer = public_layer(name)
    assert layer is not None
    assert (layer.python, bool(layer.node)) == (python, node)


def test_an_unknown_layer() -> None:
    """Other layers have no replacement."""
    assert public_layer("shared-libraries") is None
