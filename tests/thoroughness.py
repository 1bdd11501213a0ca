"""Whether tests run in their long form: SFN_THOROUGH=1. CI runs the short one."""

from __future__ import annotations

import os

import pytest

THOROUGH = bool(os.environ.get("SFN_THOROUGH"))

only_thorough = pytest.mark.skipif(not THOROUGH, reason="SFN_THOROUGH=1 runs it")
