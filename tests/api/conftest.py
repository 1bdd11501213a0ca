"""Fixtures: a Service over an empty store, and a way to call its operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.fakes import Caller, make_service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfn_cli.api.service import Service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = make_service(tmp_path)
    yield service
    service.close()


@pytest.fixture
def call(service: Service) -> Caller:
    return Caller(service)
