"""The local AWS services in one home, shared by the tests of a module."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.integrations.aws import embedded_aws
from sfn_cli.integrations.aws.clients import Clients
from sfn_cli.settings import Settings
from tests.processes import stop_home

if TYPE_CHECKING:
    from collections.abc import Iterator


class LocalServices:
    """The settings of the home, the endpoint, and clients by botocore's names."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.endpoint = embedded_aws.embedded_aws_endpoint(settings)
        self._clients = Clients(settings)

    def client(self, service: str) -> Any:
        return self._clients.get(service)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServices]:
    settings = Settings(str(tmp_path_factory.mktemp("home") / "sfn"))
    yield LocalServices(settings)
    stop_home(Path(settings.home))
