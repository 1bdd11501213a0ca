"""botocore clients of AWS services, and their endpoints.

An endpoint that the user sets takes precedence: AWS_ENDPOINT_URL_<SERVICE>, then AWS_ENDPOINT_URL,
then the shared config file, as in botocore. With SFN_AWS=real, all other calls go to AWS itself;
otherwise to the local AWS services (embedded_aws.py), or to sfn's own endpoint for services that only it
has. The user's credentials are read only for calls to AWS: other endpoints get fictitious ones, and the
local ones their access key.
"""

from __future__ import annotations

import os
import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.errors import ConfigurationError
from sfn_cli.installation.extras import install_hint
from sfn_cli.integrations.aws import embedded_aws
from sfn_cli.integrations.aws.embedded_aws import MADE_UP
from sfn_cli.integrations.aws.errors import short_sdk_name
from sfn_cli.local_endpoint import local_endpoint_address
from sfn_cli.settings import is_aws_endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.settings import Settings

CONNECT_SECONDS = 5
READ_SECONDS = (10, 60, 900)
"""How long a client waits for an answer, in seconds.

The shortest of these that covers the task's timeout is used, so that clients can be shared.
"""

DEFAULT_READ_SECONDS = 60
ATTEMPTS = 3

_AT_OWN_ENDPOINT = frozenset({"cloudcontrol", "cloudformation", "cloudtrail", "sts"})
"""The services that sfn's own endpoint serves from the store, and that no task reaches otherwise."""

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class _Client(NamedTuple):
    """A client; if it calls the local AWS services or sfn's own endpoint, with the URL and access key."""

    client: Any
    server: tuple[str, str] | None

    @property
    def embedded(self) -> bool:
        return self.server is not None


class Clients:
    """The clients of one process. Thread-safe, as are the clients."""

    def __init__(self, settings: Settings, *, local: tuple[str, str] | None = None) -> None:
        """`local` is the URL and the access key of the local AWS services, if all calls go to them."""
        self._settings = settings
        self._local = local
        self._real = settings.calls_aws
        self._lock = threading.Lock()
        self._sessions: dict[bool, Any] = {}
        self._clients: dict[tuple[str, int], _Client] = {}
        self._placed: dict[tuple[str, str, str], Any] = {}
        self._names: dict[str, str] | None = None

    def get(self, service: str, *, timeout_seconds: float | None = None) -> Any:
        """Returns the client of a service by botocore's name ("s3", "dynamodb", "stepfunctions").

        Blocks while botocore is imported or the local AWS services start, so call it in
        `context.background`. `timeout_seconds` is how long the task may take. Raises
        ConfigurationError, which says what to install or set.
        """
        return self._get(service, timeout_seconds).client

    def _get(self, service: str, timeout_seconds: float | None = None) -> _Client:
        key = service, _client_read_seconds(timeout_seconds)
        with self._lock:
            client = self._clients.get(key)
            # The local AWS services may have been restarted, with another port and access key.
            if client is None or (client.embedded and client.server != self._server(service)):
                client = self._clients[key] = self._create(*key)
            return client

    def at(self, service: str, endpoint: str) -> Any:
        """Returns the client of a service at this endpoint, which is not AWS's own."""
        with self._lock:
            key = service, endpoint, self._access_key(endpoint)
            if key not in self._placed:
                self._placed[key] = self._new_client(service, endpoint, READ_SECONDS[0], key=key[2])
            return self._placed[key]

    def service_name(self, sdk_name: str) -> str | None:
        """Returns botocore's name of the service that aws-sdk tasks call `sdk_name`.

        For example, "sfn" is stepfunctions. None for an unknown service.
        """
        with self._lock:
            if self._names is None:
                self._names = client_service_names(self._session(real=self._real))
            return self._names.get(short_sdk_name(sdk_name))

    def service_id(self, service: str) -> str:
        """Returns the id in a service's model ("Secrets Manager"); without botocore, its name."""
        try:
            with self._lock:
                return str(self._session(real=False).get_service_model(service).service_id)
        except ConfigurationError:
            return service

    def route(self, service: str) -> tuple[str | None, bool]:
        """Returns (endpoint, whether calls are signed with the user's credentials).

        The endpoint is the one set in place of an AWS service, or None. Raises ConfigurationError.
        """
        with self._lock:
            endpoint = self._endpoint(service)
            is_aws = is_aws_endpoint(endpoint)
            return None if is_aws else endpoint, self._real or is_aws

    def credentials(self, service: str) -> Any:
        """Returns the botocore Credentials that sign calls to a service.

        They are the user's own for AWS, and fictitious for an emulator. Raises ConfigurationError if the
        user has none.
        """
        _, real = self.route(service)
        with self._lock:
            session = self._session(real=real)
        if not real:
            from botocore.credentials import Credentials

            return Credentials(MADE_UP, MADE_UP)
        found = session.get_credentials()
        if found is None:
            raise ConfigurationError(
                "The task calls AWS, but no AWS credentials were found. Configure them as for the aws CLI."
            )
        return found

    def _server(self, service: str) -> tuple[str, str]:
        """Returns the URL and access key of the local server of a service, starting it if needed."""
        if self._local is not None:
            return self._local
        if service in _AT_OWN_ENDPOINT:
            address = local_endpoint_address(self._settings)
            return address.url, address.access_key
        endpoint = embedded_aws.embedded_aws_endpoint(self._settings)
        return endpoint, self._access_key(endpoint)

    def _access_key(self, endpoint: str | None) -> str:
        """Returns the id of the access key for an endpoint that is not AWS's own."""
        if self._local is not None:
            return self._local[1]
        return (
            embedded_aws.embedded_aws_access_key(self._settings.home, endpoint) if endpoint else None
        ) or MADE_UP

    def _create(self, service: str, read_seconds: int) -> _Client:
        endpoint = self._endpoint(service)
        real = self._real or is_aws_endpoint(endpoint)
        if endpoint is None and not real:
            url, key = server = self._server(service)
            return _Client(self._new_client(service, url, read_seconds, key=key), server)
        key = "" if real else self._access_key(endpoint)
        return _Client(self._new_client(service, endpoint, read_seconds, key=key), None)

    def _new_client(self, service: str, endpoint: str | None, read_seconds: int, *, key: str) -> Any:
        """Returns a new client; without an access key, it signs with the user's credentials."""
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        real = not key
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=read_seconds,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS if real else 1},
            parameter_validation=False,  # the service validates parameters
            max_pool_connections=32,
            # Other endpoints have no subdomain for each bucket.
            s3=None if real else {"addressing_style": "path"},
            # As in the Java SDK: a response has checksums only if the request asks for them.
            response_checksum_validation="when_required",
            proxies={} if _client_endpoint_host(endpoint) in _LOOPBACK else None,
        )
        made_up = {} if real else {"aws_access_key_id": key, "aws_secret_access_key": MADE_UP}
        region = self._settings.region
        try:
            client = self._session(real=real).create_client(
                service, region, endpoint_url=endpoint, config=config, **made_up
            )
        except (BotoCoreError, ValueError) as error:
            raise ConfigurationError(f"Cannot create a client for {service}: {error}") from error
        client.meta.events.register("provide-client-params", _refuse_client_uri)
        return client

    def _endpoint(self, service: str) -> str | None:
        if self._local is not None:
            return None
        session = self._session(real=self._real)
        from botocore.configprovider import ConfiguredEndpointProvider
        from botocore.exceptions import BotoCoreError

        try:
            if session.get_config_variable("ignore_configured_endpoint_urls"):
                return None
            provider = ConfiguredEndpointProvider(session.full_config, session.get_scoped_config(), service)
            found: str | None = provider.provide()
        except BotoCoreError as error:
            raise ConfigurationError(f"Cannot read the endpoint of {service}: {error}") from error
        return found

    def _session(self, *, real: bool) -> Any:
        """Returns a botocore session; unless `real`, it never opens the credentials file."""
        if real not in self._sessions:
            self._sessions[real] = _new_client_session(real=real)
        return self._sessions[real]


