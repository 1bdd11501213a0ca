"""A server for tests, in a process of its own: `python -m tests.server.serving HOME [--credentials FILE]`.

It listens on a free port, says so as `sfn serve` does, and runs no executions and no functions.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sfn_cli.server import serve
from tests.api.fakes import make_service

if __name__ == "__main__":
    credentials = sys.argv[3] if sys.argv[2:3] == ["--credentials"] else None
    service = make_service(Path(sys.argv[1]))
    serve(service, "127.0.0.1", 0, credentials_file=credentials, announce=lambda line: print(line, flush=True))
