"""The console's stylesheet: that of reports, and what only the console has."""

from __future__ import annotations

from sfn_cli.views.console.definition.definition_sheet import DEFINITION_RULES
from sfn_cli.views.console.execution.execution_sheet import EXECUTION_RULES
from sfn_cli.views.console.sheets.lists import LIST_RULES
from sfn_cli.views.picture.stylesheet import change_rules
from sfn_cli.views.report.page_style import page_sheet

_RULES = """
.skip { position: absolute; left: -10000px }
.skip:focus { left: 8px; top: 8px; background: var(--page); padding: 4px 8px; z-index: 3 }
.top { display: flex; flex-wrap: wrap; gap: 4px 20px; align-items: baseline; padding: 8px 20px }
.top nav { display: flex; flex-wrap: wrap; gap: 4px 14px }
.top a { text-decoration: none }
.top a:hover, .trail a { text-decoration: underline }
.top a[aria-current] { font-weight: 600; box-shadow: 0 2px 0 var(--text) }
#connection { margin-left: auto }
#connection.lost { color: var(--failed); font-weight: 600 }
.page-note { margin: 0; padding: 8px 20px; border-left: 4px solid var(--running); background: var(--box) }
main { display: block; padding: 12px 20px; outline: none }
main > section, main section { padding: 8px 0 }
.columns { display: grid; grid-template-columns: fit-content(55%) minmax(0, 1fr); gap: 0 20px }
.columns > * { min-width: 0 }
form.inline { display: inline-flex; flex-wrap: wrap; gap: 6px; align-items: center; margin: 0 }
form.stacked { display: grid; gap: 8px; max-width: 900px }
input, select, textarea {
  font: inherit; color: inherit; background: var(--page);
  border: 1px solid var(--line); border-radius: 6px; padding: 3px 8px
}
textarea { font: 12px/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace }
label { display: inline-flex; gap: 6px; align-items: center }
button.main { background: var(--running); color: var(--page); border-color: var(--running) }
button.danger { color: var(--failed); border-color: var(--failed) }
.buttons { display: flex; flex-wrap: wrap; gap: 8px; align-items: center }
.rows td, .rows th { overflow-wrap: break-word }
.rows tbody th, .rows .error { overflow-wrap: anywhere; min-width: 6em }
thead .number { text-align: right }
.wide-table + form.inline, .sideways + form.inline { margin-top: 8px }
.rows + .rows, .wide-table + .wide-table { margin-top: 12px }
main > section:first-child { padding-top: 0 }
.heat-map + h2 { margin-top: 12px }
fieldset { border: 1px solid var(--line); border-radius: 6px; margin: 0; padding: 4px 12px 12px }
legend { padding: 0 4px }
#actions { display: block; margin: 0; padding: 8px 0 }
.task-forms { list-style: none; padding: 0 }
.task-form { margin: 4px 0 10px }
.task-form summary, #stop-form summary { color: var(--muted) }
.task-form pre { max-height: 160px }
.field { display: grid; gap: 2px; max-width: 640px }
.field.wide, .field.wide textarea { max-width: 900px }
.field label { color: var(--muted); font-size: 12px }
.field textarea, .field input, .field select { width: 100%; max-width: 640px }
.visits { display: flex; gap: 12px }
.changes code { white-space: pre-wrap }
.button {
  display: inline-block; color: inherit; background: var(--box); border: 1px solid var(--line);
  border-radius: 6px; padding: 2px 10px; text-decoration: none
}
.button.disabled { color: var(--muted); border-color: var(--rule) }
.refused { border-left: 4px solid var(--failed); padding: 8px 12px; background: var(--box) }
"""


def console_sheet() -> str:
    """Returns the whole stylesheet of the console."""
    return "".join([page_sheet(), change_rules(), _RULES, LIST_RULES, DEFINITION_RULES, EXECUTION_RULES])
