"""docs/reference/integrations.md, from the table of integrations and the one that validation uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.model import model_operation_names
from sfn_cli.asl.validation.integrations import AWS_SDK_SERVICES, OPTIMISED
from sfn_cli.integrations.aws.local_services import LOCAL_SERVICES
from sfn_cli.integrations.table import SERVICES
from tests.reference_pages.markdown import code_list, generated_head, markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

INTRODUCTION = """\
The `Resource` of a Task names what it calls. This page lists every integration of AWS, whether sfn
supports it, and where its calls go. Guides show them in use: [Lambda](../guides/lambda.md),
[AWS services](../guides/aws-services.md), [HTTP tasks](../guides/http-tasks.md),
[callbacks](../guides/callbacks.md).

| `Resource` | what it calls | where | extra |
|---|---|---|---|
| `arn:aws:lambda:…:function:NAME` | a Lambda function | a function in the store | none |
| `arn:aws:states:…:activity:NAME` | a worker of an activity | a worker that polls the store | none |
| `arn:aws:states:::lambda:invoke` | a Lambda function | a function in the store | none |
| `arn:aws:states:::states:startExecution` | another state machine | the store | none |
| `arn:aws:states:::http:invoke` | an HTTPS API, through a connection | the API itself | none |
| `arn:aws:states:::apigateway:invoke` | a REST API | an API on this machine, or a configured endpoint | `aws`, for IAM signatures |
| other [optimised integrations](#optimised-integrations) | an AWS service | the local AWS services, or a configured endpoint | `aws` |
| `arn:aws:states:::aws-sdk:SERVICE:ACTION` | any operation of any AWS service | the store, the local AWS services, or a configured endpoint | `aws`, but not for [the store](#operations-that-the-store-serves) |

"""

PATTERNS = """\
## Patterns

| suffix of `Resource` | pattern | the task ends when |
|---|---|---|
| none | request response | the service has answered |
| `.sync`, `.sync:2` | run a job | the started execution has ended |
| `.waitForTaskToken` | wait for a callback | its [task token](../guides/callbacks.md) is answered |

EXPRESS state machines support request response only, as on AWS, and no activities.

"""

WHERE = """\
## Where calls to AWS services go

A call goes to the first of these that applies:

1. The endpoint that you configure: `AWS_ENDPOINT_URL_SQS` (for one service), `AWS_ENDPOINT_URL` (for all),
   or an `endpoint_url` in `~/.aws/config`.
2. AWS itself with `SFN_AWS=real`, with your credentials.
3. The [local AWS services](../guides/aws-services.md), which start with the first call.

Calls to [services in the store](#operations-that-the-store-serves) stay in the store. Only an endpoint
for the service itself changes this, for example `AWS_ENDPOINT_URL_SFN`. `SFN_AWS=real` and
`AWS_ENDPOINT_URL` do not.

Your credentials are read only for calls to AWS: with `SFN_AWS=real`, or if an endpoint is one of AWS's.

A call that cannot be made fails its task with an error that Retry and Catch can match: the service's name
and `SdkClientException`, for example `Sqs.SdkClientException`. This happens if the local AWS services do
not start, if the extra `aws` is not installed, or if no server answers at the endpoint.

A worker uses the settings of the command that started it. After a change, run `sfn worker stop`.

## HTTP tasks

| | |
|---|---|
| authorisation of connections | `BASIC`, `API_KEY`, `OAUTH_CLIENT_CREDENTIALS` |
| `ConnectionArn` | the connection's name must match. Region, account and the ID at the end may differ, so a definition for AWS runs unchanged |
| URL | `https://`, or `http://` on this machine |
| time limit | 60 seconds (`States.Http.Socket`), as on AWS |
| status other than 2xx | `States.Http.StatusCode.NNN` |
| redirects | not followed |
| more trusted certificates | `SSL_CERT_FILE` |
| proxy | `HTTPS_PROXY` |
| private connectivity (VPC Lattice) | not supported: every endpoint is called from this machine |

## API Gateway

| `ApiEndpoint` | where the request goes |
|---|---|
| `127.0.0.1:3000` or another address of this machine | there |
| `ID.execute-api.REGION.amazonaws.com` | to the endpoint in `AWS_ENDPOINT_URL_API_GATEWAY`, with this name as `Host`; with `SFN_AWS=real` to AWS. The local AWS services run no APIs |

`AuthType` `IAM_ROLE` and `RESOURCE_POLICY` sign the request: with your credentials for AWS, and with
placeholder credentials for any other endpoint.

## Distributed Map

| field | supported |
|---|---|
| `ItemReader` | `s3:getObject` with CSV, JSON, JSONL and MANIFEST (S3 Inventory, Athena), also compressed (`.gz`); `s3:listObjectsV2`, with `LOAD_AND_FLATTEN`. PARQUET is not supported |
| `ResultWriter` | `s3:putObject`, with `Transformation` and `OutputType` |
| `Bucket` | a bucket of the local AWS services or of the configured endpoint, or, in sfn only, a folder: `file:///home/ada/data` |
| items | an array. The keys of a JSON object are not supported |
"""


def page() -> str:
    """Returns the text of the page."""
    return "\n".join(
        [
            generated_head("Integrations", "sfn_cli/integrations/table.py"),
            INTRODUCTION + PATTERNS + "## Optimised integrations\n",
            *_supported(),
            "### Integrations that sfn does not support",
            "",
            *_unsupported(),
            "## AWS SDK integrations",
            "",
            *_aws_sdk(),
            WHERE,
        ]
    )


def _patterns() -> Mapping[str, Mapping[str, set[str]]]:
    """Returns service → action → the patterns that sfn has."""
    found: dict[str, dict[str, set[str]]] = {}
    for service, action_with_pattern in SERVICES:
        action, _, pattern = action_with_pattern.partition(".")
        found.setdefault(service, {}).setdefault(action, set()).add(pattern)
    return found


def _supported() -> Iterator[str]:
    yield "sfn supports these integrations in every pattern that AWS has for them:"
    yield ""
    ours = _patterns()
    assert all(OPTIMISED[service] == actions for service, actions in ours.items())
    yield from markdown_table(
        ("service", "actions", "patterns"),
        (
            (f"`{service}`", code_list(sorted(actions)), _pattern_names(set().union(*actions.values())))
            for service, actions in sorted(ours.items())
        ),
    )
    yield ""


def _pattern_names(patterns: set[str]) -> str:
    return ", ".join("request response" if not pattern else f"`.{pattern}`" for pattern in sorted(patterns))


def _unsupported() -> Iterator[str]:
    yield (
        "A state machine with one of these integrations is rejected when you create or update it, with the "
        "name of the integration. `sfn validate-state-machine-definition` follows AWS: it accepts the "
        "definition, and prints a warning with `--severity WARNING`. You have three alternatives: an AWS SDK "
        "integration of the same service, [a mock](../guides/mocks-and-faults.md), or "
        "`sfn test-state --mock`."
    )
    yield ""
    ours = _patterns()
    yield from markdown_table(
        ("service", "actions"),
        (
            (f"`{service}`", code_list(sorted(actions)))
            for service, actions in sorted(OPTIMISED.items())
            if service not in ours
        ),
    )
    yield ""


def _aws_sdk() -> Iterator[str]:
    yield (
        f"`arn:aws:states:::aws-sdk:SERVICE:ACTION` calls any operation of the {len(AWS_SDK_SERVICES)} "
        "services that botocore has, with and without `.waitForTaskToken`. Service and action have the "
        "names that AWS documents, for example `aws-sdk:s3:getObject`. Validation checks the name of the "
        "service. An unknown action fails the task when it runs."
    )
    yield from ("", "### Operations that the store serves", "")
    yield from ("These services have their data in the store, and need no extra:", "")
    yield from markdown_table(
        ("service", "operations"),
        ((f"`aws-sdk:{own.sdk_name}`", _operation_names(own.name)) for own in LOCAL_SERVICES),
    )
    yield ""


def _operation_names(service: str) -> str:
    return code_list(name[0].lower() + name[1:] for name in model_operation_names(service))
