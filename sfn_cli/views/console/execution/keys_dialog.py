"""The list of keys of an execution's page."""

from __future__ import annotations

from sfn_cli.views.text.markup import Markup, element

_KEYS = (
    ("↓ ↑", "along the edges of the graph"),
    ("→ ←", "next and previous state"),
    ("Home", "first state"),
    ("f", "first failure"),
    ("r", "running or waiting state"),
    ("/", "find a state"),
    ("g o t e i", "graph, outline, timeline, events, input and output"),
    (", .", "one event back, one forward"),
    ("n", "now"),
    ("Esc", "to the graph"),
    ("?", "this list"),
)


def draw_keys_dialog() -> Markup:
    """Returns the dialog, which is closed at first."""
    rows = (
        element(
            "tr",
            {},
            element("th", {"scope": "row"}, element("kbd", {}, keys)),
            element("td", {}, words),
        )
        for keys, words in _KEYS
    )
    close = element("form", {"method": "dialog"}, element("button", {}, "Close"))
    heading = element("h2", {"id": "keys-title"}, "Keys")
    table = element("table", {}, *rows)
    return element("dialog", {"id": "keys", "aria-labelledby": "keys-title"}, heading, table, close)
