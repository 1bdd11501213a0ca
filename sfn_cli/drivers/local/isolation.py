"""Error isolation: an error while driving one execution affects that execution only.

Rule 1: If data cannot be stored, its execution fails.
Rule 2: Any other error is a bug or a damaged row: the execution is set aside, and suspended after a
few attempts (store/sqlite/stepfunctions/suspensions.py).
Rule 3: Only an error of the store, which affects every execution, ends the worker.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from sfn_cli.asl.retry import RUNTIME
from sfn_cli.errors import UnstorableError, is_store_error
from sfn_cli.query.limits import BudgetExceeded
from sfn_cli.store.records.stepfunctions.suspensions import ATTEMPTS, Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.store.protocols.driver import WorkerCommits


class _IsolatedBlock:
    """The block of `Isolation.of`. Not a generator: it is entered often, and this is faster."""

    __slots__ = ("_execution", "_isolation")

    def __init__(self, isolation: Isolation, execution: int) -> None:
        self._isolation = isolation
        self._execution = execution

    def __enter__(self) -> None:
        pass

    def __exit__(self, type: object, error: BaseException | None, trace: object) -> bool:
        if error is None or not isinstance(error, (Exception, BudgetExceeded)) or is_store_error(error):
            return False
        self._isolation.contain(self._execution, error)
        return True


class Isolation:
    """Contains the errors of a worker's executions. `stop_driving` stops driving an execution."""

    def __init__(
        self,
        turns: WorkerCommits,
        clock: Callable[[], int],
        report: Callable[[str], None],
        stop_driving: Callable[[int], None],
    ) -> None:
        self._turns = turns
        self._clock = clock
        self._report = report
        self._stop_driving = stop_driving
        self._faults: dict[int, Fault] = {}  # of executions that are yet to be set aside
        self._reported: set[str] = set()  # tracebacks that are in the worker's log

    @property
    def has_faults(self) -> bool:
        """Whether `set_aside` has something to do."""
        return bool(self._faults)

    def of(self, execution: int) -> _IsolatedBlock:
        """Returns a block whose errors affect this execution only, except StoreError, which propagates."""
        return _IsolatedBlock(self, execution)

    def contain(self, execution: int, error: BaseException) -> None:
        """Handles the error of one execution. Raises StoreError.

        The execution fails if its data caused the error, and is set aside if sfn did.
        """
        self._stop_driving(execution)
        if isinstance(error, UnstorableError):
            try:
                self._turns.fail(execution, RUNTIME, str(error), self._clock())
                self._report(f"execution {execution} failed: {error}")
                return
            except Exception as failed:
                if is_store_error(failed):
                    raise
                error = failed  # its rows are damaged too, so it cannot be failed
        fault = Fault(f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))
        self._faults[execution] = fault

    def set_aside(self) -> None:
        """Sets aside, in one transaction, all executions with errors of sfn since the last call."""
        if not self._faults:
            return
        attempts = self._turns.set_aside(self._faults, self._clock())
        faults, self._faults = self._faults, {}
        for execution, number in attempts.items():
            outcome = "suspended" if number >= ATTEMPTS else "released"
            fault = faults[execution]
            is_known = fault.traceback in self._reported
            self._reported.add(fault.traceback)
            shown = fault.error if is_known else f"\n{fault.traceback}"
            self._report(f"execution {execution} {outcome} after attempt {number} of {ATTEMPTS}: {shown}")
