"""The progress of a long command: a bar on stderr if that is a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from sfn_cli.cli.screen import screen_console

if TYPE_CHECKING:
    from typing import Self

    from rich.progress import Progress


class ProgressBar:
    """One bar, which is removed when its `with` block ends."""

    def __init__(self, stream: TextIO) -> None:
        self._progress = _progress(stream) if stream.isatty() else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.hide()

    def show(self, what: str, done: int, total: int | None) -> None:
        """Shows how much is done; without a `total`, the bar is of unknown length."""
        if self._progress:
            self._progress.update(self._progress.task_ids[0], description=what, completed=done, total=total)
            self._progress.start()
            self._progress.refresh()

    def hide(self) -> None:
        """Removes the bar so that permanent lines can be written; the next `show` restores it."""
        if self._progress:
            self._progress.stop()


def _progress(stream: TextIO) -> Progress:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    # No thread draws it, and stdout is not redirected through it: that may be a file.
    progress = Progress(
        *columns,
        console=screen_console(stream),
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    progress.add_task("", total=None)
    return progress
