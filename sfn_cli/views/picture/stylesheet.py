"""The stylesheet of pictures. Every rule is below `.sfn-graph`, so that a page can contain a picture.

There are no style attributes, so that a Content-Security-Policy can allow the stylesheet by its hash. No
information depends only on colour: failed and running states have thick borders, running states moving
dashes, states that were not visited still dashes, and all others a mark.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfn_cli.views.layout.labels import NAME_SIZE, SMALL_SIZE
from sfn_cli.views.picture.palette import COLOURS, colour_variables
from sfn_cli.views.statuses import LOOKS

if TYPE_CHECKING:
    from sfn_cli.views.picture.palette import Theme

FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
"""The system's fonts: nothing is downloaded."""

_RULES = f"""
text{{font:{NAME_SIZE}px {FONT};fill:var(--text)}}
.name{{font-weight:600}}
.small{{font-size:{SMALL_SIZE}px;fill:var(--muted)}}
.failures{{fill:var(--caught);font-weight:600}}
.edge{{fill:none;stroke:var(--line);stroke-width:1.4}}
.edge.catch{{stroke:var(--failed);stroke-dasharray:5 4}}
.edge.taken{{stroke:var(--text);stroke-width:2.6}}
.arrow{{fill:var(--line)}}
.arrow.catch{{fill:var(--failed)}}
.arrow.taken{{fill:var(--text)}}
.label{{text-anchor:middle;paint-order:stroke;stroke:var(--page);stroke-width:5px;stroke-linejoin:round}}
.label.catch{{fill:var(--failed)}}
.label.taken{{fill:var(--text)}}
.loop-line{{fill:var(--page);stroke:var(--line);stroke-width:1.4}}
.loop-arrow{{fill:var(--line)}}
.retried>.loop-line{{stroke:var(--caught);stroke-width:2.2}}
.retried>.loop-arrow{{fill:var(--caught)}}
.page{{fill:var(--page)}}
.box{{fill:var(--box);stroke:var(--line);stroke-width:1.4}}
.group>.box{{fill:var(--page)}}
.behind,.icon,.mark{{fill:none;stroke:var(--line);stroke-linecap:round;stroke-linejoin:round}}
.behind{{stroke-width:1.2}}
.icon{{stroke:var(--muted);stroke-width:1.5}}
.mark{{stroke-width:2.2}}
.running>.mark{{fill:var(--running)}}
.aborted>.mark{{fill:var(--aborted)}}
.divider{{stroke:var(--rule);stroke-width:1}}
.dot{{fill:var(--box);stroke:var(--line);stroke-width:1.4}}
.dot-mark{{fill:var(--line)}}
.reached>.dot{{stroke:var(--text);stroke-width:2}}
.reached>.dot-mark{{fill:var(--text)}}
.missing>.box{{stroke:var(--failed);stroke-dasharray:2 3}}
.not_visited>.box{{stroke-dasharray:4 3;stroke-width:1.2}}
.running>.box,.failed>.box{{stroke-width:2.6}}
.state{{outline:none}}
.state:focus-visible>.box,.state:target>.box,.state.selected>.box{{stroke-width:4}}
"""

_CHANGE_RULES = """
.edge.added{stroke:var(--succeeded);stroke-width:2.6;stroke-dasharray:none}
.edge.removed{stroke:var(--failed);stroke-width:1.8;stroke-dasharray:1 5;stroke-linecap:round}
.edge.changed{stroke:var(--caught);stroke-dasharray:9 3 2 3}
.arrow.added,.label.added{fill:var(--succeeded)}
.arrow.removed,.label.removed{fill:var(--failed)}
.label.changed{fill:var(--caught)}
.label.added,.label.removed,.label.changed{font-weight:600}
.added>.box{stroke:var(--succeeded);stroke-width:2.6}
.removed>.box{stroke:var(--failed);stroke-width:1.8;stroke-dasharray:1 5;stroke-linecap:round}
.changed>.box{stroke:var(--caught);stroke-dasharray:9 3 2 3}
.removed>.name{text-decoration:line-through}
.change{fill:var(--page);stroke-width:2;stroke-linecap:round}
.change-mark{fill:none}
.added>.change{stroke:var(--succeeded)}
.removed>.change{stroke:var(--failed)}
.changed>.change{stroke:var(--caught)}
"""

_MOVING = (
    "@media(prefers-reduced-motion:no-preference){"
    ".sfn-graph .running>.box{stroke-dasharray:10 5;animation:sfn-running 1s linear infinite}"
    "@keyframes sfn-running{to{stroke-dashoffset:-15}}}"
)


def picture_rules() -> str:
    """Returns the CSS rules of a picture; their colours are variables of the page."""
    lines = [*_RULES.strip().splitlines(), *_status_rules()]
    return "".join(_under_graph(line) for line in lines) + _MOVING


def change_rules() -> str:
    """Returns the CSS rules of parts that differ from another graph."""
    return "".join(map(_under_graph, _CHANGE_RULES.strip().splitlines()))


def theme_variables(selector: str) -> str:
    """Returns the variables of all colours for the elements that `selector` matches.

    They follow the browser's colour scheme, unless the class `light` or `dark` sets one.
    """
    light, dark = colour_variables("light"), colour_variables("dark")
    return (
        f"{selector}{{color-scheme:light dark;{light}}}"
        f"@media(prefers-color-scheme:dark){{{selector}{{{dark}}}}}"
        f"{selector}.light{{color-scheme:light;{light}}}"
        f"{selector}.dark{{color-scheme:dark;{dark}}}"
    )


def standalone_sheet(theme: Theme, *, with_changes: bool = False) -> str:
    """Returns the stylesheet of a separate file.

    A single theme has its colours in the rules, for programs that do not support variables.
    """
    rules = picture_rules() + (change_rules() if with_changes else "")
    if theme == "auto":
        return theme_variables(".sfn-graph") + rules
    return re.sub(r"var\(--(\w+)\)", lambda found: getattr(COLOURS[found[1]], theme), rules)


def _status_rules() -> list[str]:
    colours = sorted({look.colour for look in LOOKS.values()})
    return [f".{one}>.box,.{one}>.behind,.{one}>.mark{{stroke:var(--{one})}}" for one in colours]


def _under_graph(rule: str) -> str:
    selectors, _, declarations = rule.partition("{")
    return ",".join(f".sfn-graph {one}" for one in selectors.split(",")) + "{" + declarations
