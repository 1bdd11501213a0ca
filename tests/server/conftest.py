"""Fixtures: a server in a process of its own, over an empty store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.server.served import Served

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def no_server_left() -> Iterator[None]:
    """Ends the servers of a test that failed before it stopped them."""
    before = len(Served.started)
    yield
    for served in Served.started[before:]:
        if served.process.poll() is None:
            served.process.kill()
            served.process.communicate(timeout=30)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(str(tmp_path_factory.mktemp("home")))
    yield served
    served.stop()
