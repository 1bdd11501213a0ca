"""Nothing is lost and nothing is done twice, whatever is killed. (A longer run: see chaos.py.)"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.chaos import Chaos

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
@pytest.mark.parametrize("seed", [20261124])
def test_chaos(home: Path, tmp_path: Path, seed: int) -> None:
    """500 executions of every kind end as they should.

    During the run, a worker, a function or a command is killed 200 times.
    """
    result = Chaos(home, tmp_path, seed, executions=500, kills=200).run()
    assert result.wrong == []
    assert sum(result.kills.values()) >= 200
    assert min(result.kills[what] for what in ("worker", "function", "command")) >= 10
