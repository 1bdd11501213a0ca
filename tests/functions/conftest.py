"""Fixtures: a workbench."""

from __future__ import annotations

import shutil
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli import api
from sfn_cli.api import model
from sfn_cli.api.service import Service
from sfn_cli.functions.invoke import InvokingHost
from sfn_cli.store.sqlite.store import SqliteStore
from tests.api.fakes import Runner
from tests.functions.workbench import ECHO, ROLE, RUNTIME, Workbench, zip_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Call = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def interpreters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache of interpreters, so that they are looked up only once for all tests."""
    bench = Workbench(tmp_path_factory.mktemp("interpreters"))
    bench.function("def handler(event, context): return event")
    assert bench.answer(1) == 1
    bench.close()
    return Path(bench.settings.home, "functions", "interpreters.json")


@pytest.fixture
def make_bench(tmp_path: Path, interpreters: Path) -> Iterator[Callable[..., Workbench]]:
    """Creates a workbench whose pool has the given limits."""
    benches: list[Workbench] = []

    def make(**limits: int) -> Workbench:
        benches.append(Workbench(tmp_path, **limits))
        cache = Path(benches[-1].settings.home, "functions", interpreters.name)
        cache.parent.mkdir()
        shutil.copy(interpreters, cache)
        return benches[-1]

    yield make
    for bench in benches:
        bench.close()


@pytest.fixture
def bench(make_bench: Callable[..., Workbench]) -> Workbench:
    return make_bench()


@pytest.fixture
def call(bench: Workbench) -> Iterator[Call]:
    """call("GetFunction", FunctionName="fn"): calls an operation, without a worker."""
    service = Service(
        bench.settings,
        open_store=partial(SqliteStore, bench.settings.home),
        make_runner=Runner,
        make_invoker=lambda service: InvokingHost(
            service.settings, partial(SqliteStore, service.settings.home)
        ),
        clock=lambda: time.time_ns() // 1_000_000,
    )
    yield lambda operation, **request: api.call_api(service, model.load_model("lambda", operation), request)
    service.close()


@pytest.fixture
def create(call: Call) -> Call:
    """Creates a function "fn"; parameters override its properties."""

    def create(*, without: str = "", **request: Any) -> dict[str, Any]:
        given = {
            "FunctionName": "fn",
            "Runtime": RUNTIME,
            "Handler": "app.handler",
            "Role": ROLE,
            "Code": {"ZipFile": zip_of(ECHO)},
        }
        return call(
            "CreateFunction",
            **{member: value for member, value in {**given, **request}.items() if member != without},
        )

    return create
