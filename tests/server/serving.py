"""A server for tests, in its own process: `python -m tests.server.serving HOME [OPTION VALUE]…`.

It listens on a free port, prints it as `sfn serve` does, and runs no executions and no functions.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sfn_cli.server import serve
from tests.api.fakes import make_service

if __name__ == "__main__":
    home, *more = sys.argv[1:]
    options = dict(zip(more[::2], more[1::2], strict=True))
    serve(
        make_service(Path(home)),
        "127.0.0.1",
        0,
        credentials_file=options.get("--credentials"),
        certfile=options.get("--certfile"),
        keyfile=options.get("--keyfile"),
    )
