"""`python -m sfn_cli`: the same as `sfn`."""

import sys

from sfn_cli.cli import main

sys.exit(main())
