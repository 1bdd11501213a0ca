"""One deployed project for all tests of APIs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.apis.shop import ApiShop, deploy_api_shop
from tests.processes import stop_home

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiShop]:
    home = tmp_path_factory.mktemp("home") / "home"
    yield deploy_api_shop(home, tmp_path_factory.mktemp("shop") / "shop")
    stop_home(home)
