"""Whether tests run in their long form: SFN_THOROUGH=1. CI runs the short one."""

from __future__ import annotations

import os

THOROUGH = bool(os.environ.get("SFN_THOROUGH"))
