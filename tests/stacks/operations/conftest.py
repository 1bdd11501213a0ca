"""Fixtures: CloudFormation's operations over an empty store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stacks.operations.cloudformation import CloudFormation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def cloudformation(tmp_path: Path) -> Iterator[CloudFormation]:
    found = CloudFormation(tmp_path)
    yield found
    found.service.close()
