"""Fixtures that create resources in a real store and in real local AWS services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.api import call_api, model
from sfn_cli.errors import ApiError
from sfn_cli.integrations.aws.clients import Clients
from sfn_cli.stacks.resources.resource import Naming, ProvisioningContext
from tests.api.fakes import ROLE, make_service
from tests.processes import stop_services

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfn_cli.api.service import Service

SUFFIX = "ABCDEFGH2345"
INLINE = {
    "FunctionName": "price",
    "Runtime": "python3.12",
    "Handler": "index.handler",
    "Role": ROLE,
    "Code": {"ZipFile": "def handler(event, context):\n    return 1\n"},
}
KEY = [{"AttributeName": "id", "KeyType": "HASH"}]
ID = [{"AttributeName": "id", "AttributeType": "S"}]
TABLE = {
    "TableName": "orders",
    "KeySchema": KEY,
    "AttributeDefinitions": ID,
    "BillingMode": "PAY_PER_REQUEST",
}


class Maker:
    """Creates resources of one stack, and reads them through operations."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.clients = Clients(service.settings)
        self.reports: list[str] = []

    def __call__(self, logical_id: str = "Thing") -> ProvisioningContext:
        return ProvisioningContext(self.service, self.clients, self.reports.append, naming(logical_id), ROLE)

    def call(self, service: str, operation: str, **request: Any) -> dict[str, Any] | None:
        """Returns the response of one of sfn's operations; None for a resource that does not exist."""
        try:
            return call_api(self.service, model.load_model(service, operation), request)
        except ApiError as error:
            if "NotFound" not in error.code and "DoesNotExist" not in error.code:
                raise
            return None


def naming(logical_id: str) -> Naming:
    return Naming("shop", logical_id, SUFFIX, "us-east-1", "123456789012")


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Maker]:
    service = make_service(tmp_path / "home")
    yield Maker(service)
    service.close()
    stop_services(str(tmp_path / "home"))


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    """A maker whose local AWS services are shared by the tests of a module."""
    home = tmp_path_factory.mktemp("home")
    service = make_service(home)
    yield Maker(service)
    service.close()
    stop_services(home)
