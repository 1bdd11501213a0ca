"""Clients of AWS's services, by botocore, and where their calls go.

An endpoint that the user names wins: AWS_ENDPOINT_URL_<SERVICE>, then AWS_ENDPOINT_URL, then the shared config
file, as botocore has it. With SFN_AWS=real the rest goes to AWS itself. Otherwise it goes to a server of this
store's own (embedded_aws.py). The user's credentials are read only for what is meant for AWS: the others get
made-up ones.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.settings import Settings

CONNECT_SECONDS = 5
READ_SECONDS = (10, 60, 900)
"""How long a client waits for an answer: the least of these that a task's timeout needs, so that clients are shared."""

DEFAULT_READ_SECONDS = 60
ATTEMPTS = 3

_REAL_HOSTS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_MADE_UP = "sfn"


class Clients:
    """The clients of one process. Called from any thread; they may be used from any thread."""

    def __init__(self, settings: Settings, environ: Mapping[str, str] = os.environ) -> None:
        self._settings = settings
        self._real = _is_real(environ)
        self._lock = threading.Lock()
        self._sessions: dict[bool, Any] = {}
        self._clients: dict[tuple[str, int], Any] = {}

    def get(self, service: str, *, timeout_seconds: float | None = None) -> Any:
        """The client of a service as botocore names it ("s3", "dynamodb", "stepfunctions").

        Blocks while botocore is imported or the store's own server starts, so it belongs into `world.background`.
        `timeout_seconds` is how long the task may take. Raises ConfigurationError, with what to install or set.
        """
        key = service, _read_seconds(timeout_seconds)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._client(*key)
            return self._clients[key]

    def endpoint(self, service: str) -> str | None:
        """The URL that the user names for a service, or None."""
        with self._lock:
            return self._endpoint(service)

    def forget(self) -> None:
        """Makes the clients anew: the store's own server left, and another has another port."""
        with self._lock:
            self._clients.clear()

    def _client(self, service: str, read_seconds: int) -> Any:
        endpoint = self._endpoint(service)
        real = self._real or _host(endpoint).endswith(_REAL_HOSTS)
        if endpoint is None and not real:
            from sfn_cli.integrations import embedded_aws

            endpoint = embedded_aws.endpoint(self._settings)
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=read_seconds,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS if real else 1},
            parameter_validation=False,  # what is wrong is the service's to say
            max_pool_connections=32,
            # A host that is named has no name for each bucket, and need not know the newest checksums.
            s3=None if real else {"addressing_style": "path"},
            request_checksum_calculation=None if real else "when_required",
            response_checksum_validation=None if real else "when_required",
            proxies={} if _host(endpoint) in _LOOPBACK else None,
        )
        made_up = {} if real else {"aws_access_key_id": _MADE_UP, "aws_secret_access_key": _MADE_UP}
        region = self._settings.region
        try:
            return self._session(real=real).create_client(service, region, endpoint_url=endpoint, config=config, **made_up)
        except (BotoCoreError, ValueError) as error:
            raise ConfigurationError(f"No client for {service} can be made: {error}") from error

    def _endpoint(self, service: str) -> str | None:
        session = self._session(real=self._real)
        from botocore.configprovider import ConfiguredEndpointProvider
        from botocore.exceptions import BotoCoreError

        try:
            if session.get_config_variable("ignore_configured_endpoint_urls"):
                return None
            provider = ConfiguredEndpointProvider(session.full_config, session.get_scoped_config(), service)
            found: str | None = provider.provide()
        except BotoCoreError as error:
            raise ConfigurationError(f"The endpoint of {service} cannot be read: {error}") from error
        return found

    def _session(self, *, real: bool) -> Any:
        """botocore's session; one that is not for AWS never opens the file of credentials."""
        if real not in self._sessions:
            self._sessions[real] = _new_session(real=real)
        return self._sessions[real]


def _new_session(*, real: bool) -> Any:
    try:
        from botocore.exceptions import ProfileNotFound
        from botocore.session import Session
    except ImportError:
        from sfn_cli.integrations import embedded_aws

        raise ConfigurationError(f"This task calls an AWS service, and botocore is not installed. {embedded_aws.INSTALL}") from None
    if real:
        return Session()
    no_credentials = {"credentials_file": (None, None, os.devnull, None)}
    session = Session(no_credentials)
    try:
        session.get_scoped_config()
    except ProfileNotFound:  # AWS_PROFILE names one that has credentials only
        session = Session({**no_credentials, "profile": (None, None, None, None)})
    return session


def _is_real(environ: Mapping[str, str]) -> bool:
    asked = environ.get("SFN_AWS", "")
    if asked not in {"", "real"}:
        raise ConfigurationError(f"SFN_AWS is '{asked}': it may be real, or not be set.")
    return asked == "real"


def _host(endpoint: str | None) -> str:
    from urllib.parse import urlsplit

    return urlsplit(endpoint or "").hostname or ""


def _read_seconds(timeout_seconds: float | None) -> int:
    if timeout_seconds is None:
        return DEFAULT_READ_SECONDS
    return next((seconds for seconds in READ_SECONDS if seconds >= timeout_seconds), READ_SECONDS[-1])
