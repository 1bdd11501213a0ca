"""Python imports this at its start when its folder is on PYTHONPATH: the faults that FAULT asks for
begin here.
"""

import os

if "FAULT" in os.environ:
    import failing_disk

    failing_disk.install(os.environ["FAULT"])
if "CLOCK_OFFSET_FILE" in os.environ:
    import wrong_clock

    wrong_clock.install(os.environ["CLOCK_OFFSET_FILE"])
