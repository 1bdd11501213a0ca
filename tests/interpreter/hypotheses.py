"""Hypothesis's number of examples, and the definitions that count as valid."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

from sfn_cli.asl.validation.diagnostic import DUPLICATE_STATE
from sfn_cli.asl.validation.validate import validate

if TYPE_CHECKING:
    from sfn_cli.asl.validation.diagnostic import Diagnostic


def tries(count: int) -> settings:
    """Returns settings for this many examples, times SFN_FUZZ; in CI, always the same ones by default."""
    return settings(
        max_examples=count * int(os.environ.get("SFN_FUZZ", "1")),
        deadline=None,
        derandomize="CI" in os.environ and "SFN_FUZZ" not in os.environ,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def errors(text: str) -> list[Diagnostic]:
    """Returns the problems that prevent the machine from running.

    Tasks are answered by name, so machines in machines have the same names.
    """
    return [fault for fault in validate(text) if fault.severity == "ERROR" and fault.code != DUPLICATE_STATE]
