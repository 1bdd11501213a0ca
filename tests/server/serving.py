"""A server for tests, in a process of its own: `python -m tests.server.serving HOME [HOST]`.

It listens on a free port, says so as `sfn serve` does, and runs no executions and no functions.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sfn_cli.server import serve
from tests.api.fakes import make_service

if __name__ == "__main__":
    host = sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1"
    serve(make_service(Path(sys.argv[1])), host, 0, announce=lambda line: print(line, flush=True))
