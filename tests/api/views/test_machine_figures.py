"""Pages of state machines: each begins after the last machine of the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfn_cli.api.views import machine_summaries
from sfn_cli.api.views.machine_figures import list_machine_figures

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from tests.api.fakes import Caller


@pytest.mark.parametrize("read_at_once", [1, 2, 1000])
def test_pages(service: Service, call: Caller, monkeypatch: pytest.MonkeyPatch, read_at_once: int) -> None:
    """A page has the names that contain a text, and says whether others follow."""
    monkeypatch.setattr(machine_summaries, "_MACHINES_PAGE", read_at_once)
    for name in ("order-b", "Order-a", "other", "order-c", "pay"):
        call.create(name=name)

    def page(part: str, after: str, limit: int) -> tuple[list[str], str | None]:
        listed = list_machine_figures(service, part, after, limit, today=0)
        return [one.summary.name for one in listed.machines], listed.after

    assert page("", "", 5) == (["Order-a", "order-b", "order-c", "other", "pay"], None)
    assert page("", "", 4) == (["Order-a", "order-b", "order-c", "other"], "other")
    assert page("", "other", 4) == (["pay"], None)
    assert page("oRDER", "", 2) == (["Order-a", "order-b"], "order-b")
    assert page("oRDER", "order-b", 2) == (["order-c"], None)
    assert page("none", "", 2) == ([], None)
