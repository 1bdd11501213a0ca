"""Starts the faults that FAULT describes: Python imports this when its folder is on PYTHONPATH."""

import os

if "FAULT" in os.environ:
    import failing_disk

    failing_disk.install(os.environ["FAULT"])
if "CLOCK_OFFSET_FILE" in os.environ:
    import wrong_clock

    wrong_clock.install(os.environ["CLOCK_OFFSET_FILE"])
