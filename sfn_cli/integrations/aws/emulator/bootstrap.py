"""What `cdk bootstrap` creates and `cdk deploy` needs: a parameter and a bucket, here without bootstrap.

The parameter is read from nothing, for every qualifier; the bucket is created when its name is first used,
for every qualifier, account and region. A stack CDKToolkit may create both, as on AWS.
https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = "30"
"""The version of the bootstrap template. The toolkit asks for 6 or more."""

_PARAMETER = re.compile(r"/cdk-bootstrap/[A-Za-z0-9_-]+/version")
_BUCKET = re.compile(r"cdk-[a-z0-9]{1,10}-assets-\d{12}-([a-z0-9-]+)")

_READS = ("AmazonSSM.GetParameter", "AmazonSSM.GetParameters")


def provide_bootstrap(environ: Mapping[str, Any]) -> None:
    """Prepares moto's server for a request (its WSGI environment)."""
    if environ.get("HTTP_X_AMZ_TARGET") in _READS:
        _provide_bootstrap_version()
    elif (bucket := _bootstrap_bucket(environ)) is not None:
        _provide_bootstrap_bucket(bucket)


@cache
def _provide_bootstrap_version() -> None:
    """Changes moto's parameter store in this process, which takes a while to import."""
    from moto.core.utils import utcnow
    from moto.ssm import models
    from moto.ssm.models import SimpleSystemManagerBackend

    parameter_type: Any = models.Parameter  # it inherits abstract methods, and has not all of them

    get_parameter = SimpleSystemManagerBackend.get_parameter
    get_parameters = SimpleSystemManagerBackend.get_parameters

    def version_of(backend: Any, name: str) -> Any:
        plain = backend._strip_parameter_arn(name)
        if not _PARAMETER.fullmatch(plain):
            return None
        return parameter_type(
            backend.account_id, plain, VERSION, "String", None, None, None, utcnow(), 1, "text",
            tier="Standard",
        )  # fmt: skip

    def get_parameter_or_version(backend: Any, name: str) -> Any:
        return get_parameter(backend, name) or version_of(backend, name)

    def get_parameters_and_versions(backend: Any, names: list[str]) -> Any:
        found = get_parameters(backend, names)
        versions = {name: version_of(backend, name) for name in names if name not in found}
        return found | {name: version for name, version in versions.items() if version is not None}

    setattr(SimpleSystemManagerBackend, "get_parameter", get_parameter_or_version)  # noqa: B010 (mypy)
    setattr(SimpleSystemManagerBackend, "get_parameters", get_parameters_and_versions)  # noqa: B010


def _bootstrap_bucket(environ: Mapping[str, Any]) -> str | None:
    """Returns the bootstrap bucket that a request to S3 names, unless it creates the bucket."""
    host = str(environ.get("HTTP_HOST", "")).partition(".")[0]
    name, _, key = str(environ.get("PATH_INFO", "")).lstrip("/").partition("/")
    if _BUCKET.fullmatch(host):
        name, key = host, f"{name}/{key}".strip("/")
    if not _BUCKET.fullmatch(name) or "HTTP_X_AMZ_TARGET" in environ:
        return None
    creates = environ.get("REQUEST_METHOD") == "PUT" and not key and not environ.get("QUERY_STRING")
    return None if creates else name


def _provide_bootstrap_bucket(name: str) -> None:
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.s3.models import s3_backends

    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    if name not in backend.buckets:
        found = _BUCKET.fullmatch(name)
        assert found is not None
        backend.create_bucket(name, found[1])
