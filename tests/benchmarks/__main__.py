"""Speed and size, measured side by side in one run.

    python -m tests.benchmarks [--runs N] [--only SUBJECT …]

Machines are shared and noisy: where there is a baseline, what counts is the ratio of medians taken
in turn, and not a time. The exit code is 1 when something is not as it is wanted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import (
    commands,
    console,
    crowd,
    distributed,
    engine,
    functions,
    growth,
    lists,
    pictures,
    projects,
    sources,
    throughput,
    waiting,
    watching,
)
from tests.benchmarks.table import HEADER, line
from tests.processes import stop_workers

SUBJECTS = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        commands,
        lists,
        projects,
        crowd,
        engine,
        throughput,
        functions,
        sources,
        waiting,
        watching,
        pictures,
        console,
        growth,
        distributed,
    )
}


def main() -> int:
    """Measures the subjects, and prints a line for each result as it is known."""
    subjects = "\n".join(
        f"    {name:12} {(module.__doc__ or '').splitlines()[0]}" for name, module in SUBJECTS.items()
    )
    parser = argparse.ArgumentParser(
        description=f"{__doc__}\n{subjects}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--runs",
        type=int,
        default=15,
        help="how many times each command is timed; longer measures are taken less often",
    )
    parser.add_argument("--only", nargs="+", choices=SUBJECTS, default=list(SUBJECTS), metavar="SUBJECT")
    asked = parser.parse_args()
    print(HEADER, flush=True)
    all_hold = True
    with tempfile.TemporaryDirectory() as scratch:
        for subject in asked.only:
            folder = Path(scratch, subject)
            folder.mkdir()
            try:
                for result in SUBJECTS[subject].measure(folder, asked.runs):
                    print(line(result), flush=True)
                    all_hold = all_hold and result.holds
            finally:
                for home in folder.iterdir():
                    stop_workers(home)
    return 0 if all_hold else 1


if __name__ == "__main__":
    sys.exit(main())
