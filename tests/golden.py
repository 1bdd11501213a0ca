"""Golden files: the whole text that a test expects, in `goldens/NAME.txt` beside it.

    assert_golden(__file__, "order.wide", shown)

`SFN_GOLDEN=write pytest tests/…` writes what differs: look at it with `git diff` before committing.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path


def assert_golden(test_file: str, name: str, text: str) -> None:
    """Compares the text with the golden file of this name, or writes that file.

    Blanks at the ends of lines do not count.
    """
    path = Path(test_file).parent / "goldens" / f"{name}.txt"
    text = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
    if os.environ.get("SFN_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return
    how = "SFN_GOLDEN=write pytest … writes it"
    assert path.exists(), f"There is no {path}: {how}.\n{text}"
    wanted = path.read_text(encoding="utf-8")
    difference = difflib.unified_diff(wanted.splitlines(), text.splitlines(), str(path), "shown", lineterm="")
    assert text == wanted, f"Not as in {path} ({how}):\n" + "\n".join(difference)
