"""Entry point of `python -m sfn_cli`: the same as `sfn`."""

from sfn_cli.cli import process

process()
