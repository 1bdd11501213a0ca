"""axe-core's rules for accessibility (https://github.com/dequelabs/axe-core), in a page of the console.

The page's policy allows no scripts but the console's own, so axe is run through the debugging protocol.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from tests.deploy_tools.installation import AXE, NotInstalled, install_tool

if TYPE_CHECKING:
    from playwright.sync_api import Page

_RUN = """axe.run(document, {
  resultTypes: ["violations"],
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
})"""


@cache
def _axe_script() -> str:
    install_tool(AXE)
    return (AXE.folder / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def accessibility_faults(page: Page) -> list[str]:
    """Returns what axe finds, a line for each element: rule, the elements' selectors, help.

    Skips the test, with the reason, if npm cannot install axe.
    """
    try:
        script = _axe_script()
    except NotInstalled as error:
        pytest.skip(str(error))
    session = page.context.new_cdp_session(page)
    try:
        _evaluate(session, script)
        found = _evaluate(session, _RUN)
    finally:
        session.detach()
    return [
        f"{violation['id']} ({violation['impact']}) {' '.join(map(str, node['target']))}: {violation['help']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def _evaluate(session: Any, expression: str) -> Any:
    done = session.send(
        "Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True}
    )
    assert "exceptionDetails" not in done, done["exceptionDetails"]
    return done["result"].get("value")
