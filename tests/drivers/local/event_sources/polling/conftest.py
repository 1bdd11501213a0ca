"""Fixtures: one home with its local AWS services for all tests of a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfn_cli.integrations.aws import embedded_aws
from sfn_cli.store.sqlite.store import SqliteStore
from tests.drivers.local.event_sources.polling.source_bench import SourceBench
from tests.functions.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    bench = Workbench(tmp_path_factory.mktemp("bench"))
    yield bench
    bench.close()
    embedded_aws.stop_embedded_aws(bench.settings.home)


@pytest.fixture(scope="module")
def store(bench: Workbench) -> Iterator[SqliteStore]:
    store = SqliteStore(bench.settings.home)
    yield store
    store.close()


@pytest.fixture
def sources(bench: Workbench, store: SqliteStore) -> Iterator[SourceBench]:
    sources = SourceBench(bench, store)
    yield sources
    sources.close()
