"""How far a long command is: a bar on stderr where that is a terminal, and nothing elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from sfn_cli.cli.screen import screen_console

if TYPE_CHECKING:
    from typing import Self

    from rich.progress import Progress


class ProgressBar:
    """One bar, which is gone when its `with` block ends."""

    def __init__(self, stream: TextIO) -> None:
        self._progress = _progress(stream) if stream.isatty() else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.hide()

    def show(self, what: str, done: int, total: int | None) -> None:
        """How much is done; without a `total` there is no telling how far that is."""
        if self._progress:
            self._progress.update(self._progress.task_ids[0], description=what, completed=done, total=total)
            self._progress.start()
            self._progress.refresh()

    def hide(self) -> None:
        """Gives the terminal free for lines that stay; the bar is there again when it next has
        something to show.
        """
        if self._progress:
            self._progress.stop()


def _progress(stream: TextIO) -> Progress:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    # No thread draws it, and stdout is not led through it: that may be a file.
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
