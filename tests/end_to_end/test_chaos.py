"""Nothing is lost and nothing is done twice, whatever is killed. (A longer run: see chaos.py.)"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.chaos import Chaos
from tests.thoroughness import THOROUGH

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
@pytest.mark.parametrize("seed", [20261124])
def test_chaos(home: Path, tmp_path: Path, seed: int) -> None:
    """150 executions of every kind end as they should; with SFN_THOROUGH, 500.

    During the run, a worker, a function or a command is killed 60 times, or 200 times.
    """
    executions, kills = (500, 200) if THOROUGH else (150, 60)
    result = Chaos(home, tmp_path, seed, executions=executions, kills=kills).run()
    assert result.wrong == []
    assert sum(result.kills.values()) >= kills
    assert min(result.kills[what] for what in ("worker", "function", "command")) >= kills // 20
