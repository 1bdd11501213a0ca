"""Trace headers of X-Ray in requests: completed, as AWS stores them.

https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
A header without a trace starts one, and one without a sampling decision is sampled (both observed).
"""

from __future__ import annotations

import re

from sfn_cli.uuids import random_uuid

_ROOT = re.compile(r"1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}")
_DECISIONS = ("0", "1")


def complete_trace_header(header: str, at: int) -> str:
    """Returns `Root=…;Parent=…;Sampled=…` and the header's other fields, at the time `at`.

    Self, which load balancers add, is not passed on.
    """
    fields = {
        name.strip(): value.strip()
        for name, equals, value in (field.partition("=") for field in header.split(";"))
        if equals
    }
    root, parent, decision = (fields.pop(name, "") for name in ("Root", "Parent", "Sampled"))
    fields.pop("Self", None)
    completed = {
        "Root": root if _ROOT.fullmatch(root) else _new_trace_root(at),
        **({"Parent": parent} if parent else {}),
        "Sampled": decision if decision in _DECISIONS else "1",
        **fields,
    }
    return ";".join(f"{name}={value}" for name, value in completed.items())


def _new_trace_root(at: int) -> str:
    return f"1-{at // 1000:08x}-{random_uuid().replace('-', '')[:24]}"
