"""The stylesheet of a report."""

from __future__ import annotations

from sfn_cli.views.picture.heat_map import heat_map_rules
from sfn_cli.views.picture.stylesheet import FONT, picture_rules, theme_variables
from sfn_cli.views.statuses import LOOKS

_CODE_FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"

_RULES = """
* { box-sizing: border-box }
body { margin: 0; font: 14px/1.45 FONT; background: var(--page); color: var(--text) }
header, section, footer { padding: 12px 20px }
header { border-bottom: 1px solid var(--rule) }
footer { border-top: 1px solid var(--rule); color: var(--muted) }
h1 { font-size: 20px; margin: 0 0 6px }
h2 { font-size: 15px; margin: 0 0 8px }
h3 { font-size: 13px; margin: 12px 0 4px }
p { margin: 4px 0 }
ul, ol { margin: 4px 0; padding-left: 22px }
a { color: inherit }
:focus-visible { outline: 2px solid var(--running); outline-offset: 2px }
summary { cursor: pointer; padding: 5px 0; overflow-wrap: anywhere }
button {
  font: inherit; color: inherit; background: var(--box); cursor: pointer;
  border: 1px solid var(--line); border-radius: 6px; padding: 2px 10px
}
#actions { display: flex; gap: 8px; margin-bottom: 6px }

.status-mark {
  width: 1em; height: 1em; vertical-align: -0.12em; fill: none; stroke: currentColor;
  stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round
}
.status-mark.mark-running, .status-mark.mark-aborted { fill: currentColor }
.hidden {
  position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%)
}
.note { color: var(--muted); font-weight: 400 }
.error { color: var(--failed); font-weight: 600; overflow-wrap: anywhere }
.facts { display: flex; flex-wrap: wrap; gap: 4px 24px; margin: 0 }
.facts dt { color: var(--muted); font-size: 12px }
.facts dd { margin: 0; overflow-wrap: anywhere }
.failure, .now { border-bottom: 1px solid var(--rule); border-left: 4px solid var(--failed) }
.now { border-left-color: var(--waiting) }

main { display: grid; grid-template-columns: fit-content(55%) minmax(0, 1fr) }
main > * { min-width: 0 }
.graph { border-right: 1px solid var(--rule) }
.picture { overflow: auto; max-height: calc(100vh - 60px); position: sticky; top: 8px }
.picture svg { display: block; margin: 0 auto; max-width: 100%; height: auto }
.picture.wide svg { max-width: none }
.state { cursor: pointer }

pre, code { font: 12px/1.45 CODE_FONT; overflow-wrap: anywhere }
pre {
  margin: 4px 0; padding: 8px 10px; overflow: auto; max-height: 420px; white-space: pre-wrap;
  background: var(--box); border: 1px solid var(--rule); border-radius: 6px
}
pre.outline { white-space: pre; max-height: none }
.trace b { font-weight: 600 }
.trace span { color: var(--muted) }

table { width: 100%; border-collapse: collapse }
th, td {
  padding: 4px 8px; text-align: left; vertical-align: top; font-weight: 400;
  border-bottom: 1px solid var(--rule)
}
thead th { color: var(--muted); font-size: 12px }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
.timeline th a { text-decoration: none; overflow-wrap: anywhere }
.timeline th a:hover { text-decoration: underline }
.timeline .when { width: 40% }
.timeline tr.selected { background: var(--box); box-shadow: inset 3px 0 0 var(--running) }
.events code { color: var(--muted) }

.scrolled { overflow: auto; max-height: 75vh; border-bottom: 1px solid var(--rule) }
.scrolled thead th { position: sticky; top: 0; background: var(--page) }
.heat-map { max-width: 100%; height: auto }

.bar, .axis, .open { overflow: visible }
.bar, .axis { display: block }
.bar { margin-top: 2px }
.axis text { font-size: 11px; fill: var(--muted) }
.axis .at-middle { text-anchor: middle }
.axis .at-end { text-anchor: end }
.axis .break { fill: var(--text) }
.cut { fill: var(--page) }
.hatched { fill: url(#sfn-hatch) }
.defs { position: absolute }

.visit { border-bottom: 1px solid var(--rule) }
.panel { padding: 0 0 12px 16px; scroll-margin: 40px }
.attempts li { margin: 4px 0 }

@media (max-width: 900px) {
  main { display: block }
  .graph { border-right: 0 }
  .picture { position: static }
  .timeline .when { width: 30% }
  .tick.at-middle { display: none }
}
@media print {
  main { display: block }
  .picture, pre { max-height: none; position: static }
  #actions { display: none }
}
"""

_DEEPEST = 8
"""The depth from which rows are not indented further."""

_INDENT_PIXELS = 16


def page_sheet() -> str:
    """Returns the whole stylesheet: that of the page, that of the picture, and their colours."""
    rules = _RULES.replace("CODE_FONT", _CODE_FONT).replace("FONT", FONT)
    return "\n".join(
        [
            theme_variables(":root"),
            rules,
            *_depth_rules(),
            *_colour_rules(),
            heat_map_rules(),
            picture_rules(),
        ]
    )


def depth_class(depth: int) -> str:
    """Returns the class that indents the first cell of a row."""
    return f"depth-{min(depth, _DEEPEST)}"


def _depth_rules() -> list[str]:
    return [
        f".timeline .depth-{depth} {{ padding-left: {8 + _INDENT_PIXELS * depth}px }}"
        for depth in range(1, _DEEPEST + 1)
    ]


def _colour_rules() -> list[str]:
    statuses = sorted({look.colour for look in LOOKS.values()})
    return [
        *(f".mark-{one} {{ color: var(--{one}) }}" for one in statuses),
        *(f".fill-{one} {{ fill: var(--{one}) }}" for one in statuses),
        ".mark-bold { font-weight: 600 }",
        ".mark-dim, .mark-code { color: var(--muted) }",
    ]
