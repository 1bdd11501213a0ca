"""AWS's service integrations, whether sfn supports them or not.

The validator rejects a Resource that is not one of them.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
(optimised integrations and their patterns)
https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
(services of aws-sdk tasks; their actions are in sdk_requests)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfn_cli.sdk_requests import load_sdk_service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.resource import Resource

_ANSWER, _JOB, _TOKEN = frozenset({""}), frozenset({"", "sync"}), frozenset({"", "waitForTaskToken"})
_ALL = _JOB | _TOKEN

OPTIMISED: Mapping[str, Mapping[str, frozenset[str]]] = {
    "apigateway": {"invoke": _TOKEN},
    "athena": {
        "startQueryExecution": _JOB,
        **dict.fromkeys(("getQueryExecution", "getQueryResults", "stopQueryExecution"), _ANSWER),
    },
    "batch": {"submitJob": _JOB},
    "bedrock": {"createModelCustomizationJob": _JOB, "invokeModel": _TOKEN},
    "codebuild": {
        **dict.fromkeys(("retryBuildBatch", "startBuild", "startBuildBatch"), _JOB),
        **dict.fromkeys(
            ("batchDeleteBuilds", "batchGetReports", "deleteBuildBatch", "stopBuild", "stopBuildBatch"),
            _ANSWER,
        ),
    },
    "databrew": {"startJobRun": _JOB},
    "dynamodb": dict.fromkeys(("deleteItem", "getItem", "putItem", "updateItem"), _ANSWER),
    "ecs": {"runTask": _ALL},
    "eks": {
        **dict.fromkeys(("createCluster", "createFargateProfile", "createNodegroup"), _JOB),
        **dict.fromkeys(("deleteCluster", "deleteFargateProfile", "deleteNodegroup"), _JOB),
        "call": _ANSWER,
        "runJob": _ALL,
    },
    "elasticmapreduce": {
        **dict.fromkeys(("addStep", "createCluster", "terminateCluster"), _JOB),
        **dict.fromkeys(
            (
                "cancelStep",
                "modifyInstanceFleetByName",
                "modifyInstanceGroupByName",
                "setClusterTerminationProtection",
            ),
            _ANSWER,
        ),
    },
    "emr-containers": {"createVirtualCluster": _ANSWER, "deleteVirtualCluster": _JOB, "startJobRun": _JOB},
    "emr-serverless": dict.fromkeys(
        (
            "cancelJobRun",
            "createApplication",
            "deleteApplication",
            "startApplication",
            "startJobRun",
            "stopApplication",
        ),
        _JOB,
    ),
    "events": {"putEvents": _TOKEN},
    "glue": {"startJobRun": _JOB},
    "http": {"invoke": _ANSWER},
    "lambda": {"invoke": _TOKEN},
    "mediaconvert": {"createJob": _JOB},
    "sagemaker": {
        **dict.fromkeys(("createHyperParameterTuningJob", "createLabelingJob", "createProcessingJob"), _JOB),
        **dict.fromkeys(("createTrainingJob", "createTransformJob"), _JOB),
        **dict.fromkeys(("createEndpoint", "createEndpointConfig", "createModel", "updateEndpoint"), _ANSWER),
    },
    "sns": {"publish": _TOKEN},
    "sqs": {"sendMessage": _TOKEN},
    "states": {"startExecution": _ALL | {"sync:2"}},
}
"""Service → action → the patterns in which it can be called; "" is Request Response."""

_ACTION = re.compile(r"[a-z][A-Za-z0-9]*")


def is_known_integration(resource: Resource) -> bool:
    """Whether AWS supports the integration in a service's Resource."""
    if (sdk_service := resource.sdk_service) is not None:
        return resource.pattern in _TOKEN and _is_known_sdk_action(sdk_service, resource.operation)
    return resource.pattern in OPTIMISED.get(resource.service, {}).get(resource.operation, ())


def _is_known_sdk_action(service: str, action: str) -> bool:
    known = load_sdk_service(service)
    # botocore no longer has the actions of a service that has ended.
    return (
        action in known
        if known is not None
        else service in _ENDED_SERVICES and bool(_ACTION.fullmatch(action))
    )


_ENDED_SERVICES = frozenset(
    """
    apptest elasticinference elastictranscoder evidently finspace finspacedata honeycode iotanalytics
    iotevents ioteventsdata iotfleethub lookoutmetrics lookoutvision opsworks opsworkscm panorama
    privatenetworks qldb qldbsession robomaker simspaceweaver sms tnb
    """.split()  # noqa: SIM905
)
"""Services that AWS accepts in a definition, although botocore no longer supports them."""
