"""Fixtures: a workbench."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.functions.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def interpreters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file with the interpreters that were found to start: looked for once, and not in every test."""
    bench = Workbench(tmp_path_factory.mktemp("interpreters"))
    bench.function("def handler(event, context): return event")
    assert bench.answer(1) == 1
    bench.close()
    return Path(bench.settings.home, "functions", "interpreters.json")


@pytest.fixture
def make_bench(tmp_path: Path, interpreters: Path) -> Iterator[Callable[..., Workbench]]:
    """Makes a workbench whose pool has the given limits."""
    made = []

    def make(**limits: int) -> Workbench:
        made.append(Workbench(tmp_path, **limits))
        kept = Path(made[-1].settings.home, "functions", interpreters.name)
        kept.parent.mkdir()
        shutil.copy(interpreters, kept)
        return made[-1]

    yield make
    for bench in made:
        bench.close()


@pytest.fixture
def bench(make_bench: Callable[..., Workbench]) -> Workbench:
    return make_bench()
