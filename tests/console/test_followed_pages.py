"""Pages that are open, which are looked at after each change of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.server.console.messages import ConsoleRequest
from sfn_cli.server.console.pages.definitions.definition import definition_page
from sfn_cli.views.console.addresses import machine_address
from tests.api.fakes import Caller, make_service

if TYPE_CHECKING:
    from pathlib import Path


def test_a_definition_is_not_drawn_again(tmp_path: Path) -> None:
    """Only the line about the saved definition can change, so nothing else is drawn and validated."""
    service = make_service(tmp_path / "home")
    Caller(service).create("open")
    address = machine_address("open", "definition")
    request = ConsoleRequest({"machine": "open"}, {}, {}, "token", address)
    page = definition_page(service, request)
    followed = definition_page(service, request._replace(is_followed=True))
    assert (followed.parts, followed.is_live) == (page.parts, page.is_live)
    assert [followed.body] == list(page.parts.values())
    service.close()