@lru_cache(maxsize=2)
def shared_clients(settings: Settings) -> Clients:
    """Returns the clients that requests of one process share: creating a client takes 100 ms."""
    return Clients(settings)


def _refuse_client_uri(params: Mapping[str, Any], model: Any, **_: Any) -> None:
    """Raises ParamValidationError for a missing member of the URI; the service checks the others."""
    from botocore.exceptions import ParamValidationError

    for name, member in model.input_shape.members.items() if model.input_shape is not None else ():
        if member.serialization.get("location") == "uri" and params.get(name) is None:
            raise ParamValidationError(report=f'Missing required parameter in input: "{name}"')


def _new_client_session(*, real: bool) -> Any:
    try:
        from botocore.exceptions import ProfileNotFound
        from botocore.session import Session
    except ImportError:
        raise ConfigurationError(
            f"Calls to AWS services need botocore, which is not installed. {install_hint('aws')}"
        ) from None
    if real:
        return Session()
    no_credentials = {"credentials_file": (None, None, os.devnull, None)}
    session = Session(no_credentials)
    try:
        session.get_scoped_config()
    except ProfileNotFound:  # AWS_PROFILE names a profile of the credentials file
        session = Session({**no_credentials, "profile": (None, None, None, None)})
    return session


def client_service_names(session: Any) -> dict[str, str]:
    """Returns a mapping from the Java SDK's name of each service to botocore's.

    The Java SDK's name is the id in the service's model, in lower case and without spaces and a final
    "Service": "Config Service" is config.
    """
    from botocore.utils import CLIENT_NAME_TO_HYPHENIZED_SERVICE_ID_OVERRIDES as IDS

    return {
        short_sdk_name(IDS.get(name, name).replace("-", "")): name
        for name in session.get_available_services()
    }


def _client_endpoint_host(endpoint: str | None) -> str:
    from urllib.parse import urlsplit

    return urlsplit(endpoint or "").hostname or ""


def _client_read_seconds(timeout_seconds: float | None) -> int:
    if timeout_seconds is None:
        return DEFAULT_READ_SECONDS
    return next((seconds for seconds in READ_SECONDS if seconds >= timeout_seconds), READ_SECONDS[-1])
